import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

/**
 * One server to a data folder. The lock is an open write transaction on `run/server.lock.db`: the operating system
 * ends it with its process, however that ends, so that nothing is ever stale and a reused pid or a zombie can't be
 * taken for a server. `run/server.lock` beside it says who holds it, for messages.
 *
 * Nothing else of the holder's process may open `run/server.lock.db` as a plain file: closing it would release the
 * lock (POSIX locks belong to process and inode).
 */
export interface FolderLock extends Disposable {
  /** Tells others, `cli session --link` for one, where the server listens. */
  announce(url: string): void;
}

export interface FolderHolder {
  /** Null when the holder's note can't be read: the lock counts all the same. */
  readonly pid: number | null;
  readonly startedAt: string | null;
  /** Where it listens, once it does. */
  readonly url: string | null;
}

/** Another process serves this data folder. */
export class FolderHeldError extends Error {
  constructor(
    readonly dataFolder: string,
    readonly holder: FolderHolder,
  ) {
    super(`Another Countersign server${nameOf(holder)} uses the data folder ${dataFolder}.`);
    this.name = 'FolderHeldError';
  }

  get pid(): number | null {
    return this.holder.pid;
  }
}

/** A command that looks whether the folder is held has it for a moment; a server is patient for that long. */
const ACQUIRE_TIMEOUT_MS = 500;
const UNKNOWN: FolderHolder = { pid: null, startedAt: null, url: null };

const note = z.object({
  pid: z.number().int().nullable(),
  startedAt: z.string().max(40).nullable(),
  url: z.string().max(2_000).nullable(),
});

/**
 * Takes the data folder for this process until it is disposed of, or the process ends in any way.
 * @throws FolderHeldError
 */
export function acquireFolderLock(dataFolder: string): FolderLock {
  mkdirSync(runFolderOf(dataFolder), { recursive: true, mode: 0o700 });
  const connection = tryLock(dataFolder, ACQUIRE_TIMEOUT_MS);
  if (!connection) throw new FolderHeldError(dataFolder, readNote(dataFolder));
  const holder: FolderHolder = { pid: process.pid, startedAt: new Date().toISOString(), url: null };
  writeNote(dataFolder, holder);
  let isHeld = true;
  return {
    announce(url) {
      if (isHeld) writeNote(dataFolder, { ...holder, url });
    },
    [Symbol.dispose]() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(noteOf(dataFolder), { force: true });
      connection.close();
    },
  };
}

/** Who serves the data folder now; undefined when nobody does. Writes nothing. */
export function findFolderHolder(dataFolder: string): FolderHolder | undefined {
  if (!existsSync(lockOf(dataFolder))) return undefined;
  const connection = tryLock(dataFolder, 0);
  if (!connection) return readNote(dataFolder);
  connection.close();
  return undefined;
}

/** The connection that holds the lock, or undefined when another one does. */
function tryLock(dataFolder: string, timeout: number): Database.Database | undefined {
  const connection = new Database(lockOf(dataFolder), { timeout });
  try {
    connection.exec('BEGIN IMMEDIATE');
    return connection;
  } catch (error) {
    connection.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

function readNote(dataFolder: string): FolderHolder {
  try {
    return note.parse(JSON.parse(readFileSync(noteOf(dataFolder), 'utf8')));
  } catch {
    // Between taking the lock and writing the note, or damaged: somebody holds it, whoever it is.
    return UNKNOWN;
  }
}

/** Whole or not at all: others read it at any moment. */
function writeNote(dataFolder: string, holder: FolderHolder): void {
  const file = noteOf(dataFolder);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function nameOf({ pid }: FolderHolder): string {
  return pid === null ? '' : ` (pid ${pid})`;
}

function runFolderOf(dataFolder: string): string {
  return join(dataFolder, 'run');
}

function lockOf(dataFolder: string): string {
  return join(runFolderOf(dataFolder), 'server.lock.db');
}

function noteOf(dataFolder: string): string {
  return join(runFolderOf(dataFolder), 'server.lock');
}
