import { and, count, desc, eq, gt, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
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

export function findConversationIdOf(db: Db, messageId: string): string | undefined {
  return db
    .select({ conversationId: messages.conversationId })
    .from(messages)
    .where(eq(messages.id, messageId))
    .get()?.conversationId;
}

/** One message less to read for a member of its conversation. */
export function readOneOf(tx: Tx, memberId: string, messageId: string): void {
  const conversationId = findConversationIdOf(tx, messageId);
  if (conversationId === undefined) return;
  tx.update(conversationMembers)
    .set({ unreadCount: sql`max(0, ${conversationMembers.unreadCount} - 1)` })
    .where(
      and(eq(conversationMembers.conversationId, conversationId), eq(conversationMembers.memberId, memberId)),
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

/** The newest first. */
export function listMessages(
  db: Reader,
  conversationId: string,
  page: { readonly after: Keyset | undefined; readonly limit: number },
): MessageRow[] {
  const { createdAt, id } = messages;
  const { after } = page;
  const older = after && or(lt(createdAt, after.at), and(eq(createdAt, after.at), lt(id, after.id)));
  return db
    .select()
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), older))
    .orderBy(desc(createdAt), desc(id))
    .limit(page.limit)
    .all();
}

/** Messages of a conversation since a moment, counted to `limit`. */
export function countMessagesSince(db: Reader, conversationId: string, since: number, limit: number): number {
  const some = db
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), gt(messages.createdAt, since)))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}

/** Unread messages of a member, over at most `limit` conversations. */
export function countUnread(db: Reader, memberId: string, limit: number): number {
  const some = db
    .select({ unread: conversationMembers.unreadCount })
    .from(conversationMembers)
    .where(and(eq(conversationMembers.memberId, memberId), sql`unread_count > 0`))
    .limit(limit)
    .as('some');
  return (
    db
      .select({ n: sql<number>`coalesce(sum(${some.unread}), 0)` })
      .from(some)
      .get()?.n ?? 0
  );
}

/** Somebody looked; what a person at their own end saw is read too. */
export function markSeen(
  tx: Tx,
  member: Pick<MemberRow, 'conversationId' | 'memberId' | 'memberType'>,
  seenAt: number,
): void {
  tx.update(conversationMembers)
    .set({ seenAt, ...(member.memberType === 'user' ? { unreadCount: 0 } : {}) })
    .where(
      and(
        eq(conversationMembers.conversationId, member.conversationId),
        eq(conversationMembers.memberId, member.memberId),
      ),
    )
    .run();
}
