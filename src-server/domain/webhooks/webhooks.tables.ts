import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';
import { users } from '../identity/identity.tables';

/** Where an agent wants its events, and what signs them: secrets are sealed, since every delivery needs them. */
export const agentWebhooks = sqliteTable('agent_webhooks', {
  agentId: text('agent_id')
    .primaryKey()
    .references(() => agents.id, { onDelete: 'cascade' }),
  /** Null: off. */
  url: text(),
  secret: blob({ mode: 'buffer' }),
  /** Signs beside the newer one until `previousSecretUntil`. */
  previousSecret: blob('previous_secret', { mode: 'buffer' }),
  previousSecretUntil: integer('previous_secret_until'),
  /** Null: every event; empty: none (HOOK-2). */
  events: text({ mode: 'json' }).$type<string[]>(),
  /** Set by its owner: what comes meanwhile waits. */
  pausedAt: integer('paused_at'),
  /** Set by us: nothing is queued until somebody enables it again. */
  disabledAt: integer('disabled_at'),
  disabledReason: text('disabled_reason').$type<DisabledReason>(),
  /** Deliveries that failed for good since the last one that did not. */
  failuresInRow: integer('failures_in_row').notNull().default(0),
  createdAt: integer('created_at').notNull(),
});

/** `failing`: too many failures in a row; `gone`: the endpoint answered 410. */
export type DisabledReason = 'failing' | 'gone';
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** One event on its way to one endpoint, with the bytes that every attempt sends. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    /** `webhook-id`: the same for every attempt, so that a receiver knows a repeat. */
    id: text().notNull().unique(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    /** The entry of the agent's inbox; null for pings and tests. */
    eventId: text('event_id'),
    event: text().notNull(),
    body: text().notNull(),
    traceId: text('trace_id').notNull(),
    status: text().$type<DeliveryStatus>().notNull(),
    isTest: integer('is_test', { mode: 'boolean' }).notNull().default(false),
    attempts: integer().notNull().default(0),
    triesLeft: integer('tries_left').notNull(),
    nextAt: integer('next_at').notNull(),
    /** Of the last attempt. */
    statusCode: integer('status_code'),
    latencyMs: integer('latency_ms'),
    error: text(),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
    /** The recovery that sent it again. */
    recoveryId: text('recovery_id'),
  },
  (t) => [
    index('webhook_deliveries_agent').on(t.agentId, t.seq),
    index('webhook_deliveries_status').on(t.agentId, t.status, t.seq),
    index('webhook_deliveries_event').on(t.agentId, t.event, t.seq),
    index('webhook_deliveries_due')
      .on(t.agentId, t.nextAt, t.seq)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_trace').on(t.traceId),
    index('webhook_deliveries_age').on(t.createdAt),
    index('webhook_deliveries_recovery')
      .on(t.recoveryId, t.status)
      .where(sql`recovery_id IS NOT NULL`),
  ],
);

/** What was sent and answered, each time (HOOK-11). Bodies of answers are cut to a bound. */
export const webhookAttempts = sqliteTable(
  'webhook_attempts',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    agentId: text('agent_id').notNull(),
    attempt: integer().notNull(),
    url: text().notNull(),
    requestHeaders: text('request_headers', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    statusCode: integer('status_code'),
    responseHeaders: text('response_headers', { mode: 'json' }).$type<Record<string, string>>(),
    responseBody: text('response_body'),
    isCut: integer('is_cut', { mode: 'boolean' }).notNull(),
    isSuccess: integer('is_success', { mode: 'boolean' }).notNull(),
    latencyMs: integer('latency_ms').notNull(),
    error: text(),
    /** Where the connection went. */
    address: text(),
    startedAt: integer('started_at').notNull(),
  },
  (t) => [
    index('webhook_attempts_delivery').on(t.deliveryId, t.attempt),
    index('webhook_attempts_agent').on(t.agentId, t.seq),
  ],
);

/** A person has what failed sent again, in the background. */
export const webhookRecoveries = sqliteTable(
  'webhook_recoveries',
  {
    id: text().primaryKey(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    /** Of deliveries that were made at or after it. */
    since: integer().notNull(),
    /** Looked at so far, up to and including. */
    cursorSeq: integer('cursor_seq').notNull(),
    lastSeq: integer('last_seq').notNull(),
    queued: integer().notNull().default(0),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [index('webhook_recoveries_agent').on(t.agentId, t.createdAt)],
);

/** A local host and port to which the owner lets their agents' webhooks go (decisions §6). */
export const webhookExceptions = sqliteTable(
  'webhook_exceptions',
  {
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    host: text().notNull(),
    port: integer().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.host, t.port] })],
);
