import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { ActionStatus, AgentOrigin, Kind, PolicyVerdict, RejectReason, Risk } from '../contract/common';

/** Every proposed or executed action that has a kind. `status` and `tab` change together, in `gate/actions.repo`. */
export const actions = sqliteTable(
  'actions',
  {
    id: text().primaryKey(),
    actionName: text('action_name').notNull(),
    kind: text().$type<Kind>().notNull(),
    risk: text().$type<Risk>().notNull(),
    agentId: text('agent_id').notNull(),
    /** Null while the agent is unclaimed: the proposal waits unread. */
    ownerId: text('owner_id'),
    face: text().notNull(),
    origin: text().$type<AgentOrigin>().notNull(),
    status: text().$type<ActionStatus>().notNull(),
    /** `pending`, `snoozed`, `decided` or `failed`: the Inbox tab, so that each is one index range. */
    tab: text().notNull(),
    /** What the tab sorts by: expiry while pending, the last change afterwards. */
    sortAt: integer('sort_at').notNull(),
    version: integer().notNull(),
    hash: text().notNull(),
    title: text().notNull(),
    /** Id reserved for the thing the action will make: the post of a draft. */
    subjectId: text('subject_id').notNull(),
    cost: integer().notNull().default(0),
    reservationId: text('reservation_id'),
    traceId: text('trace_id').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    expiresAt: integer('expires_at'),
    decidedAt: integer('decided_at'),
    decisionId: text('decision_id'),
    runAt: integer('run_at'),
    /** Out of sight until then; never beyond `expiresAt`, which it does not move (decisions §3). */
    snoozedUntil: integer('snoozed_until'),
    executedAt: integer('executed_at'),
    attempts: integer().notNull().default(0),
    result: text(),
    failure: text(),
    isUndone: integer('is_undone', { mode: 'boolean' }).notNull().default(false),
    isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('actions_owner_tab').on(t.ownerId, t.tab, t.sortAt, t.id),
    index('actions_agent_created').on(t.agentId, t.createdAt, t.id),
    index('actions_agent_status').on(t.agentId, t.status),
    index('actions_agent_kind').on(t.agentId, t.kind, t.decidedAt),
    index('actions_subject').on(t.subjectId),
    index('actions_expiry')
      .on(t.expiresAt)
      .where(sql`status = 'pending' and owner_id is not null`),
    index('actions_snooze')
      .on(t.snoozedUntil)
      .where(sql`snoozed_until is not null`),
  ],
);

export const actionVersions = sqliteTable(
  'action_versions',
  {
    actionId: text('action_id')
      .notNull()
      .references(() => actions.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    by: text().$type<'agent' | 'owner'>().notNull(),
    /** JCS text; its SHA-256 is `hash`. */
    canonical: text().notNull(),
    hash: text().notNull(),
    note: text(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.actionId, t.version] })],
);

export const decisions = sqliteTable(
  'decisions',
  {
    id: text().primaryKey(),
    actionId: text('action_id')
      .notNull()
      .references(() => actions.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    hash: text().notNull(),
    verdict: text().$type<'approve' | 'reject'>().notNull(),
    deciderId: text('decider_id').notNull(),
    channel: text().notNull(),
    reasonCode: text('reason_code').$type<RejectReason>(),
    note: text(),
    decidedAt: integer('decided_at').notNull(),
    /** HMAC over all of the above (decisions §0): a row edited by hand runs nothing. */
    mac: text().notNull(),
  },
  (t) => [index('decisions_action').on(t.actionId)],
);

/** The whole payload of this version was in the visible, focused view of this person. */
export const reads = sqliteTable(
  'reads',
  {
    actionId: text('action_id')
      .notNull()
      .references(() => actions.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    userId: text('user_id').notNull(),
    hash: text().notNull(),
    channel: text().notNull(),
    readAt: integer('read_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.actionId, t.version, t.userId] })],
);

/** What an owner set; a missing row is the default of the agent's origin. */
export const policies = sqliteTable(
  'policies',
  {
    agentId: text('agent_id').notNull(),
    kind: text().$type<Kind>().notNull(),
    verdict: text().$type<PolicyVerdict>().notNull(),
    setBy: text('set_by').notNull(),
    setAt: integer('set_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.kind] })],
);

/** What an owner wants an agent to do from now on; the agent reads it through MCP. */
export const guidance = sqliteTable(
  'guidance',
  {
    id: text().primaryKey(),
    agentId: text('agent_id').notNull(),
    ownerId: text('owner_id').notNull(),
    /** Null: for whatever it does. */
    kind: text().$type<Kind>(),
    text: text().notNull(),
    /** The proposal it was written beside, where there was one. */
    actionId: text('action_id'),
    createdAt: integer('created_at').notNull(),
    retiredAt: integer('retired_at'),
  },
  (t) => [index('guidance_agent').on(t.agentId, t.createdAt, t.id)],
);

/** First answers to requests with an `Idempotency-Key`, kept 24 hours. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    credentialId: text('credential_id').notNull(),
    route: text().notNull(),
    key: text().notNull(),
    bodyHash: text('body_hash').notNull(),
    status: integer().notNull(),
    /** Null when the answer held a secret: the repeat says "already delivered". */
    answer: text(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.credentialId, t.route, t.key] }),
    index('idempotency_created').on(t.createdAt),
  ],
);

/** Daily caps count in the gate's own transaction (decisions §4); a day is UTC. */
export const dailyCounts = sqliteTable(
  'daily_counts',
  {
    subjectId: text('subject_id').notNull(),
    cap: text().notNull(),
    day: text().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.subjectId, t.cap, t.day] }), index('daily_counts_day').on(t.day)],
);

/** Events, written with their effect and relayed at least once. */
export const outbox = sqliteTable('outbox', {
  seq: integer().primaryKey({ autoIncrement: true }),
  topic: text().notNull(),
  data: text().notNull(),
  traceId: text('trace_id').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** How far each consumer of the outbox has come. */
export const outboxCursors = sqliteTable('outbox_cursors', {
  consumer: text().primaryKey(),
  seq: integer().notNull(),
});

export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    type: text().notNull(),
    /** Makes the second enqueue harmless. */
    key: text().notNull(),
    payload: text().notNull(),
    status: text().$type<'waiting' | 'running' | 'done' | 'failed'>().notNull(),
    runAt: integer('run_at').notNull(),
    leaseUntil: integer('lease_until'),
    attempts: integer().notNull().default(0),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [
    uniqueIndex('jobs_key').on(t.type, t.key),
    index('jobs_due').on(t.status, t.runAt),
    index('jobs_finished').on(t.finishedAt),
  ],
);

/** The hash chain. Its format can't change later (decisions §3): see `gate/audit.ts`. */
export const audit = sqliteTable(
  'audit',
  {
    seq: integer().primaryKey(),
    at: integer().notNull(),
    type: text().notNull(),
    actorType: text('actor_type').notNull(),
    actorId: text('actor_id'),
    agentId: text('agent_id'),
    ownerId: text('owner_id'),
    subjectType: text('subject_type'),
    subjectId: text('subject_id'),
    traceId: text('trace_id').notNull(),
    /** JCS of ids, hashes, numbers; never a name, an address or a text. */
    data: text().notNull(),
    /** SHA-256 of the sealed personal data beside the chain, or null. */
    privateHash: text('private_hash'),
    prevHash: text('prev_hash').notNull(),
    hash: text().notNull(),
  },
  (t) => [
    index('audit_owner').on(t.ownerId, t.seq),
    index('audit_subject').on(t.subjectId, t.seq),
    index('audit_trace').on(t.traceId),
  ],
);

/** Names, addresses, user agents and payloads of audit rows, sealed with a key per person. */
export const auditPrivate = sqliteTable(
  'audit_private',
  {
    seq: integer().primaryKey(),
    personId: text('person_id').notNull(),
    sealed: blob({ mode: 'buffer' }).notNull(),
  },
  (t) => [index('audit_private_person').on(t.personId)],
);

/** Erasure destroys the key: the sealed rows stay, unreadable, and the chain still verifies. */
export const personKeys = sqliteTable('person_keys', {
  personId: text('person_id').primaryKey(),
  sealedKey: blob('sealed_key', { mode: 'buffer' }),
  createdAt: integer('created_at').notNull(),
  erasedAt: integer('erased_at'),
});

/** Signed with the instance's Ed25519 key every 1,000 rows, daily and at a clean stop. */
export const auditCheckpoints = sqliteTable('audit_checkpoints', {
  seq: integer().primaryKey(),
  head: text().notNull(),
  at: integer().notNull(),
  signature: text().notNull(),
});

/** Signed with every append, so that a tail cut off since the last checkpoint is named too. One row. */
export const auditHead = sqliteTable('audit_head', {
  id: integer().primaryKey(),
  seq: integer().notNull(),
  head: text().notNull(),
  signature: text().notNull(),
});

/** Agents' reads: batched, 30 days, not chained (decisions §3). */
export const calls = sqliteTable(
  'calls',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    agentId: text('agent_id').notNull(),
    keyId: text('key_id'),
    name: text().notNull(),
    transport: text().notNull(),
    outcome: text().notNull(),
    durationUs: integer('duration_us').notNull(),
    client: text(),
  },
  (t) => [index('calls_agent').on(t.agentId, t.at), index('calls_at').on(t.at)],
);
