import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { migrate } from '../../db/migrate';
import type { Sqlite } from '../../db/open';
import { BackupFileError, type OnProgress } from './backup-file';

/** Copies of the database as one file each, and whether such a file is whole. */

/** Pages to a step: 4 MB, some milliseconds. */
const PAGES_PER_STEP = 1_000;

/**
 * SQLite's online backup: a copy of one moment, whatever the server writes meanwhile, a step at a time so that it
 * goes on answering. The read transaction pins the moment; without it every write would start the copy anew.
 */
export async function copyDatabase(source: string, target: string, onProgress?: OnProgress): Promise<void> {
  const connection = new Database(source, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    connection.exec('BEGIN');
    connection.prepare('SELECT count(*) FROM sqlite_master').get();
    await connection.backup(target, {
      progress({ totalPages, remainingPages }) {
        if (totalPages > 0) onProgress?.(1 - remainingPages / totalPages);
        return PAGES_PER_STEP;
      },
    });
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

/** `quick_check` of a database file, table by table. @throws BackupFileError `damaged` */
export async function assertReadable(file: string): Promise<void> {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const tables = sqlite
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
      .pluck()
      .all()
      .map(String);
    for (const table of tables) {
      const result: unknown = sqlite.pragma(`quick_check("${table.replaceAll('"', '""')}")`, {
        simple: true,
      });
      if (result !== 'ok') throw new BackupFileError(`The copy is damaged: ${String(result)}`);
      await setImmediate();
    }
  } finally {
    sqlite.close();
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
