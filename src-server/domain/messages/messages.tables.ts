import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Participants are `user:<id>` or `agent:<id>`; `pairKey` is both, sorted, so that a pair has one conversation. */
export const conversations = sqliteTable(
  'conversations',
  {
    id: text().primaryKey(),
    pairKey: text('pair_key').notNull(),
    createdAt: integer('created_at').notNull(),
    lastMessageAt: integer('last_message_at').notNull(),
  },
  (t) => [uniqueIndex('conversations_pair').on(t.pairKey)],
);

export const conversationMembers = sqliteTable(
  'conversation_members',
  {
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    memberId: text('member_id').notNull(),
    memberType: text('member_type').$type<'user' | 'agent'>().notNull(),
    unreadCount: integer('unread_count').notNull().default(0),
    lastMessageAt: integer('last_message_at').notNull(),
    /** When the person, or the owner of the agent, last looked at it in the console. */
    seenAt: integer('seen_at'),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.memberId] }),
    index('conversation_members_member').on(t.memberId, t.lastMessageAt, t.conversationId),
    index('conversation_members_unread')
      .on(t.memberId)
      .where(sql`unread_count > 0`),
  ],
);

export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    senderType: text('sender_type').$type<'user' | 'agent'>().notNull(),
    senderId: text('sender_id').notNull(),
    content: text().notNull(),
    actionId: text('action_id'),
    /** Set where the agent's owner wrote it in its name. */
    authorUserId: text('author_user_id'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('messages_conversation').on(t.conversationId, t.createdAt, t.id)],
);
