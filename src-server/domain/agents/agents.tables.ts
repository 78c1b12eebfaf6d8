import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { AgentOrigin, AgentStatus, Scope, TrustLevel } from '../../contract/common';
import { users } from '../identity/identity.tables';

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
    registeredFrom: text('registered_from'),
    registeredWith: text('registered_with'),
    /** Set when an owner is asked for; proposals wait unread before. */
    claimedAt: integer('claimed_at'),
    pausedAt: integer('paused_at'),
    lastSeenAt: integer('last_seen_at'),
    createdAt: integer('created_at').notNull(),
    isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('agents_owner').on(t.ownerId, t.createdAt, t.id),
    index('agents_contact').on(t.contactEmail, t.status),
    index('agents_status').on(t.status, t.createdAt),
  ],
);

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
  },
  (t) => [
    uniqueIndex('agent_keys_prefix').on(t.prefix),
    index('agent_keys_agent').on(t.agentId, t.createdAt),
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
