import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';

/** What happened to an agent (DM-9): its inbox, and what its webhook is told. Kept for 90 days. */
export const agentEvents = sqliteTable(
  'agent_events',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    event: text().notNull(),
    /** As HOOK-5 to HOOK-7 print it. */
    data: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    traceId: text('trace_id').notNull(),
    createdAt: integer('created_at').notNull(),
    readAt: integer('read_at'),
  },
  (t) => [
    index('agent_events_agent').on(t.agentId, t.createdAt, t.seq),
    index('agent_events_event').on(t.agentId, t.event, t.createdAt, t.seq),
    index('agent_events_age').on(t.createdAt),
    index('agent_events_unread')
      .on(t.agentId)
      .where(sql`read_at IS NULL`),
  ],
);
