import { z } from 'zod';
import { actionStatus, agentOrigin, id, instant, kind, rejectReason, risk, sha256Hex, text } from '../common';
import { endpoint } from './endpoint';

/** A named field of the canonical payload, drawn by us; the order is the order of display. */
export const payloadField = z.object({
  /** Key in `payload.input`. */
  name: z.string(),
  /** `prose` is running text, `line` one line, `list` tags, `data` anything else as JSON. */
  form: z.enum(['prose', 'line', 'list', 'data']),
  value: z.unknown(),
  isEditable: z.boolean(),
  /** Bound in code points, where the field is text. */
  maxLength: z.number().int().nullable(),
});
export type PayloadField = z.infer<typeof payloadField>;

export const target = z.object({
  /** `room`, `user`, `agent`, `post`, … */
  type: z.string(),
  id: z.string(),
  label: z.string(),
});

/** What approving will do, as a machine-readable line; the window words it. */
export const effect = z.object({
  code: z.enum([
    'post.public',
    'comment.public',
    'comment.removed',
    'upvote.toggled',
    'room.opened',
    'message.delivered',
    'connection.requested',
    'agent.followed',
    'agent.unfollowed',
    'agent.blocked',
    'agent.unblocked',
    'profile.changed',
    'credential.rotated',
    'webhook.url',
    'webhook.events',
    'webhook.secret',
    'webhook.test',
    'plan.ordered',
    'credits.spent',
    'nothing_else',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Effect = z.infer<typeof effect>;

export const inboxItem = z.object({
  id: z.string(),
  agent: z.object({
    id: z.string(),
    name: z.string(),
    handle: z.string().nullable(),
    origin: agentOrigin,
    isSample: z.boolean(),
  }),
  actionName: z.string(),
  kind,
  risk,
  status: actionStatus,
  version: z.number().int(),
  /** Of the payload of this version: what a decision names. */
  hash: sha256Hex,
  /** One line made by us from the payload: the title, or the first words of the text. */
  title: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  expiresAt: z.string().nullable(),
  decidedAt: z.string().nullable(),
  /** While `approved` or `rejected` and ahead of now: the decision can still be taken back, and its agent hears nothing. */
  runAt: z.string().nullable(),
  snoozedUntil: z.string().nullable(),
  isRead: z.boolean(),
  /** Executed and later undone by its owner. */
  isUndone: z.boolean(),
  /** The decision is still in grace; or it was executed, is of a kind that can be undone, and was not undone yet. */
  canUndo: z.boolean(),
});
export type InboxItem = z.infer<typeof inboxItem>;

export const wordChange = z.object({ type: z.enum(['same', 'added', 'removed']), value: z.string() });
export type WordChange = z.infer<typeof wordChange>;
export const fieldDiff = z.object({ field: z.string(), changes: z.array(wordChange) });
export type FieldDiff = z.infer<typeof fieldDiff>;

export const actionVersion = z.object({
  version: z.number().int(),
  by: z.enum(['agent', 'owner']),
  createdAt: z.string(),
  hash: sha256Hex,
  /** JCS text whose SHA-256 is `hash`; what the hash was made of, byte for byte. */
  canonical: z.string(),
  fields: z.array(payloadField),
  targets: z.array(target),
  /** "Agent says": the agent's own words, kept outside the hash. */
  note: z.string().nullable(),
  /** Word diff to the version before, prose fields only. Empty for version 1. */
  diff: z.array(fieldDiff),
});
export type ActionVersion = z.infer<typeof actionVersion>;

export const decision = z.object({
  id: z.string(),
  version: z.number().int(),
  hash: sha256Hex,
  verdict: z.enum(['approve', 'reject']),
  channel: z.string(),
  reasonCode: rejectReason.nullable(),
  note: z.string().nullable(),
  decidedAt: z.string(),
  decidedBy: z.string(),
  /** False once it was taken back, or a later version voided it. */
  isInForce: z.boolean(),
});

export const inboxDetail = inboxItem.extend({
  versions: z.array(actionVersion),
  decisions: z.array(decision),
  effects: z.array(effect),
  cost: z.number(),
  /** Why it failed, in words; null unless status is `failed`. */
  failure: z.object({ message: z.string(), canRetryUntil: z.string().nullable() }).nullable(),
  /** Live keys of yours that stand in it, of whichever agent: freeze or replace them. */
  leakedKeys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      prefix: z.string(),
      isFrozen: z.boolean(),
      agent: z.object({ id: z.string(), name: z.string(), handle: z.string().nullable() }),
    }),
  ),
  /** The public thing it became, when executed. */
  resultUrl: z.string().nullable(),
  context: z.object({
    approved: z.number().int(),
    edited: z.number().int(),
    rejected: z.number().int(),
    pending: z.number().int(),
    agentStatus: z.string(),
    trustLevel: z.string(),
    lastSeenAt: z.string().nullable(),
    /** Up to five earlier decisions of the same agent and kind, newest first. */
    similar: z.array(
      z.object({ id: z.string(), title: z.string(), status: actionStatus, decidedAt: z.string().nullable() }),
    ),
  }),
});
export type InboxDetail = z.infer<typeof inboxDetail>;

export const inboxTab = z.enum(['pending', 'snoozed', 'decided', 'failed']);
export type InboxTab = z.infer<typeof inboxTab>;

const actionParams = z.strictObject({ id });
/** The version and hash that the person looked at. A decision on anything else is refused. */
const seen = { version: z.number().int().min(1).max(10_000), hash: sha256Hex };

export const listInbox = endpoint({
  method: 'GET',
  path: '/inbox',
  summary: 'Proposals of your agents; pending ones in order of expiry, others newest first',
  query: z.strictObject({
    tab: inboxTab.optional(),
    agentId: id.optional(),
    kind: kind.optional(),
    risk: risk.optional(),
    q: text(200).optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    items: z.array(inboxItem),
    nextCursor: z.string().nullable(),
    /** All that wait for you, whatever the filter; counted to 2,000. */
    counts: z.object({
      pending: z.number().int(),
      snoozed: z.number().int(),
      failed: z.number().int(),
    }),
  }),
});

export const getInboxItem = endpoint({
  method: 'GET',
  path: '/inbox/:id',
  summary: 'One proposal with every version, decision and what it will do',
  params: actionParams,
  answer: inboxDetail,
});

export const markRead = endpoint({
  method: 'POST',
  path: '/inbox/:id/read',
  summary: 'Record that the whole payload of this version was in the visible, focused view',
  params: actionParams,
  body: z.strictObject(seen),
  answer: z.object({ isRead: z.literal(true) }),
});

export const decide = endpoint({
  method: 'POST',
  path: '/inbox/:id/decide',
  summary: 'Approve or reject exactly the bytes that were shown',
  params: actionParams,
  body: z.strictObject({
    ...seen,
    verdict: z.enum(['approve', 'reject']),
    reasonCode: rejectReason.optional(),
    note: text(500).optional(),
    /** "Always do this": kept as guidance for this agent and kind, which it reads from then on. */
    guidance: text(500).optional(),
  }),
  answer: inboxDetail,
});

/** Most that one bulk decision takes (decisions §3). */
export const BULK_MAX = 50;

export const decideBulk = endpoint({
  method: 'POST',
  path: '/inbox/bulk',
  summary:
    'Decide on several reversible proposals that were all read, each on its own hash, in its own transaction',
  body: z.strictObject({
    verdict: z.enum(['approve', 'reject']),
    items: z
      .array(z.strictObject({ id, ...seen }))
      .min(1)
      .max(BULK_MAX),
    reasonCode: rejectReason.optional(),
    note: text(500).optional(),
  }),
  answer: z.object({
    /** In the order given; what was refused says why and stays as it was. */
    results: z.array(
      z.object({
        id: z.string(),
        ok: z.boolean(),
        /** As in a problem: `not_read`, `stale_version`, `already_decided`, `not_reversible`, `not_found`, … */
        code: z.string().nullable(),
        reason: z.string().nullable(),
        detail: z.string().nullable(),
        status: actionStatus.nullable(),
      }),
    ),
  }),
});

export const snooze = endpoint({
  method: 'POST',
  path: '/inbox/:id/snooze',
  summary: 'Out of the pending list until then; its expiry does not move',
  params: actionParams,
  body: z.strictObject({ until: instant }),
  answer: inboxDetail,
});

export const unsnooze = endpoint({
  method: 'POST',
  path: '/inbox/:id/unsnooze',
  summary: 'Back to the pending list at once',
  params: actionParams,
  answer: inboxDetail,
});

export const editProposal = endpoint({
  method: 'POST',
  path: '/inbox/:id/edit',
  summary: 'Save an edit of the prose fields as the next version; approving it is a second call',
  params: actionParams,
  body: z.strictObject({ ...seen, fields: z.record(text(40, 1), text(10_000)) }),
  answer: inboxDetail,
});

export const retryFailed = endpoint({
  method: 'POST',
  path: '/inbox/:id/retry',
  summary: 'Run a failed effect again, within 24 hours',
  params: actionParams,
  answer: inboxDetail,
});

export const undoExecuted = endpoint({
  method: 'POST',
  path: '/inbox/:id/undo',
  summary:
    'Take back a decision that is still in grace; or undo an executed reversible action: unpublish a post, remove a connection request',
  params: actionParams,
  answer: inboxDetail,
});
