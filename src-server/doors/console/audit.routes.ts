import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as activity from '../../contract/console/activity';
import * as contract from '../../contract/console/audit';
import type { Reader } from '../../db/open';
import { listActivity, listNewActivity } from '../../domain/activity/activity.queries';
import type { CaseFileReader } from '../../domain/activity/case-file.queries';
import type { AuditExporter } from '../../domain/audit/audit-export';
import type { AuditReader } from '../../domain/audit/audit.queries';
import type { VerificationService } from '../../domain/audit/verification.service';
import type { Caller, UserActor } from '../../gate/caller';
import { AppError, notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { CONSOLE_PREFIX, readRoute, type ConsoleRoute } from './mount-console';

export interface AuditRouteDeps {
  readonly reader: Reader;
  readonly audit: AuditReader;
  readonly cases: CaseFileReader;
  readonly verification: VerificationService;
}

/** What happened, and whether the log of it is whole. */
export function auditRoutes({ reader, audit, cases, verification }: AuditRouteDeps): ConsoleRoute[] {
  return [
    readRoute(activity.listActivity, ({ user, query }) => listActivity(reader, user.userId, query)),
    readRoute(activity.listNewActivity, ({ user, query }) => listNewActivity(reader, user.userId, query)),
    readRoute(activity.getCaseFile, ({ user, params }) => cases.get(reader, user.userId, params.id)),
    readRoute(contract.searchAudit, ({ user, query }) => audit.search(reader, user, query)),
    readRoute(contract.getAuditRow, ({ user, params }) => audit.row(reader, user, params.seq)),
    readRoute(contract.getVerification, () => verification.state()),
    // It keeps nothing: a repeat finds the one that runs.
    readRoute(contract.startVerification, () => verification.start()),
  ];
}

/** Exports of one person that may be under way; each holds a stream and some rows. */
const EXPORTS_AT_ONCE = 2;

/** The two downloads of the Audit page: an export as a stream, and the verifier that ships with it. */
export function mountAuditDownloads(
  app: FastifyInstance,
  {
    exporter,
    verifierFile,
    callerOf,
  }: {
    readonly exporter: AuditExporter;
    readonly verifierFile: string | undefined;
    readonly callerOf: (request: FastifyRequest) => Promise<Caller> | Caller;
  },
): void {
  const running = new Map<string, number>();
  const userOf = async (request: FastifyRequest): Promise<UserActor> => {
    const caller = await callerOf(request);
    request.caller = caller;
    if (caller.actor.type !== 'user') throw new AppError('unauthenticated', 'Sign in first.');
    return caller.actor;
  };

  app.get(
    `${CONSOLE_PREFIX}${contract.AUDIT_EXPORT_PATH}`,
    { config: { dialect: 'console' } },
    async (request, reply) => {
      const user = await userOf(request);
      const query = parseOrThrow(contract.auditExportQuery, request.query);
      const count = running.get(user.userId) ?? 0;
      if (count >= EXPORTS_AT_ONCE) {
        throw new AppError('rate_limited', 'Two exports are under way; wait for one of them.', {
          reason: 'export_busy',
          retryAfterSeconds: 5,
        });
      }
      const { contentType, fileName, rows, chunks } = exporter.open(user, query);
      const stream = Readable.from(chunks);
      running.set(user.userId, count + 1);
      stream.once('close', () => {
        const left = (running.get(user.userId) ?? 1) - 1;
        if (left > 0) running.set(user.userId, left);
        else running.delete(user.userId);
      });
      reply
        .header('content-type', contentType)
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .header('cache-control', 'no-store');
      if (rows !== null) reply.header(contract.EXPORT_ROWS_HEADER, String(rows));
      return reply.send(stream);
    },
  );

  app.get(
    `${CONSOLE_PREFIX}${contract.AUDIT_VERIFIER_PATH}`,
    { config: { dialect: 'console' } },
    async (request, reply) => {
      await userOf(request);
      if (verifierFile === undefined) throw notFound('verifier');
      return reply
        .header('content-type', 'text/javascript; charset=utf-8')
        .header('content-disposition', `attachment; filename="${contract.VERIFIER_FILE}"`)
        .send(await readFile(verifierFile, 'utf8'));
    },
  );
}
