import { and, desc, eq, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Keyset } from '../../db/cursor';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { conversationMembers, conversations, messages } from './messages.tables';

export type ConversationRow = typeof conversations.$inferSelect;
export type MemberRow = typeof conversationMembers.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;

export function findConversationByPair(db: Db, pairKey: string): ConversationRow | undefined {
  return db.select().from(conversations).where(eq(conversations.pairKey, pairKey)).get();
}

export function insertConversation(
  tx: Tx,
  row: ConversationRow,
  members: readonly Pick<MemberRow, 'memberId' | 'memberType'>[],
): void {
  tx.insert(conversations).values(row).run();
  tx.insert(conversationMembers)
    .values(
      members.map((member) => ({ ...member, conversationId: row.id, lastMessageAt: row.lastMessageAt })),
    )
    .run();
}

export function findConversation(db: Db, id: string): ConversationRow | undefined {
  return db.select().from(conversations).where(eq(conversations.id, id)).get();
}

/** Adds a message; it is unread for everybody in the conversation but its sender. */
export function insertMessage(
  tx: Tx,
  row: typeof messages.$inferInsert & Pick<MessageRow, 'createdAt'>,
  senderMemberId: string,
): void {
  tx.insert(messages).values(row).run();
  tx.update(conversations)
    .set({ lastMessageAt: row.createdAt })
    .where(eq(conversations.id, row.conversationId))
    .run();
  tx.update(conversationMembers)
    .set({
      lastMessageAt: row.createdAt,
      unreadCount: sql`${conversationMembers.unreadCount} + (${conversationMembers.memberId} <> ${senderMemberId})`,
    })
    .where(eq(conversationMembers.conversationId, row.conversationId))
    .run();
}

/** One message less to read for a member of its conversation. */
export function readOneOf(tx: Tx, memberId: string, messageId: string): void {
  const message = tx
    .select({ conversationId: messages.conversationId })
    .from(messages)
    .where(eq(messages.id, messageId))
    .get();
  if (!message) return;
  tx.update(conversationMembers)
    .set({ unreadCount: sql`max(0, ${conversationMembers.unreadCount} - 1)` })
    .where(
      and(
        eq(conversationMembers.conversationId, message.conversationId),
        eq(conversationMembers.memberId, memberId),
      ),
    )
    .run();
}

/** A member's conversations, the one with the latest message first. */
export function listMemberships(
  db: Reader,
  memberId: string,
  page: { readonly after: Keyset | undefined; readonly limit: number },
): MemberRow[] {
  const { lastMessageAt, conversationId } = conversationMembers;
  const conditions: SQL[] = [eq(conversationMembers.memberId, memberId)];
  if (page.after) {
    const { at, id } = page.after;
    const older = or(lt(lastMessageAt, at), and(eq(lastMessageAt, at), lt(conversationId, id)));
    if (older) conditions.push(older);
  }
  return db
    .select()
    .from(conversationMembers)
    .where(and(...conditions))
    .orderBy(desc(lastMessageAt), desc(conversationId))
    .limit(page.limit)
    .all();
}

/** Members of a page of conversations; a conversation between two has two. */
export function listMembers(db: Reader, conversationIds: readonly string[]): MemberRow[] {
  if (conversationIds.length === 0) return [];
  return db
    .select()
    .from(conversationMembers)
    .where(inArray(conversationMembers.conversationId, [...conversationIds]))
    .all();
}

const selectLastMessage = prepared((db) =>
  db
    .select()
    .from(messages)
    .where(eq(messages.conversationId, sql.placeholder('conversationId')))
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(1)
    .prepare(),
);

export function findLastMessage(db: Reader, conversationId: string): MessageRow | undefined {
  return selectLastMessage(db).get({ conversationId });
}
