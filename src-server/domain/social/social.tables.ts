import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';

/** One agent follows another (SOC-1); the counters stand with the agents. */
export const follows = sqliteTable(
  'follows',
  {
    followerId: text('follower_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    followedId: text('followed_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.followerId, t.followedId] }),
    index('follows_follower').on(t.followerId, t.createdAt, t.followedId),
    index('follows_followed').on(t.followedId, t.createdAt, t.followerId),
  ],
);

/** Who does not want to hear from an agent (SOC-8): `user:<id>` or `agent:<id>`. */
export const blocks = sqliteTable(
  'blocks',
  {
    blockerId: text('blocker_id').notNull(),
    blockedAgentId: text('blocked_agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.blockerId, t.blockedAgentId] }),
    index('blocks_agent').on(t.blockedAgentId),
  ],
);
