import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { migrate } from '../../db/migrate';
import type { Sqlite } from '../../db/open';
import { BackupFileError } from './backup-file';

/** Copies of the database as one file each, and putting one in the place of another; nothing is ever overwritten. */

/** SQLite's online backup, in one step: a copy of one moment, whatever the server writes meanwhile. */
export async function copyDatabase(source: string, target: string): Promise<void> {
  const connection = new Database(source, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    await connection.backup(target, { progress: () => Number.MAX_SAFE_INTEGER });
  } finally {
    connection.close();
  }
  // A single file, without the write-ahead log that its header asks for.
  const copy = new Database(target);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

/** The same at once, on an open connection outside of any transaction. */
export function copyDatabaseNow(sqlite: Sqlite, target: string): void {
  sqlite.prepare('VACUUM INTO ?').run(target);
}

/**
 * Whole, and made by a version that is not ahead of this one.
 * @throws BackupFileError `damaged`, `outdated`
 */
export function assertWhole(file: string): void {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const result = sqlite.prepare('PRAGMA integrity_check(1)').pluck().get();
    if (result !== 'ok') throw new BackupFileError(`The backup is damaged: ${String(result)}`);
    const applied = sqlite.prepare('SELECT name FROM _migrations').pluck().all();
    const known = knownMigrations();
    if (applied.some((name) => !known.has(String(name)))) {
      throw new BackupFileError(
        'The backup was made by a newer version of Countersign. Update, then restore it.',
        undefined,
        'outdated',
      );
    }
  } finally {
    sqlite.close();
  }
}

function knownMigrations(): ReadonlySet<string> {
  const fresh = new Database(':memory:');
  try {
    migrate(fresh);
    return new Set(fresh.prepare('SELECT name FROM _migrations').pluck().all().map(String));
  } finally {
    fresh.close();
  }
}

/**
 * Puts `made` in the place of a database that nobody has open, on the same disk. What was there gets a dated name
 * beside it, which is the answer; null where nothing was.
 */
export function swapDatabase(file: string, made: string): string | null {
  let replaced: string | null = null;
  if (existsSync(file)) {
    foldInLog(file);
    replaced = `${file}.replaced-${new Date().toISOString().replaceAll(':', '-')}`;
    renameSync(file, replaced);
    for (const suffix of ['-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, replaced + suffix);
    }
  }
  renameSync(made, file);
  return replaced;
}

/** The write-ahead log becomes part of the file that is kept; a damaged one is kept with its log beside it. */
function foldInLog(file: string): void {
  try {
    const sqlite = new Database(file);
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    sqlite.close();
  } catch {
    return;
  }
}
