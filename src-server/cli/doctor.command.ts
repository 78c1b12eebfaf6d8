import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { filledText } from '../contract/common';
import { MASTER_KEY_FILE } from '../domain/identity/master-key';
import { findFolderHolder } from '../lib/folder-lock';
import { verifyFolder } from './audit-verify.command';
import { parseGiven, type CliCommand, type CliIo } from './command';
import { openView, type FolderView } from './data-folder';
import { checkPostIndex, checkProfileIndex } from './full-text-check';

/** `warning` is worth a look; only `problem` makes the exit code 1. */
export type Verdict = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  readonly message: string;
}

const options = z.object({ data: filledText(4_000) });

/** A write-ahead log of this size was not checkpointed for long: some reader never lets go. */
const WAL_WARNING_BYTES = 64 * 1024 * 1024;
const LISTED = 10;

export const doctor: CliCommand = {
  path: ['doctor'],
  summary: 'Examine a data folder without changing it; exit code 1 when something is broken',
  run(given, io) {
    const { data } = parseGiven(options, given);
    const view = openView(data);
    try {
      const findings = [
        checkHolder(view),
        checkIntegrity(view),
        checkForeignKeys(view),
        checkAudit(view, io),
        checkPostIndex(view.sqlite),
        checkProfileIndex(view.sqlite),
        checkJobs(view),
        checkPermissions(view),
        checkWal(view),
      ];
      const ok = findings.every(({ verdict }) => verdict !== 'problem');
      return {
        document: { ok, mode: view.mode, findings },
        text: findings
          .map(({ verdict, check, message }) => `${verdict.padEnd(7)} ${check}: ${message}`)
          .join('\n'),
        exitCode: ok ? 0 : 1,
      };
    } finally {
      view[Symbol.dispose]();
    }
  },
};

function checkHolder({ dataFolder, mode }: FolderView): Finding {
  const holder = findFolderHolder(dataFolder);
  const message =
    holder === undefined
      ? `a ${mode}’s data folder; no server uses it now`
      : `a ${mode}’s data folder, used by a server (pid ${holder.pid ?? 'unknown'}${holder.url ? `, ${holder.url}` : ''})`;
  return { check: 'folder', verdict: 'ok', message };
}

function checkIntegrity({ sqlite }: FolderView): Finding {
  const rows = sqlite.prepare(`PRAGMA integrity_check(${LISTED})`).pluck().all().map(String);
  const isWhole = rows.length === 1 && rows[0] === 'ok';
  return {
    check: 'integrity',
    verdict: isWhole ? 'ok' : 'problem',
    message: isWhole ? 'every page and index is whole' : rows.join('; '),
  };
}

function checkForeignKeys({ sqlite }: FolderView): Finding {
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

function checkAudit(view: FolderView, io: CliIo): Finding {
  const { ok, rows, problems } = verifyFolder(view, io);
  return {
    check: 'audit',
    verdict: ok ? 'ok' : 'problem',
    message: ok
      ? `${rows} rows, whole`
      : `${problems.length} problems; cli audit verify names them: ${problems[0]?.message ?? ''}`,
  };
}

function checkJobs({ sqlite }: FolderView): Finding {
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
function checkPermissions({ dataFolder }: FolderView): Finding {
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

function checkWal({ file }: FolderView): Finding {
  const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const kilobytes = Math.ceil(size / 1024);
  return {
    check: 'write-ahead log',
    verdict: size > WAL_WARNING_BYTES ? 'warning' : 'ok',
    message: size > WAL_WARNING_BYTES ? `${kilobytes} KB: a reader never lets go` : `${kilobytes} KB`,
  };
}
