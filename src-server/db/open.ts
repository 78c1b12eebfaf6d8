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
  /** Runs `work` so that its writes vanish when it throws, while the transaction around it goes on. */
  savepoint<T>(tx: Tx, work: () => T): T;
}

export interface OpenDatabase extends Disposable {
  readonly file: string;
  readonly writer: Writer;
  readonly reader: Reader;
  /** Raw handles for migration, backup and tests of what is written where. */
  readonly raw: { readonly write: Sqlite; readonly read: Sqlite };
}

export const DATABASE_FILE = 'countersign.db';

function tune(sqlite: Sqlite): void {
  sqlite.pragma('busy_timeout = 5000');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('cache_size = -32000');
  sqlite.pragma('mmap_size = 268435456');
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
  tune(write);
  // A checkpoint costs a sync of its own; 40 MB of log are read as fast as the file.
  write.pragma('wal_autocheckpoint = 10000');
  migrate(write);
  const read = new Database(file, { readonly: true });
  tune(read);
  read.pragma('query_only = ON');
  return {
    file,
    writer: createWriter(write),
    reader: drizzle(read, { schema }),
    raw: { write, read },
    [Symbol.dispose]() {
      read.close();
      if (write.open) write.pragma('wal_checkpoint(TRUNCATE)');
      write.close();
    },
  };
}

function createWriter(sqlite: Sqlite): Writer {
  const tx = drizzle(sqlite, { schema }) as unknown as Tx;
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  let isFull = false;
  const setDurability = (isDurable: boolean): void => {
    if (isDurable === isFull) return;
    sqlite.pragma(`synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
    isFull = isDurable;
  };
  return {
    transaction(work, options = {}) {
      if (sqlite.inTransaction) throw new Error('A transaction is already open');
      setDurability(options.isDurable === true);
      begin.run();
      try {
        const result = work(tx);
        if (result instanceof Promise) throw new TypeError('A transaction must not await');
        commit.run();
        return result;
      } catch (error) {
        if (sqlite.inTransaction) rollback.run();
        throw error;
      }
    },
    savepoint(_tx, work) {
      sqlite.exec('SAVEPOINT effect');
      try {
        const result = work();
        sqlite.exec('RELEASE effect');
        return result;
      } catch (error) {
        sqlite.exec('ROLLBACK TO effect; RELEASE effect');
        throw error;
      }
    },
  };
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
