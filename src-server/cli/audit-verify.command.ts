import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { filledText } from '../contract/common';
import type { AuditCheckpoint } from '../contract/process';
import { verifyAuditLog } from '../domain/audit/audit.source';
import type { AuditReport } from '../domain/audit/verify';
import { describeExport, verifyExport } from '../domain/audit/verify-export';
import { openAuditPublicKey } from '../domain/identity/keyring';
import { readServerMasterKey } from '../domain/identity/master-key';
import { CliError, parseGiven, type CliAnswer, type CliCommand, type CliIo } from './command';
import { configOf, messageOf, openView, type FolderView } from './data-folder';

const options = z.object({
  data: filledText(4_000).optional(),
  checkpoint: filledText(4_000).optional(),
  file: filledText(4_000).optional(),
  key: filledText(4_000).optional(),
});

/** Problems printed for people; the document has up to 1,000. */
const SHOWN = 50;

export const auditVerify: CliCommand = {
  path: ['audit', 'verify'],
  summary:
    'Look for changed, missing, added and cut-off rows of the audit log; exit code 1 when there are any',
  options: [
    {
      flags: '--checkpoint <file>',
      summary:
        'the last checkpoint as the desktop app keeps it; found by itself beside a desktop’s data folder',
    },
    { flags: '--file <export>', summary: 'verify an exported NDJSON file in place of a data folder' },
    { flags: '--key <pem>', summary: 'the public key to believe in place of the one printed in the export' },
  ],
  needsData: 'optional',
  async run(given, io) {
    const { data, checkpoint, file, key } = parseGiven(options, given);
    if (file !== undefined) {
      if (data !== undefined || checkpoint !== undefined)
        throw new CliError(
          'usage',
          '--file: an export is verified by itself, without --data or --checkpoint.',
        );
      return verifyFile(file, key);
    }
    if (key !== undefined) throw new CliError('usage', '--key: goes with --file.');
    if (data === undefined)
      throw new CliError('usage', 'Name the data folder with --data, or an export with --file.');
    const view = openView(data);
    try {
      const verified = verifyFolder(view, io, checkpoint);
      return {
        document: verified,
        text: describe(verified),
        exitCode: verified.ok ? 0 : 1,
      };
    } finally {
      view[Symbol.dispose]();
    }
  },
};

/** The same as the standalone file that ships with exports: both are made of `verify-export.ts`. */
async function verifyFile(file: string, keyFile: string | undefined): Promise<CliAnswer> {
  try {
    const key = keyFile === undefined ? undefined : readFileSync(keyFile, 'utf8');
    const report = await verifyExport(file, key);
    return { document: report, text: describeExport(report), exitCode: report.ok ? 0 : 1 };
  } catch (cause) {
    throw new CliError('usage', messageOf(cause), cause);
  }
}

export interface VerifiedFolder extends AuditReport {
  /** `sealed`: opened with the master key. `plain`: as it lies in the data folder, which its writer could replace. */
  readonly publicKey: 'sealed' | 'plain';
  readonly keptCheckpoint: number | null;
}

/** Verifies with the best that is at hand: the sealed public key, and the checkpoint the app keeps. */
export function verifyFolder(view: FolderView, io: CliIo, checkpointFile?: string): VerifiedFolder {
  const kept = findKeptCheckpoint(view, checkpointFile);
  const publicKeyPem = findSealedKey(view, io);
  const report = verifyAuditLog(view.reader, { kept, publicKeyPem });
  return {
    ...report,
    publicKey: publicKeyPem === undefined ? 'plain' : 'sealed',
    keptCheckpoint: kept?.seq ?? null,
  };
}

/** A server's operator usually has the master key at hand; a desktop's lies in the keychain. */
function findSealedKey(view: FolderView, io: CliIo): string | undefined {
  if (view.mode === 'desktop') return undefined;
  try {
    const { secrets } = configOf(view.dataFolder, io);
    const { masterKey } = readServerMasterKey({
      env: {
        COUNTERSIGN_MASTER_KEY_FILE: secrets.masterKeyFile,
        COUNTERSIGN_MASTER_KEY: secrets.masterKey,
      },
      dataFolder: view.dataFolder,
      mayCreate: false,
    });
    return openAuditPublicKey(view.reader, masterKey);
  } catch (error) {
    io.stderr(`The master key is not at hand (${messageOf(error)}): the plain public key is believed.\n`);
    return undefined;
  }
}

const checkpointSchema = z.object({
  seq: z.number().int().min(1),
  head: z.string().max(100),
  at: z.iso.datetime(),
  signature: z.string().max(200),
});

/** The app keeps its file beside the data folder it made. */
function findKeptCheckpoint(
  { mode, dataFolder }: FolderView,
  given: string | undefined,
): AuditCheckpoint | undefined {
  const usual = join(dirname(resolve(dataFolder)), 'audit-checkpoint.json');
  const file = given ?? (mode === 'desktop' && existsSync(usual) ? usual : undefined);
  if (file === undefined) return undefined;
  try {
    return checkpointSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CliError(
      'usage',
      `--checkpoint: ${file} is not a checkpoint (${messageOf(cause).split('\n', 1)[0]}).`,
      cause,
    );
  }
}

function describe({
  ok,
  rows,
  checkpoints,
  problems,
  hasMore,
  keptCheckpoint,
  publicKey,
}: VerifiedFolder): string {
  const against = [
    `${checkpoints} checkpoints`,
    ...(keptCheckpoint === null ? [] : [`the one kept outside (row ${keptCheckpoint})`]),
    `the ${publicKey} public key`,
  ].join(', ');
  if (ok) return `The audit log is whole: ${rows} rows, checked against ${against}.`;
  const shown = problems.slice(0, SHOWN).map(({ problem, message }) => `${problem}: ${message}`);
  const rest = problems.length - shown.length;
  return [
    `The audit log was tampered with or damaged (${rows} rows, checked against ${against}):`,
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more; --json lists them.`] : []),
    ...(hasMore ? ['There are more problems than are listed.'] : []),
  ].join('\n');
}
