import { z } from 'zod';
import { filledText } from '../contract/common';
import {
  checkForeignKeys,
  checkIntegrity,
  checkJobs,
  checkPermissions,
  checkWal,
  type Finding,
} from '../domain/diagnostics/examine';
import { checkPayments } from '../domain/billing/payments-check';
import { checkLedger } from '../domain/credits/ledger-check';
import { checkAgentIndex, checkPostIndex, checkProfileIndex } from '../domain/diagnostics/full-text-check';
import { findFolderHolder } from '../lib/folder-lock';
import { verifyFolder } from './audit-verify.command';
import { parseGiven, type CliCommand, type CliIo } from './command';
import { openView, type FolderView } from './data-folder';

const options = z.object({ data: filledText(4_000) });

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
        checkAgentIndex(view.sqlite),
        checkLedger(view.sqlite),
        checkPayments(view.sqlite),
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
