import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import * as schema from './schema';

export type Sqlite = Database.Database;
/** A Drizzle handle. Which connection is behind it decides what it may do: see `Reader` and `Tx`. */
export type Db = BetterSQLite3Database<typeof schema>;

declare const READ: unique symbol;
declare const WRITE: unique symbol;
/** The read-only connection: what everything outside gate, session services and job runner holds. */
export type Reader = Db & { readonly [READ]?: true };
/** The writing connection inside an open transaction. Only a `Writer` hands it out. */
export type Tx = Db & { readonly [WRITE]: true };

export interface TransactionOptions {
  /** Decisions, money, keys, claims: on disk before we answer (`synchronous=FULL`). */
  readonly isDurable?: boolean;
}

/** The one long-lived writer. Held by the gate, the session services and the job runner alone. */
export interface Writer {
  /** Runs `work` in one immediate, synchronous transaction; rolls back when it throws. Nested calls are a bug. */
  transaction<T>(work: (tx: Tx) => T, options?: TransactionOptions): T;
  /**
   * Runs `work` now, in a durable transaction that it shares with whatever else is grouped in this turn of the event
   * loop, and resolves once that is on disk: a sync to the disk costs more than all the rest of a write. Rejects when
   * `work` throws, whose writes alone vanish, or when the commit fails, and then nothing of the group was done. Until
   * the commit only `tx` sees what the group did; any other transaction commits the group first.
   */
  grouped<T>(work: (tx: Tx) => T): Promise<T>;
  /** Runs `work` so that its writes vanish when it throws, while the transaction around it goes on. */
  savepoint<T>(tx: Tx, work: () => T): T;
}

export interface OpenDatabase extends Disposable {
  readonly file: string;
  readonly writer: Writer;
  readonly reader: Reader;
  /** Raw handles for migration, backup and tests of what is written where. */
  readonly raw: { readonly write: Sqlite; readonly read: Sqlite };
  /**
   * Moves the log into the file and cuts it to nothing: until then it holds what was overwritten or deleted since.
   * @throws Error when somebody reads from the log at this moment; try again later
   */
  emptyLog(): void;
}

export const DATABASE_FILE = 'countersign.db';

/** How long a connection waits for another one. */
const BUSY_MS = 5_000;

/** Pages that a connection keeps, in KiB. What is written is read by the other one. */
const CACHE_KIB = { read: 32_000, write: 8_000 } as const;

function tune(sqlite: Sqlite, use: keyof typeof CACHE_KIB): void {
  sqlite.pragma(`busy_timeout = ${BUSY_MS}`);
  sqlite.pragma('foreign_keys = ON');
  // No memory map: SQLite drops it whenever the other connection wrote, and each read after a write would map anew.
  sqlite.pragma(`cache_size = -${CACHE_KIB[use]}`);
  sqlite.pragma('temp_store = MEMORY');
}

/** Opens (and creates) the file of a data folder; `migrate` runs on the writing connection first. */
export function openDatabase(dataFolder: string, migrate: (sqlite: Sqlite) => void): OpenDatabase {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  chmodSync(dataFolder, 0o700);
  const file = join(dataFolder, DATABASE_FILE);
  const write = new Database(file);
  write.pragma('journal_mode = WAL');
  write.pragma('synchronous = NORMAL');
  tune(write, 'write');
  // A checkpoint costs a sync of its own; 40 MB of log are read as fast as the file.
  write.pragma('wal_autocheckpoint = 10000');
  // What is deleted is overwritten: nobody reads it out of free pages of the file.
  write.pragma('secure_delete = ON');
  try {
    migrate(write);
  } catch (error) {
    write.close();
    throw error;
  }
  const read = new Database(file, { readonly: true });
  tune(read, 'read');
  read.pragma('query_only = ON');
  const { writer, settle } = createWriter(write);
  return {
    file,
    writer,
    reader: drizzle(read, { schema }),
    raw: { write, read },
    emptyLog() {
      settle();
      write.pragma('busy_timeout = 0');
      try {
        const [checkpoint] = write.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
        if (checkpoint?.busy !== 0) throw new Error('The log is being read');
      } finally {
        write.pragma(`busy_timeout = ${BUSY_MS}`);
      }
    },
    [Symbol.dispose]() {
      settle();
      read.close();
      if (write.open) write.pragma('wal_checkpoint(TRUNCATE)');
      write.close();
    },
  };
}

/** The database as it is at this moment, for work that reads for long while others write. */
export function openSnapshot(file: string): { readonly reader: Reader } & Disposable {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  tune(sqlite, 'read');
  sqlite.pragma('query_only = ON');
  sqlite.exec('BEGIN');
  // The first read pins the moment.
  sqlite.prepare('SELECT count(*) FROM sqlite_master').get();
  return { reader: drizzle(sqlite, { schema }), [Symbol.dispose]: () => void sqlite.close() };
}

/** An open transaction that several pieces of work share: who waits for its end, and for what if it failed. */
type Group = ((failure?: { readonly error: unknown }) => void)[];

/** `settle` commits what is grouped and not yet on disk. */
function createWriter(sqlite: Sqlite): { readonly writer: Writer; readonly settle: () => void } {
  const tx = drizzle(sqlite, { schema }) as unknown as Tx;
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  const mark = sqlite.prepare('SAVEPOINT effect');
  const release = sqlite.prepare('RELEASE effect');
  const rollBackToMark = sqlite.prepare('ROLLBACK TO effect');
  let isFull = false;
  let isWorking = false;
  let group: Group | undefined;

  const start = (isDurable: boolean): void => {
    if (isDurable !== isFull) {
      sqlite.pragma(`synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
      isFull = isDurable;
    }
    begin.run();
  };
  const run = <T>(work: (tx: Tx) => T): T => {
    isWorking = true;
    try {
      const result = work(tx);
      if (result instanceof Promise) throw new TypeError('A transaction must not await');
      return result;
    } finally {
      isWorking = false;
    }
  };
  const savepoint = <T>(work: () => T): T => {
    mark.run();
    try {
      const result = work();
      release.run();
      return result;
    } catch (error) {
      // A full disk and the like end the transaction around it too.
      if (sqlite.inTransaction) {
        rollBackToMark.run();
        release.run();
      }
      throw error;
    }
  };
  const end = (ending: Group, failure?: { readonly error: unknown }): void => {
    if (group === ending) group = undefined;
    for (const tell of ending) tell(failure);
  };
  const settle = (): void => {
    if (!group) return;
    const ending = group;
    try {
      commit.run();
      end(ending);
    } catch (error) {
      if (sqlite.inTransaction) rollback.run();
      end(ending, { error });
    }
  };
  const join = (): Group => {
    if (group) return group;
    start(true);
    const opened: Group = [];
    group = opened;
    setImmediate(() => {
      if (group === opened) settle();
    });
    return opened;
  };
  const assertFree = (): void => {
    if (isWorking) throw new Error('A transaction is already open');
  };

  const writer: Writer = {
    transaction(work, options = {}) {
      assertFree();
      settle();
      start(options.isDurable === true);
      try {
        const result = run(work);
        commit.run();
        return result;
      } catch (error) {
        if (sqlite.inTransaction) rollback.run();
        throw error;
      }
    },
    async grouped(work) {
      assertFree();
      const joined = join();
      let result;
      try {
        result = savepoint(() => run(work));
      } catch (error) {
        if (!sqlite.inTransaction) end(joined, { error });
        throw error;
      }
      await new Promise<void>((resolve, reject) => {
        joined.push((failure) => (failure ? reject(failure.error) : resolve()));
      });
      return result;
    },
    savepoint: (_tx, work) => savepoint(work),
  };
  return { writer, settle };
}

const WATCH_MS = 1_000;

/** Calls `onCommit` when the file changed, by whichever process; a pragma a second costs nothing. */
export function watchForeignCommits(sqlite: Sqlite, onCommit: () => void): Disposable {
  const version = (): unknown => sqlite.pragma('data_version', { simple: true });
  let seen = version();
  const timer = setInterval(() => {
    const now = version();
    if (now === seen) return;
    seen = now;
    onCommit();
  }, WATCH_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
