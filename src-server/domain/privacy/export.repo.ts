import { and, asc, eq, gt, inArray, isNull, lt, ne, or } from 'drizzle-orm';
import type { Db } from '../../db/open';
import { actions, audit, auditPrivate, reads } from '../../gate/gate.tables';
import { agents } from '../agents/agents.tables';
import { payments } from '../billing/billing.tables';
import { sessions, settings, users } from '../identity/identity.tables';
import { conversationMembers, messages } from '../messages/messages.tables';
import { connections } from '../network/network.tables';
import { blocks } from '../social/social.tables';
import { webhookExceptions } from '../webhooks/webhooks.tables';
import { behind, PAGE, pages } from './export-pages';

export function findPersonRow(db: Db, userId: string) {
  return db.select().from(users).where(eq(users.id, userId)).get();
}

export function listPersonSettings(db: Db, userId: string) {
  const prefix = `user:${userId}:`;
  return db
    .select()
    .from(settings)
    .where(and(gt(settings.name, prefix), lt(settings.name, `user:${userId};`)))
    .all()
    .map(({ name, value }) => ({ name: name.slice(prefix.length), value: JSON.parse(value) as unknown }));
}

export function* personAgents(db: Db, userId: string) {
  yield* pages<typeof agents.$inferSelect>((last) =>
    db
      .select()
      .from(agents)
      .where(
        and(
          eq(agents.ownerId, userId),
          behind(agents.createdAt, agents.id, last && { at: last.createdAt, id: last.id }),
        ),
      )
      .orderBy(asc(agents.createdAt), asc(agents.id))
      .limit(PAGE)
      .all(),
  );
}

const TABS = ['pending', 'snoozed', 'decided', 'failed'] as const;

/** What a person ordered and paid, the oldest first; never the address of a checkout, with which one pays. */
export function* personPayments(db: Db, userId: string) {
  const rows = pages<typeof payments.$inferSelect>((last) =>
    db
      .select()
      .from(payments)
      .where(
        and(
          eq(payments.buyerId, userId),
          behind(payments.createdAt, payments.id, last && { at: last.createdAt, id: last.id }),
        ),
      )
      .orderBy(asc(payments.createdAt), asc(payments.id))
      .limit(PAGE)
      .all(),
  );
  for (const { checkoutUrl: _checkoutUrl, sessionId: _sessionId, ...payment } of rows) yield payment;
}

export function* personActions(db: Db, userId: string) {
  for (const tab of TABS) {
    yield* pages<typeof actions.$inferSelect>((last) =>
      db
        .select()
        .from(actions)
        .where(
          and(
            eq(actions.ownerId, userId),
            eq(actions.tab, tab),
            behind(actions.sortAt, actions.id, last && { at: last.sortAt, id: last.id }),
          ),
        )
        .orderBy(asc(actions.sortAt), asc(actions.id))
        .limit(PAGE)
        .all(),
    );
  }
}

export function listReadsOf(db: Db, actionId: string, userId: string) {
  return db
    .select({ version: reads.version, hash: reads.hash, channel: reads.channel, readAt: reads.readAt })
    .from(reads)
    .where(and(eq(reads.actionId, actionId), eq(reads.userId, userId)))
    .all();
}

export function* memberConversations(db: Db, memberId: string) {
  yield* pages<typeof conversationMembers.$inferSelect>((last) =>
    db
      .select()
      .from(conversationMembers)
      .where(
        and(
          eq(conversationMembers.memberId, memberId),
          behind(
            conversationMembers.lastMessageAt,
            conversationMembers.conversationId,
            last && { at: last.lastMessageAt, id: last.conversationId },
          ),
        ),
      )
      .orderBy(asc(conversationMembers.lastMessageAt), asc(conversationMembers.conversationId))
      .limit(PAGE)
      .all(),
  );
}

export function* conversationMessages(db: Db, conversationId: string, since: number) {
  yield* pages<typeof messages.$inferSelect>((last) =>
    db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.conversationId, conversationId),
          gt(messages.createdAt, since),
          behind(messages.createdAt, messages.id, last && { at: last.createdAt, id: last.id }),
        ),
      )
      .orderBy(asc(messages.createdAt), asc(messages.id))
      .limit(PAGE)
      .all(),
  );
}

export function* blocksBy(db: Db, blockerId: string) {
  yield* pages<typeof blocks.$inferSelect>((last) =>
    db
      .select()
      .from(blocks)
      .where(
        and(
          eq(blocks.blockerId, blockerId),
          last ? gt(blocks.blockedAgentId, last.blockedAgentId) : undefined,
        ),
      )
      .orderBy(asc(blocks.blockedAgentId))
      .limit(PAGE)
      .all(),
  );
}

/** Whether somebody of `memberIds` who comes earlier in the list is in it too, so that it is printed once. */
export function isShared(db: Db, conversationId: string, earlier: readonly string[]): boolean {
  if (earlier.length === 0) return false;
  return (
    db
      .select({ id: conversationMembers.memberId })
      .from(conversationMembers)
      .where(
        and(
          eq(conversationMembers.conversationId, conversationId),
          inArray(conversationMembers.memberId, earlier.slice(0, 500)),
        ),
      )
      .get() !== undefined
  );
}

export function* personConnections(db: Db, userId: string) {
  for (const column of [connections.requesterId, connections.targetUserId]) {
    yield* pages<typeof connections.$inferSelect>((last) =>
      db
        .select()
        .from(connections)
        .where(
          and(
            eq(column, userId),
            behind(connections.createdAt, connections.id, last && { at: last.createdAt, id: last.id }),
          ),
        )
        .orderBy(asc(connections.createdAt), asc(connections.id))
        .limit(PAGE)
        .all(),
    );
  }
}

export function listPersonSessions(db: Db, userId: string) {
  return db
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      address: sessions.address,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
      revokedAt: sessions.revokedAt,
    })
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .all();
}

/** Rows about what is theirs, then rows that hold data of theirs beside them. */
export function* personAudit(db: Db, userId: string) {
  yield* pages<typeof audit.$inferSelect>((last) =>
    db
      .select()
      .from(audit)
      .where(and(eq(audit.ownerId, userId), last ? gt(audit.seq, last.seq) : undefined))
      .orderBy(asc(audit.seq))
      .limit(PAGE)
      .all(),
  );
  const others = pages<{ row: typeof audit.$inferSelect; personId: string }>((last) =>
    db
      .select({ row: audit, personId: auditPrivate.personId })
      .from(auditPrivate)
      .innerJoin(audit, eq(audit.seq, auditPrivate.seq))
      .where(
        and(
          eq(auditPrivate.personId, userId),
          or(isNull(audit.ownerId), ne(audit.ownerId, userId)),
          last ? gt(auditPrivate.seq, last.row.seq) : undefined,
        ),
      )
      .orderBy(asc(auditPrivate.seq))
      .limit(PAGE)
      .all(),
  );
  for (const { row } of others) yield row;
}

/** Whose data lies beside a row. */
export function personOfAuditRow(db: Db, seq: number): string | undefined {
  return db
    .select({ personId: auditPrivate.personId })
    .from(auditPrivate)
    .where(eq(auditPrivate.seq, seq))
    .get()?.personId;
}

export function listWebhookExceptions(db: Db, userId: string) {
  return db
    .select({
      host: webhookExceptions.host,
      port: webhookExceptions.port,
      createdAt: webhookExceptions.createdAt,
    })
    .from(webhookExceptions)
    .where(eq(webhookExceptions.ownerId, userId))
    .all();
}
