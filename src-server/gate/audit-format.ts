import { hash } from 'node:crypto';
import { toCanonicalJson } from '../lib/jcs';

/**
 * The audit chain (decisions §3). A row's hash covers the row and the hash before it; personal data lies beside the
 * chain, sealed with a key per person, and only the hash of the sealed bytes is chained, so erasing the key keeps
 * the chain whole. Checkpoints and the head are signed, so that a cut-off tail is named.
 *
 *   row n: hash = SHA-256(JCS{v, seq, at, type, actor, agent, owner, subject, trace, data, private, prev})
 */
export const AUDIT_FORMAT_VERSION = 1;
export const GENESIS = '0'.repeat(64);
export const CHECKPOINT_EVERY_ROWS = 1_000;

/** The row as it is hashed. Field order does not matter: JCS sorts. */
export interface AuditRowContent {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly agentId: string | null;
  readonly ownerId: string | null;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly traceId: string;
  readonly data: string;
  readonly privateHash: string | null;
  readonly prevHash: string;
}

export function hashAuditRow(row: AuditRowContent): string {
  const content = {
    v: AUDIT_FORMAT_VERSION,
    seq: row.seq,
    at: row.at,
    type: row.type,
    actor: { type: row.actorType, id: row.actorId },
    agent: row.agentId,
    owner: row.ownerId,
    subject: { type: row.subjectType, id: row.subjectId },
    trace: row.traceId,
    data: row.data,
    private: row.privateHash,
    prev: row.prevHash,
  };
  return hash('sha256', toCanonicalJson(content), 'hex');
}

/** The bytes a head or checkpoint signature covers. */
export function signedHeadBytes(
  purpose: 'head' | 'checkpoint',
  seq: number,
  head: string,
  at: number,
): Buffer {
  return Buffer.from(`countersign/audit/${purpose}/v1\n${seq}\n${head}\n${at}`);
}

/** The bytes that the last line of an export signs: the SHA-256 of all lines before it. */
export function signedExportBytes(sha256: string): Buffer {
  return Buffer.from(`countersign/audit/export/v1\n${sha256}`);
}
