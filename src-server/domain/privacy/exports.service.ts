import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import type { PersonExport } from '../../contract/console/data';
import type { Context } from '../../context';
import type { Caller } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import type { InTransaction } from '../../gate/idempotency';
import { openSnapshot } from '../../db/open';
import type { JobDefinition } from '../../jobs/runner';
import { DAY, toIso } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { exportSections, readmeOf, type ExportSection } from './export';

/**
 * Copies of a person's data, in `exports/<person>/<id>.zip`, for a day. They are gathered from one moment of the
 * database, a row at a time, so that memory does not grow with them; the archive is there whole or not at all.
 */
export interface ExportsService {
  readonly jobs: readonly JobDefinition[];
  list(caller: Caller): {
    readonly items: PersonExport[];
    readonly running: { readonly id: string; readonly rows: number; readonly section: string } | null;
    readonly problem: string | null;
  };
  /** @throws AppError `invalid_transition` while one is gathered for this person or another */
  make(caller: Caller, inTransaction?: InTransaction<string>): void;
  /** @throws AppError `not_found` */
  remove(id: string, caller: Caller, inTransaction?: InTransaction<string>): void;
  /** @throws AppError `not_found` */
  openFile(
    id: string,
    caller: Caller,
  ): { readonly file: string; readonly name: string; readonly bytes: number };
  /** Those of a person who is being erased. */
  removeAllOf(userId: string): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const FOLDER = 'exports';
const KEPT = 3;
const TTL_MS = DAY;
/** Rows between two looks at whoever else wants the thread. */
const BATCH = 100;
const ID = /^exp_[A-Za-z0-9]{1,40}$/;

interface Running {
  readonly id: string;
  readonly userId: string;
  rows: number;
  section: string;
  readonly done: Promise<void>;
}

export function createExportsService({
  clock,
  ids,
  database,
  audit,
  config,
  log,
  live,
}: Pick<Context, 'clock' | 'ids' | 'database' | 'audit' | 'config' | 'log' | 'live'>): ExportsService {
  const folderOf = (userId: string): string => join(config.dataFolder, FOLDER, userId);
  let running: Running | undefined;
  let isStopping = false;
  const problems = new Map<string, string>();

  const filesOf = (userId: string): { id: string; file: string; bytes: number; createdAt: number }[] => {
    const folder = folderOf(userId);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.zip') && ID.test(name.slice(0, -'.zip'.length)))
      .flatMap((name) => {
        const about = statSync(join(folder, name), { throwIfNoEntry: false });
        return about
          ? [
              {
                id: name.slice(0, -'.zip'.length),
                file: join(folder, name),
                bytes: about.size,
                createdAt: about.mtimeMs,
              },
            ]
          : [];
      })
      .toSorted((left, right) => right.createdAt - left.createdAt);
  };

  const find = (userId: string, id: string) => {
    const found = filesOf(userId).find((one) => one.id === id);
    if (!found) throw notFound('export');
    return found;
  };

  const gather = async (run: Running): Promise<void> => {
    const { id, userId } = run;
    const folder = folderOf(userId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `${id}.part`);
    using snapshot = openSnapshot(database.file);
    try {
      const sections = exportSections(snapshot.reader, userId, audit);
      const zip = new ZipFile();
      // Whatever breaks a section breaks the archive: it would look whole otherwise.
      zip.on('error', (error: Error) => zip.outputStream.emit('error', error));
      zip.addBuffer(Buffer.from(readmeOf(sections, clock.now())), 'README.txt');
      for (const section of sections) {
        zip.addReadStreamLazy(section.name, (done) => done(null, Readable.from(linesOf(section, run))));
      }
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(draft, { mode: 0o600, flags: 'wx' }));
      renameSync(draft, join(folder, `${id}.zip`));
      for (const { file } of filesOf(userId).slice(KEPT)) rmSync(file, { force: true });
    } finally {
      rmSync(draft, { force: true });
    }
  };

  async function* linesOf(section: ExportSection, run: Running): AsyncGenerator<string> {
    run.section = section.name;
    let lines: string[] = [];
    for (const row of section.rows()) {
      lines.push(`${JSON.stringify(row)}\n`);
      run.rows += 1;
      if (lines.length < BATCH) continue;
      yield lines.join('');
      lines = [];
      await setImmediate();
      if (isStopping) throw new Error('The server stops.');
    }
    if (lines.length > 0) yield lines.join('');
  }

  const start = (id: string, userId: string): void => {
    problems.delete(userId);
    let finish: () => void = () => undefined;
    const run: Running = {
      id,
      userId,
      rows: 0,
      section: '',
      done: new Promise((resolve) => (finish = resolve)),
    };
    running = run;
    gather(run)
      .catch((error: unknown) => {
        if (isStopping) return;
        log.error({ err: error, exportId: id }, 'export failed');
        problems.set(userId, error instanceof Error ? error.message.slice(0, 500) : 'unknown');
      })
      .finally(() => {
        running = undefined;
        live.publish(userId, { topic: 'data', id, change: 'export' });
        finish();
      });
  };

  const prune = (): void => {
    const root = join(config.dataFolder, FOLDER);
    if (!existsSync(root)) return;
    for (const userId of readdirSync(root)) {
      for (const { file, createdAt } of filesOf(userId)) {
        if (createdAt < clock.now() - TTL_MS) rmSync(file, { force: true });
      }
    }
  };

  const append = (
    caller: Caller,
    type: string,
    id: string,
    userId: string,
    inTransaction?: InTransaction<string>,
  ) =>
    database.writer.transaction((tx) => {
      const now = clock.now();
      audit.append(
        tx,
        { type, caller, ownerId: userId, subjectType: 'export', subjectId: id, person: { id: userId } },
        now,
      );
      inTransaction?.(tx, id, now);
    });

  return {
    jobs: [{ type: 'exports.prune', maxAttempts: 1, cron: '41 * * * *', handle: prune }],

    list(caller) {
      const { userId } = requireUser(caller, 'owner', false);
      const own = running?.userId === userId ? running : undefined;
      return {
        items: filesOf(userId).map(({ id, bytes, createdAt }) => ({
          id,
          bytes,
          createdAt: toIso(createdAt),
          expiresAt: toIso(createdAt + TTL_MS),
        })),
        running: own ? { id: own.id, rows: own.rows, section: own.section } : null,
        problem: problems.get(userId) ?? null,
      };
    },

    make(caller, inTransaction) {
      const { userId } = requireUser(caller, 'owner', true);
      if (running)
        throw new AppError('invalid_transition', 'A copy is being gathered. Ask again when it is done.', {
          reason: 'export_busy',
        });
      const id = ids.prefixed('exp');
      append(caller, 'export.requested', id, userId, inTransaction);
      start(id, userId);
    },

    remove(id, caller, inTransaction) {
      const { userId } = requireUser(caller, 'owner', true);
      const { file } = find(userId, id);
      append(caller, 'export.removed', id, userId, inTransaction);
      rmSync(file, { force: true });
    },

    openFile(id, caller) {
      const { userId } = requireUser(caller, 'owner', true);
      const { file, bytes, createdAt } = find(userId, id);
      append(caller, 'export.fetched', id, userId);
      return { file, bytes, name: `countersign-data-${toIso(createdAt).slice(0, 10)}.zip` };
    },

    removeAllOf(userId) {
      rmSync(folderOf(userId), { recursive: true, force: true });
    },

    async idle() {
      while (running) await running.done;
    },

    async stop() {
      isStopping = true;
      await running?.done;
    },
  };
}
