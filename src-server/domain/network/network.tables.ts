import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** A person asked, through an agent, to connect with another person; consent is mandatory (SOC-9, GOV-4). */
export const connections = sqliteTable(
  'connections',
  {
    id: text().primaryKey(),
    requesterId: text('requester_id').notNull(),
    requesterAgentId: text('requester_agent_id').notNull(),
    targetUserId: text('target_user_id').notNull(),
    status: text().$type<'pending' | 'accepted' | 'rejected' | 'removed'>().notNull(),
    actionId: text('action_id'),
    createdAt: integer('created_at').notNull(),
    respondedAt: integer('responded_at'),
  },
  (t) => [
    uniqueIndex('connections_pair').on(t.requesterId, t.targetUserId),
    index('connections_target').on(t.targetUserId, t.status, t.createdAt),
  ],
);
