import { createHash, createPublicKey, verify, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { signedExportBytes } from '../../gate/audit-format';
import {
  parseExportLine,
  toChainRow,
  type ExportCheckpoint,
  type ExportHeader,
  type ExportSeal,
} from './export-format';
import type { AuditProblem } from './problems';
import { createAuditVerifier, type AuditReport } from './verify';

/** Verifies an exported file: `cli audit verify --file` and the standalone verifier are both made from this. */

export interface ExportReport extends AuditReport {
  /** Rows of others, whose place was checked and whose content was not. */
  readonly opaque: number;
  /** Whose rows are shown in full. */
  readonly ownerId: string;
  readonly exportedAt: string;
  /** SHA-256 of the public key that was believed (SPKI, DER). */
  readonly keyFingerprint: string | null;
  /** `given`: brought along, and so not replaceable by who changed the file. */
  readonly keyFrom: 'given' | 'export';
}

/** The file is no export at all. */
export class NotAnExportError extends Error {
  override readonly name = 'NotAnExportError';
}

/** Lines named one by one when they can't be read. */
const BAD_LINES = 20;

/**
 * Reads the file twice, a line in memory at a time: what is signed, then the rows.
 * @throws NotAnExportError, and what reading a file throws
 */
export async function verifyExport(file: string, givenKey?: string): Promise<ExportReport> {
  const signed = await readSigned(file);
  const { header, checkpoints, problems } = signed;
  const publicKeyPem = givenKey ?? header.publicKey;
  const verifier = createAuditVerifier(
    { head: header.head ?? undefined, checkpoints: checkpoints.toSorted((a, b) => a.seq - b.seq) },
    { publicKeyPem, hasHistory: true },
  );
  let last = 0;
  let opaque = 0;
  for await (const text of linesOf(file)) {
    const line = parseExportLine(text);
    if (line?.line !== 'row' && line?.line !== 'opaque') continue;
    if (line.seq <= last) {
      problems.push(problem('added', line.seq, `Row ${line.seq}: there twice, or not in its order.`));
      continue;
    }
    last = line.seq;
    if (line.line === 'opaque') opaque += 1;
    verifier.push(
      toChainRow(line, (sealed) => createHash('sha256').update(Buffer.from(sealed, 'base64')).digest('hex')),
    );
  }
  const report = verifier.finish([]);
  problems.push(...judgeSeal(signed, publicKeyPem));
  return {
    ...report,
    ok: report.ok && problems.length === 0,
    problems: [...problems, ...report.problems].toSorted((a, b) => a.seq - b.seq),
    opaque,
    ownerId: header.ownerId,
    exportedAt: header.exportedAt,
    keyFingerprint: fingerprint(publicKeyPem),
    keyFrom: givenKey === undefined ? 'export' : 'given',
  };
}

interface SignedParts {
  readonly header: ExportHeader;
  readonly checkpoints: ExportCheckpoint[];
  readonly seal: ExportSeal | undefined;
  /** Of all lines before the seal. */
  readonly sha256: string;
  readonly problems: AuditProblem[];
}

async function readSigned(file: string): Promise<SignedParts> {
  const hash: Hash = createHash('sha256');
  const checkpoints: ExportCheckpoint[] = [];
  const problems: AuditProblem[] = [];
  let header: ExportHeader | undefined;
  let seal: ExportSeal | undefined;
  let number = 0;
  for await (const text of linesOf(file)) {
    number += 1;
    const line = parseExportLine(text);
    if (number === 1) {
      if (line?.line !== 'header') throw new NotAnExportError(`${file} is not an export of an audit log.`);
      header = line;
    }
    if (seal && problems.length < BAD_LINES)
      problems.push(problem('file-changed', 0, `Line ${number}: after the end of the file.`));
    if (line?.line === 'seal') {
      seal = line;
      continue;
    }
    hash.update(`${text}\n`);
    if (line?.line === 'checkpoint') checkpoints.push(line);
    if (!line && problems.length < BAD_LINES)
      problems.push(problem('file-changed', 0, `Line ${number}: can't be read.`));
  }
  if (!header) throw new NotAnExportError(`${file} is empty.`);
  return { header, checkpoints, seal, sha256: hash.digest('hex'), problems };
}

/** The seal covers what no row does: whose file it is, and which rows are shown in full. */
function judgeSeal({ seal, sha256 }: SignedParts, publicKeyPem: string): AuditProblem[] {
  if (!seal) return [problem('file-changed', 0, 'The last line, which seals the file, is not there.')];
  try {
    const key = createPublicKey(publicKeyPem);
    if (!verify(null, signedExportBytes(seal.sha256), key, Buffer.from(seal.signature, 'base64')))
      return [problem('bad-signature', 0, 'The seal of the file was not made by this installation.')];
  } catch {
    // The verifier names a key that can't be read.
    return [];
  }
  return seal.sha256 === sha256 ? [] : [problem('file-changed', 0, 'The file is not as it was exported.')];
}

function problem(type: AuditProblem['problem'], seq: number, message: string): AuditProblem {
  return { seq, lastSeq: seq, problem: type, message };
}

function fingerprint(publicKeyPem: string): string | null {
  try {
    const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(der).digest('hex');
  } catch {
    return null;
  }
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}

const SHOWN = 50;

/** What a person reads, without the last line break. */
export function describeExport(report: ExportReport): string {
  const { rows, opaque, checkpoints, problems } = report;
  const key =
    report.keyFrom === 'given'
      ? 'Checked with the public key you gave'
      : 'Checked with the public key printed in the file. Compare it with the one that Countersign shows under Audit';
  const notes = [
    `${key}: SHA-256 ${report.keyFingerprint ?? '(it can not be read)'}.`,
    ...(opaque > 0
      ? [
          `${opaque} of the rows are somebody else's and shown as hashes: their place in the chain is checked, their content is not.`,
        ]
      : []),
  ];
  if (report.ok) {
    return [`The export is whole: ${rows} rows, ${checkpoints} checkpoints, one seal.`, ...notes].join('\n');
  }
  const shown = problems.slice(0, SHOWN).map((item) => `${item.problem}: ${item.message}`);
  const rest = problems.length - shown.length;
  return [
    `The export was tampered with or damaged (${rows} rows, ${checkpoints} checkpoints):`,
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more; --json lists them.`] : []),
    ...notes,
  ].join('\n');
}
