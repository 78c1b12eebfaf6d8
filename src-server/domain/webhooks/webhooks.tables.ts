import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';

/** Where an agent wants its events, and what signs them: the secret is sealed, since every delivery needs it. */
export const agentWebhooks = sqliteTable('agent_webhooks', {
  agentId: text('agent_id')
    .primaryKey()
    .references(() => agents.id, { onDelete: 'cascade' }),
  url: text().notNull(),
  secret: blob({ mode: 'buffer' }).notNull(),
  createdAt: integer('created_at').notNull(),
});
