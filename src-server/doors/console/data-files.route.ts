import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BackupsService } from '../../domain/backups/backups.service';
import type { ExportsService } from '../../domain/privacy/exports.service';
import type { Caller } from '../../gate/caller';
import { AppError, notFound } from '../../lib/errors';
import { CONSOLE_PREFIX } from './mount-console';

export interface DataFile {
  readonly file: string;
  readonly name: string;
  readonly bytes: number;
}

/** Files that a person takes away: streamed as they lie there, however large. */
export function mountDataFiles(
  app: FastifyInstance,
  {
    backups,
    exports,
    callerOf,
  }: {
    readonly backups: Pick<BackupsService, 'openFile'>;
    readonly exports: Pick<ExportsService, 'openFile'>;
    readonly callerOf: (request: FastifyRequest) => Promise<Caller> | Caller;
  },
): void {
  const mount = (path: string, find: (name: string, caller: Caller) => DataFile): void => {
    app.get<{ Params: { name: string } }>(
      `${CONSOLE_PREFIX}${path}`,
      { config: { dialect: 'console' } },
      async (request, reply) => {
        const caller = await callerOf(request);
        request.caller = caller;
        if (caller.actor.type === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
        if (request.params.name.length > MAX_NAME) throw notFound('file');
        return sendFile(reply, find(request.params.name, caller));
      },
    );
  };
  mount('/data/backups/:name/file', (name, caller) => backups.openFile(name, caller));
  mount('/data/exports/:name/file', (name, caller) => exports.openFile(name, caller));
}

const MAX_NAME = 200;

function sendFile(reply: FastifyReply, { file, name, bytes }: DataFile): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/octet-stream',
      'content-length': bytes,
      // Names are of a pattern of ours: nothing in them needs quoting.
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .send(createReadStream(file));
}
