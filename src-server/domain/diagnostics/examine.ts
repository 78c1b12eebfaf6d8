import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sqlite } from '../../db/open';
import { MASTER_KEY_FILE } from '../identity/master-key';

/** Looking at a data folder without changing it; for the command line and for the diagnostics bundle. */

/** `warning` is worth a look; only `problem` means that something is broken. */
export type Verdict = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  readonly message: string;
}

export interface Examined {
  readonly dataFolder: string;
  readonly file: string;
  readonly sqlite: Sqlite;
}

/** A write-ahead log of this size was not checkpointed for long: some reader never lets go. */
const WAL_WARNING_BYTES = 64 * 1024 * 1024;
const LISTED = 10;

export function checkIntegrity({ sqlite }: Examined): Finding {
  const rows = sqlite.prepare(`PRAGMA integrity_check(${LISTED})`).pluck().all().map(String);
  const isWhole = rows.length === 1 && rows[0] === 'ok';
  return {
    check: 'integrity',
    verdict: isWhole ? 'ok' : 'problem',
    message: isWhole ? 'every page and index is whole' : rows.join('; '),
  };
}

export function checkForeignKeys({ sqlite }: Examined): Finding {
  const tables: string[] = [];
  for (const row of sqlite
    .prepare('SELECT "table" AS name FROM pragma_foreign_key_check')
    .pluck()
    .iterate()) {
    tables.push(String(row));
    if (tables.length >= LISTED) break;
  }
  return {
    check: 'foreign keys',
    verdict: tables.length === 0 ? 'ok' : 'problem',
    message:
      tables.length === 0
        ? 'every row has what it refers to'
        : `broken in ${[...new Set(tables)].join(', ')}`,
  };
}

export function checkJobs({ sqlite }: Examined): Finding {
  const failed = sqlite
    .prepare(
      "SELECT type, count(*) AS n FROM jobs WHERE status = 'failed' GROUP BY type ORDER BY n DESC LIMIT ?",
    )
    .all(LISTED)
    .map((row) => failedJobs.parse(row));
  return {
    check: 'jobs',
    verdict: failed.length === 0 ? 'ok' : 'warning',
    message:
      failed.length === 0
        ? 'none has failed'
        : `failed: ${failed.map(({ type, n }) => `${type} ${n}`).join(', ')}`,
  };
}

const failedJobs = z.object({ type: z.string(), n: z.number() });

/** Other users of the machine are kept out by the folder; the key file has its own bolt. */
export function checkPermissions({ dataFolder }: Examined): Finding {
  if (process.platform === 'win32') {
    return { check: 'permissions', verdict: 'ok', message: 'not examined on Windows' };
  }
  const open = [dataFolder, join(dataFolder, MASTER_KEY_FILE)].flatMap((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & 0o077) === 0 ? [] : [`${path} is ${(mode & 0o777).toString(8)}`];
  });
  return {
    check: 'permissions',
    verdict: open.length === 0 ? 'ok' : 'problem',
    message: open.length === 0 ? 'nobody else can read it' : `others can read it: ${open.join('; ')}`,
  };
}

export function checkWal({ file }: Examined): Finding {
  const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const kilobytes = Math.ceil(size / 1024);
  return {
    check: 'write-ahead log',
    verdict: size > WAL_WARNING_BYTES ? 'warning' : 'ok',
    message: size > WAL_WARNING_BYTES ? `${kilobytes} KB: a reader never lets go` : `${kilobytes} KB`,
  };
}
