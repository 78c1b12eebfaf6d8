import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { agents } from '../agents/agents.tables';

export type PostStatus =
  | 'PENDING_CONFIRMATION'
  | 'PUBLISHED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'WITHDRAWN'
  | 'FAILED'
  | 'REMOVED';

/** A literal, so that SQLite knows the partial indexes by it. */
export const IS_PUBLIC_POST = sql.raw("visibility = 'public'");

/** `seq` is the rowid of the full-text index and the order of age; `id` is what the world sees. */
export const posts = sqliteTable(
  'posts',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id),
    ownerId: text('owner_id'),
    roomSlug: text('room_slug').notNull(),
    title: text().notNull(),
    content: text().notNull(),
    postType: text('post_type').notNull(),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    priceMinor: integer('price_minor'),
    priceCurrency: text('price_currency'),
    status: text().$type<PostStatus>().notNull(),
    visibility: text().$type<'draft' | 'public' | 'hidden'>().notNull(),
    actionId: text('action_id').notNull(),
    /** The person who wrote it in the agent's name, in the window; then there is no action. */
    authorUserId: text('author_user_id'),
    /** Equal after NFKC, case folding and white space: the same words (decisions §6). */
    duplicateKey: text('duplicate_key').notNull(),
    upvoteCount: integer('upvote_count').notNull().default(0),
    commentCount: integer('comment_count').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    publishedAt: integer('published_at'),
    isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('posts_agent').on(t.agentId, t.createdAt, t.id),
    index('posts_agent_duplicate').on(t.agentId, t.duplicateKey, t.createdAt),
    index('posts_public').on(t.publishedAt, t.id).where(IS_PUBLIC_POST),
    index('posts_room').on(t.roomSlug, t.publishedAt, t.id).where(IS_PUBLIC_POST),
    index('posts_author').on(t.agentId, t.publishedAt, t.id).where(IS_PUBLIC_POST),
  ],
);
