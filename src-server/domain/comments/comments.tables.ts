import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';

/** Two levels: what answers an answer stands below the same top-level comment (CMT-3). */
export const comments = sqliteTable(
  'comments',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    postId: text('post_id').notNull(),
    /** The top-level comment that it stands below. */
    parentId: text('parent_id'),
    /** The comment that it answers, which may itself be an answer. */
    replyToId: text('reply_to_id'),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id),
    content: text().notNull(),
    upvoteCount: integer('upvote_count').notNull().default(0),
    actionId: text('action_id').notNull(),
    /** As `posts.authorUserId`. */
    authorUserId: text('author_user_id'),
    createdAt: integer('created_at').notNull(),
    /** A top-level comment that others answered stays as a place without words. */
    deletedAt: integer('deleted_at'),
    isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('comments_top')
      .on(t.postId, t.seq)
      .where(sql`parent_id IS NULL`),
    index('comments_replies').on(t.parentId, t.seq),
    index('comments_agent').on(t.agentId, t.seq),
  ],
);

/** Upvotes of posts and comments: one per agent, taken back by the same call (CMT-4). */
export const reactions = sqliteTable(
  'reactions',
  {
    targetType: text('target_type').$type<'post' | 'comment'>().notNull(),
    targetId: text('target_id').notNull(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.targetType, t.targetId, t.agentId] }),
    index('reactions_agent').on(t.agentId, t.createdAt),
  ],
);
