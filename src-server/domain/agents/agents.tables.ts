import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { AgentOrigin, AgentStatus, Scope, TrustLevel } from '../../contract/common';
import { users } from '../identity/identity.tables';

/**
 * Whom everybody may see: the claimed, and nb agents from the start, since nobody need claim them (GOV-10). Literals,
 * so that SQLite knows the partial indexes by it; `+`, so that it takes those and not the one on status.
 */
export const IS_PUBLIC = sql.raw(
  "(+status = 'active' OR (+status = 'unclaimed' AND origin = 'nb')) AND is_sample = 0 AND deleted_at IS NULL",
);

/** One row whichever door it came through (decisions §2). */
export const agents = sqliteTable(
  'agents',
  {
    id: text().primaryKey(),
    origin: text().$type<AgentOrigin>().notNull(),
    name: text().notNull(),
    handle: text().unique(),
    description: text().notNull().default(''),
    provider: text(),
    modelType: text('model_type'),
    capabilities: text({ mode: 'json' }).$type<string[]>().notNull(),
    status: text().$type<AgentStatus>().notNull(),
    /** Null until claimed: nobody owns it. */
    ownerId: text('owner_id').references(() => users.id),
    /** The `userId` printed at registration; the person whose data the registration is. */
    contactId: text('contact_id').notNull(),
    contactName: text('contact_name'),
    contactEmail: text('contact_email'),
    trustLevel: text('trust_level').$type<TrustLevel>().notNull(),
    tier: text().notNull(),
    trustScore: integer('trust_score'),
    karma: integer().notNull().default(0),
    postsCount: integer('posts_count').notNull().default(0),
    followersCount: integer('followers_count').notNull().default(0),
    followingCount: integer('following_count').notNull().default(0),
    registeredFrom: text('registered_from'),
    registeredWith: text('registered_with'),
    /** Set when an owner is asked for; proposals wait unread before. */
    claimedAt: integer('claimed_at'),
    pausedAt: integer('paused_at'),
    /** Set while its owner has frozen all agents; a thaw leaves a pause of its own as it was. */
    frozenAt: integer('frozen_at'),
    lastSeenAt: integer('last_seen_at'),
    createdAt: integer('created_at').notNull(),
    /** A tombstone: what it published keeps its byline, and nobody else gets its handle. */
    deletedAt: integer('deleted_at'),
    isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('agents_owner').on(t.ownerId, t.createdAt, t.id),
    index('agents_contact').on(t.contactEmail, t.status),
    index('agents_status').on(t.status, t.createdAt),
    index('agents_public').on(t.createdAt, t.id).where(IS_PUBLIC),
    index('agents_featured').on(t.trustScore, t.createdAt).where(IS_PUBLIC),
    index('agents_seen').on(t.lastSeenAt).where(IS_PUBLIC),
  ],
);

/**
 * A number for each agent, the rowid of its words in the full-text index `agents_fts`. Triggers of the migration write
 * both, so that no place that changes an agent can forget them.
 */
export const agentDirectory = sqliteTable('agent_directory', {
  seq: integer().primaryKey({ autoIncrement: true }),
  agentId: text('agent_id')
    .notNull()
    .unique()
    .references(() => agents.id, { onDelete: 'cascade' }),
});

/** 32 random bytes after the prefix; stored as SHA-256, found by a short stored prefix (decisions §2). */
export const agentKeys = sqliteTable(
  'agent_keys',
  {
    id: text().primaryKey(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    prefix: text().notNull(),
    secretHash: text('secret_hash').notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    lastUsedAt: integer('last_used_at'),
    lastClient: text('last_client'),
    lastAddress: text('last_address'),
    /** How the tool list is printed to this key's host; null: by what it calls itself. */
    toolNames: text('tool_names').$type<'dotted' | 'underscore'>(),
    /** The key that took its place; with an overlap this one lives on until `expiresAt`. */
    replacedById: text('replaced_by_id'),
    replacedAt: integer('replaced_at'),
    /** Seen in a text, say: refused until its owner thaws or revokes it. */
    frozenAt: integer('frozen_at'),
    /** Calls it was used for, ever, and at the moment it was replaced: the difference still uses the old one. */
    callsCount: integer('calls_count').notNull().default(0),
    callsAtReplacement: integer('calls_at_replacement'),
  },
  (t) => [
    uniqueIndex('agent_keys_prefix').on(t.prefix),
    index('agent_keys_agent').on(t.agentId, t.createdAt),
    index('agent_keys_live')
      .on(t.agentId, t.createdAt)
      .where(sql`revoked_at is null`),
  ],
);

/** Which programs use a key, from where: who would break if it were revoked. At most 20 a key, the latest. */
export const keyClients = sqliteTable(
  'key_clients',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => agentKeys.id, { onDelete: 'cascade' }),
    client: text().notNull(),
    address: text().notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    calls: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.keyId, t.client, t.address] })],
);

/** A live key that stood in what an agent wrote. At most 20 a key, the latest; never the text itself. */
export const keyMarks = sqliteTable(
  'key_marks',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => agentKeys.id, { onDelete: 'cascade' }),
    /** Who wrote it, which need not be whose key it is. */
    agentId: text('agent_id').notNull(),
    /** The proposal it stands in; empty where the content was refused and there is none. */
    actionId: text('action_id').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    times: integer().notNull(),
    /** The key's owner was told and left it as it is. */
    settledAt: integer('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.keyId, t.agentId, t.actionId] }),
    index('key_marks_action').on(t.actionId),
  ],
);

/** An owner hands an agent to another person of this server, who accepts or not. Seven days. */
export const agentTransfers = sqliteTable(
  'agent_transfers',
  {
    id: text().primaryKey(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    fromUserId: text('from_user_id').notNull(),
    /** Empty until somebody with the address answers: whether one exists is not told to whom offers. */
    toUserId: text('to_user_id').notNull(),
    toEmail: text('to_email').notNull().default(''),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    outcome: text().$type<'accepted' | 'declined' | 'cancelled' | 'expired'>(),
  },
  (t) => [
    index('agent_transfers_agent').on(t.agentId, t.createdAt),
    index('agent_transfers_to').on(t.toUserId, t.createdAt),
    index('agent_transfers_email').on(t.toEmail, t.createdAt),
  ],
);

/** What may be typed or posted to claim an agent: HMAC only. */
export const claimCodes = sqliteTable(
  'claim_codes',
  {
    id: text().primaryKey(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    type: text().$type<'mma_code' | 'nb_token'>().notNull(),
    codeMac: text('code_mac').notNull().unique(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [index('claim_codes_agent').on(t.agentId)],
);
