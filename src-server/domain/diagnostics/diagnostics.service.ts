import { statSync } from 'node:fs';
import { arch, platform, release, totalmem } from 'node:os';
import type { Context } from '../../context';
import { SECOND, toIso } from '../../lib/clock';
import type { LogRing } from '../../lib/log-ring';
import { redactText } from '../../lib/redact-text';
import { VERSION } from '../../version';
import { verifyAuditLog } from '../audit/audit.source';
import { countWorld } from '../backups/backups.repo';
import { assertReadable } from '../backups/copies';
import { countRowsByTable, listMigrations } from './diagnostics.repo';
import { checkForeignKeys, checkJobs, checkPermissions, checkWal, type Finding } from './examine';
import { checkAgentIndex, checkPostIndex, checkProfileIndex } from './full-text-check';

/** What helps to find a fault, and nothing about anybody: everything in it is named here, one by one. */
export interface DiagnosticsService {
  /** The whole bundle, as it would be saved. */
  bundle(): Promise<{ readonly fileName: string; readonly text: string }>;
}

/** Beyond that the log is verified on the Audit page, where it may take its time. */
const MAX_VERIFIED_ROWS = 20_000;

export function createDiagnosticsService({
  clock,
  database,
  reader,
  config,
  backups,
  ring,
  startedAt,
}: Pick<Context, 'clock' | 'database' | 'reader' | 'config' | 'backups'> & {
  readonly ring: LogRing;
  readonly startedAt: number;
}): DiagnosticsService {
  const { read: sqlite } = database.raw;
  const folder = { dataFolder: config.dataFolder, file: database.file, sqlite };

  const examine = async (): Promise<Finding[]> => {
    const checks: (() => Finding | Promise<Finding>)[] = [
      () => checkWhole(database.file),
      () => checkForeignKeys(folder),
      checkAudit,
      () => checkPostIndex(sqlite),
      () => checkProfileIndex(sqlite),
      () => checkAgentIndex(sqlite),
      () => checkJobs(folder),
      () => checkPermissions(folder),
      () => checkWal(folder),
    ];
    const findings: Finding[] = [];
    for (const check of checks) {
      const { message, ...finding } = await check();
      findings.push({ ...finding, message: redactText(message.replaceAll(config.dataFolder, 'DATA')) });
    }
    return findings;
  };

  const checkAudit = (): Finding => {
    const rows = countWorld(reader).auditRows;
    if (rows > MAX_VERIFIED_ROWS) {
      return {
        check: 'audit',
        verdict: 'ok',
        message: `${rows} rows, not examined here: the Audit page verifies them`,
      };
    }
    const { ok, problems } = verifyAuditLog(reader);
    return {
      check: 'audit',
      verdict: ok ? 'ok' : 'problem',
      message: ok
        ? `${rows} rows, whole`
        : `${problems.length} problems: ${[...new Set(problems.map(({ problem }) => problem))].join(', ')}`,
    };
  };

  return {
    async bundle() {
      const now = clock.now();
      const { items, settings, last, isOverdue, freeBytes } = backups.overview();
      const document = {
        madeAt: toIso(now),
        app: {
          version: VERSION,
          mode: config.mode,
          node: process.versions.node,
          sqlite: String(sqlite.prepare('SELECT sqlite_version()').pluck().get()),
          upSeconds: Math.floor((now - startedAt) / SECOND),
        },
        system: { platform: platform(), release: release(), arch: arch(), memoryMb: toMb(totalmem()) },
        memoryUsedMb: toMb(process.memoryUsage().rss),
        settings: {
          hasConsole: config.hasConsole,
          hasLimits: config.hasLimits,
          allowsLocalTargets: config.allowsLocalTargets,
          allowsSignUp: config.allowsSignUp,
          hasPublicUrl: config.publicUrl !== undefined,
          hasSmtp: config.smtpUrl !== undefined,
          trustsProxy: config.trustProxy !== undefined,
          port: config.port,
          logLevel: config.logLevel,
        },
        database: {
          megabytes: toMb(statSync(database.file).size),
          migrations: listMigrations(reader),
          rows: countRowsByTable(reader),
        },
        backups: {
          settings,
          lastAt: last?.at ?? null,
          lastKind: last?.kind ?? null,
          hasFailed: last !== null && last.problem !== null,
          isOverdue,
          freeMb: toMb(freeBytes),
          list: items.map(({ kind, createdAt, bytes, isEncrypted }) => ({
            kind,
            createdAt,
            isEncrypted,
            megabytes: toMb(bytes),
          })),
        },
        checks: await examine(),
        log: ring.lines(),
      };
      return {
        fileName: `countersign-diagnostics-${toIso(now).slice(0, 10)}.json`,
        text: `${JSON.stringify(document, null, 2)}\n`,
      };
    },
  };
}

function toMb(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}

async function checkWhole(file: string): Promise<Finding> {
  try {
    await assertReadable(file);
    return { check: 'integrity', verdict: 'ok', message: 'every table is whole' };
  } catch {
    return { check: 'integrity', verdict: 'problem', message: 'the database is damaged' };
  }
}
