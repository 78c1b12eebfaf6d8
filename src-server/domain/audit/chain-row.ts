import type { AuditRowContent } from '../../gate/audit-format';

/** A row as it is stored. */
export interface StoredAuditRow extends AuditRowContent {
  readonly hash: string;
  /** SHA-256 of the sealed bytes that lie beside it now; null where there are none, undefined where nobody looked. */
  readonly sealedHash: string | null | undefined;
}

/** Somebody else's row in an export: its place in the chain can be proved, its content can't (decisions §2). */
export interface OpaqueAuditRow {
  readonly seq: number;
  readonly hash: string;
  readonly prevHash: string;
  readonly isOpaque: true;
}

export type ChainRow = StoredAuditRow | OpaqueAuditRow;

export function isOpaque(row: ChainRow): row is OpaqueAuditRow {
  return 'isOpaque' in row;
}
