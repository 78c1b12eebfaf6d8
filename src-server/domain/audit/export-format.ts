import type { AuditRowContent } from '../../gate/audit-format';
import type { ChainRow } from './chain-row';
import type { StoredCheckpoint, StoredHead } from './verify';

/**
 * An exported audit log: one JSON object a line. Free of dependencies: the standalone verifier is made from this file.
 *
 *   header       what this is, the public key, the signed head
 *   checkpoint*  every signed state
 *   row*         the chain in order; somebody else's row is its number and two hashes
 *   seal         SHA-256 of all bytes above, signed
 */
export const EXPORT_FORMAT = 'countersign-audit-export';
export const EXPORT_VERSION = 1;

export interface ExportHeader {
  readonly line: 'header';
  readonly format: typeof EXPORT_FORMAT;
  readonly version: typeof EXPORT_VERSION;
  readonly exportedAt: string;
  readonly instanceId: string;
  /** Whose rows are shown in full. */
  readonly ownerId: string;
  /** Ed25519, SPKI PEM. */
  readonly publicKey: string;
  readonly head: StoredHead | null;
}

export type ExportCheckpoint = { readonly line: 'checkpoint' } & StoredCheckpoint;

/** A row in full; `sealed` are the bytes that lie beside it, base64, which only this installation can open. */
export type ExportRow = {
  readonly line: 'row';
  readonly hash: string;
  readonly sealed: string | null;
} & AuditRowContent;

export interface ExportOpaqueRow {
  readonly line: 'opaque';
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  /** For admins: what is said to be in it. Not provable without the rest. */
  readonly ids?: Readonly<Record<string, string | number | null>>;
}

export interface ExportSeal {
  readonly line: 'seal';
  readonly sha256: string;
  readonly signature: string;
}

export type ExportLine = ExportHeader | ExportCheckpoint | ExportRow | ExportOpaqueRow | ExportSeal;

type Unknown = Readonly<Record<string, unknown>>;
const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isHash = (value: unknown): boolean => isText(value) && /^[0-9a-f]{64}$/.test(value);

const isHead = (value: unknown): boolean => {
  if (value === null) return true;
  const head = value as Unknown;
  return (
    typeof value === 'object' && isWhole(head['seq']) && isText(head['head']) && isText(head['signature'])
  );
};

const CHECKS: Readonly<Record<ExportLine['line'], (line: Unknown) => boolean>> = {
  header: (line) =>
    line['format'] === EXPORT_FORMAT &&
    line['version'] === EXPORT_VERSION &&
    isText(line['ownerId']) &&
    isText(line['publicKey']) &&
    isHead(line['head']),
  checkpoint: (line) =>
    isWhole(line['seq']) && isText(line['head']) && isWhole(line['at']) && isText(line['signature']),
  row: (line) =>
    isWhole(line['seq']) &&
    isWhole(line['at']) &&
    ['type', 'actorType', 'traceId', 'data', 'prevHash', 'hash'].every((name) => isText(line[name])) &&
    ['actorId', 'agentId', 'ownerId', 'subjectType', 'subjectId', 'privateHash', 'sealed'].every((name) =>
      isTextOrNull(line[name]),
    ),
  opaque: (line) => isWhole(line['seq']) && isHash(line['prevHash']) && isHash(line['hash']),
  seal: (line) => isHash(line['sha256']) && isText(line['signature']),
};

/** A line of an export; undefined for anything else. */
export function parseExportLine(text: string): ExportLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null) return undefined;
    const name: unknown = (line as Unknown)['line'];
    if (!isText(name) || !Object.hasOwn(CHECKS, name)) return undefined;
    return CHECKS[name as ExportLine['line']](line as Unknown) ? (line as ExportLine) : undefined;
  } catch {
    return undefined;
  }
}

/** A row of an export as the verifier takes it. */
export function toChainRow(
  line: ExportRow | ExportOpaqueRow,
  sealedHashOf: (sealed: string) => string,
): ChainRow {
  if (line.line === 'opaque')
    return { seq: line.seq, hash: line.hash, prevHash: line.prevHash, isOpaque: true };
  const { line: _line, sealed, ...row } = line;
  return { ...row, sealedHash: sealed === null ? null : sealedHashOf(sealed) };
}
