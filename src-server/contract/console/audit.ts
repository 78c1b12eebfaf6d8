import { z } from 'zod';
import { id, instant, sha256Hex, text } from '../common';
import { activityActor, activityAgent } from './activity';
import { endpoint } from './endpoint';

const seq = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const auditRow = z.object({
  seq: z.number().int(),
  at: z.string(),
  type: z.string(),
  actor: activityActor,
  agent: activityAgent.nullable(),
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  traceId: z.string(),
  hash: sha256Hex,
  hasPrivate: z.boolean(),
});
export type AuditRowView = z.infer<typeof auditRow>;

/** What a search takes; an export to CSV takes the same. */
const auditFilter = {
  /** Beginning of the type: `action.`, `agent.paused`. */
  type: text(80).optional(),
  agentId: id.optional(),
  actorId: id.optional(),
  subjectId: id.optional(),
  traceId: id.optional(),
  from: instant.optional(),
  to: instant.optional(),
  /** `system`: rows that belong to nobody, such as backups; for admins. */
  scope: z.enum(['own', 'system']).optional(),
};

export const searchAudit = endpoint({
  method: 'GET',
  path: '/audit',
  summary: 'Your rows of the audit log and your agents’, newest first',
  query: z.strictObject({
    ...auditFilter,
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    items: z.array(auditRow),
    nextCursor: z.string().nullable(),
    searchedBackTo: z.string().nullable(),
  }),
});

export const auditRowDetail = auditRow.extend({
  prevHash: sha256Hex,
  privateHash: sha256Hex.nullable(),
  /** What is in the chain: ids, hashes, numbers, words of ours. */
  data: z.record(z.string(), z.unknown()),
  /** Names, addresses and texts, which lie beside the chain. */
  personal: z.discriminatedUnion('state', [
    z.object({ state: z.literal('none') }),
    z.object({ state: z.literal('open'), data: z.record(z.string(), z.unknown()) }),
    /** Its key was destroyed: nobody can read it again, and the chain still verifies. */
    z.object({ state: z.literal('erased') }),
    z.object({ state: z.literal('someone-elses') }),
    /** It should be there and is not, or can't be opened. */
    z.object({ state: z.literal('damaged') }),
  ]),
  checks: z.object({
    /** The hash is that of the content. */
    hash: z.boolean(),
    /** The row before has the hash that this one names. */
    chain: z.boolean(),
    /** The first signed state that covers the row. */
    signedBy: z
      .object({
        type: z.enum(['checkpoint', 'head']),
        seq: z.number().int(),
        at: z.string().nullable(),
        isGood: z.boolean(),
      })
      .nullable(),
  }),
});
export type AuditRowDetail = z.infer<typeof auditRowDetail>;

export const getAuditRow = endpoint({
  method: 'GET',
  path: '/audit/rows/:seq',
  summary: 'One row with what was before and after, its hashes and what signs it',
  params: z.strictObject({ seq }),
  answer: auditRowDetail,
});

export const auditProblem = z.object({
  seq: z.number().int(),
  lastSeq: z.number().int(),
  problem: z.string(),
  message: z.string(),
});

export const verification = z.object({
  status: z.enum(['idle', 'running', 'done', 'failed']),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Rows looked at, and rows there were when it began. */
  walked: z.number().int(),
  total: z.number().int(),
  result: z
    .object({
      ok: z.boolean(),
      rows: z.number().int(),
      checkpoints: z.number().int(),
      headSeq: z.number().int().nullable(),
      /** The first of them. */
      problems: z.array(auditProblem),
      hasMore: z.boolean(),
    })
    .nullable(),
  /** SHA-256 of the key that signs this log (SPKI, DER): what to compare an export's key with. */
  keyFingerprint: sha256Hex,
});
export type Verification = z.infer<typeof verification>;

export const getVerification = endpoint({
  method: 'GET',
  path: '/audit/verification',
  summary: 'How far the verification is, or what the last one found',
  answer: verification,
});

export const startVerification = endpoint({
  method: 'POST',
  path: '/audit/verification',
  summary: 'Verify the whole chain, a bit at a time; one that runs goes on',
  answer: verification,
});

/** Streams, which are no JSON endpoints: mounted beside them, named here for both sides. */
export const AUDIT_EXPORT_PATH = '/audit/export';
export const AUDIT_VERIFIER_PATH = '/audit/verifier';
export const VERIFIER_FILE = 'countersign-verify.mjs';
/** Rows that an export is about to send, for its progress. */
export const EXPORT_ROWS_HEADER = 'x-countersign-rows';

export const auditExportQuery = z.strictObject({
  format: z.enum(['ndjson', 'csv']),
  ...auditFilter,
});
export type AuditExportQuery = z.infer<typeof auditExportQuery>;
