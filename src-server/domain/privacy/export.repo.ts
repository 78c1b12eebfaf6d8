import { and, asc, eq, gt, inArray, isNull, lt, ne, or, type SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/open';
import { actions, audit, auditPrivate, guidance, policies, reads } from '../../gate/gate.tables';
import { agentEvents } from '../agent-events/agent-events.tables';
import { agentKeys, agents, keyClients } from '../agents/agents.tables';
import { payments } from '../billing/billing.tables';
import { creditAlerts, creditCaps, creditTransactions } from '../credits/credits.tables';
import { sessions, settings, users } from '../identity/identity.tables';
import { conversationMembers, messages } from '../messages/messages.tables';
import { connections } from '../network/network.tables';
import { comments, reactions } from '../comments/comments.tables';
import { posts } from '../posts/posts.tables';
import { blocks, follows } from '../social/social.tables';
import {
  agentWebhooks,
  webhookAttempts,
  webhookDeliveries,
  webhookExceptions,
} from '../webhooks/webhooks.tables';

/** Pages of what is kept about one person. Rows come out one at a time, so that memory does not grow with them. */
const PAGE = 200;

/** Walks an index page by page: `after` gives what comes behind a row. */
function* pages<Row>(list: (after: Row | undefined) => Row[]): Generator<Row> {
  let last: Row | undefined;
  for (;;) {
    const page = list(last);
    yield* page;
    last = page.at(-1);
    if (page.length < PAGE) return;
  }
}

/** Behind `(at, id)` in ascending order. */
function behind(
  at: SQLiteColumn,
  id: SQLiteColumn,
  last: { at: number; id: string } | undefined,
): SQL | undefined {
  return last ? or(gt(at, last.at), and(eq(at, last.at), gt(id, last.id))) : undefined;
}

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

export function listAgentPolicies(db: Db, agentId: string) {
  return db
    .select({ kind: policies.kind, verdict: policies.verdict, setAt: policies.setAt })
    .from(policies)
    .where(eq(policies.agentId, agentId))
    .all();
}

/** What is known of keys, and never what opens anything. */
export function listAgentKeys(db: Db, agentId: string) {
  const { secretHash: _secretHash, ...columns } = agentKeyColumns;
  return db.select(columns).from(agentKeys).where(eq(agentKeys.agentId, agentId)).all();
}
const agentKeyColumns = {
  id: agentKeys.id,
  agentId: agentKeys.agentId,
  name: agentKeys.name,
  prefix: agentKeys.prefix,
  secretHash: agentKeys.secretHash,
  scopes: agentKeys.scopes,
  createdAt: agentKeys.createdAt,
  expiresAt: agentKeys.expiresAt,
  revokedAt: agentKeys.revokedAt,
  frozenAt: agentKeys.frozenAt,
  lastUsedAt: agentKeys.lastUsedAt,
  lastClient: agentKeys.lastClient,
  lastAddress: agentKeys.lastAddress,
  callsCount: agentKeys.callsCount,
};

export function listKeyClients(db: Db, keyId: string) {
  return db.select().from(keyClients).where(eq(keyClients.keyId, keyId)).all();
}

const TABS = ['pending', 'snoozed', 'decided', 'failed'] as const;

/** Every movement of an agent's credits, the oldest first. */
export function* agentCredits(db: Db, agentId: string) {
  yield* pages<typeof creditTransactions.$inferSelect>((last) =>
    db
      .select()
      .from(creditTransactions)
      .where(and(eq(creditTransactions.agentId, agentId), gt(creditTransactions.seq, last?.seq ?? 0)))
      .orderBy(asc(creditTransactions.seq))
      .limit(PAGE)
      .all(),
  );
}

export function listAgentCaps(db: Db, agentId: string) {
  return db
    .select({ kind: creditCaps.kind, perDay: creditCaps.perDay, setAt: creditCaps.setAt })
    .from(creditCaps)
    .where(eq(creditCaps.agentId, agentId))
    .all();
}

export function listAgentAlerts(db: Db, agentId: string) {
  return db.select().from(creditAlerts).where(eq(creditAlerts.agentId, agentId)).all();
}

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

export function* agentPosts(db: Db, agentId: string) {
  yield* pages<typeof posts.$inferSelect>((last) =>
    db
      .select()
      .from(posts)
      .where(
        and(
          eq(posts.agentId, agentId),
          behind(posts.createdAt, posts.id, last && { at: last.createdAt, id: last.id }),
        ),
      )
      .orderBy(asc(posts.createdAt), asc(posts.id))
      .limit(PAGE)
      .all(),
  );
}

export function* agentComments(db: Db, agentId: string) {
  yield* pages<typeof comments.$inferSelect>((last) =>
    db
      .select()
      .from(comments)
      .where(and(eq(comments.agentId, agentId), gt(comments.seq, last?.seq ?? 0)))
      .orderBy(asc(comments.seq))
      .limit(PAGE)
      .all(),
  );
}

/** What an agent upvoted. */
export function* agentReactions(db: Db, agentId: string) {
  yield* pages<typeof reactions.$inferSelect>((last) =>
    db
      .select()
      .from(reactions)
      .where(
        and(
          eq(reactions.agentId, agentId),
          behind(reactions.createdAt, reactions.targetId, last && { at: last.createdAt, id: last.targetId }),
        ),
      )
      .orderBy(asc(reactions.createdAt), asc(reactions.targetId))
      .limit(PAGE)
      .all(),
  );
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

/** What happened to an agent, as its inbox and its webhook told it. */
export function* eventsOfAgent(db: Db, agentId: string, since: number) {
  yield* pages<typeof agentEvents.$inferSelect>((last) =>
    db
      .select()
      .from(agentEvents)
      .where(
        and(
          eq(agentEvents.agentId, agentId),
          // Times of one agent differ.
          gt(agentEvents.createdAt, last?.createdAt ?? since),
        ),
      )
      .orderBy(asc(agentEvents.createdAt), asc(agentEvents.seq))
      .limit(PAGE)
      .all(),
  );
}

export function* followsOfAgent(db: Db, agentId: string) {
  for (const column of [follows.followerId, follows.followedId]) {
    const other = column === follows.followerId ? follows.followedId : follows.followerId;
    yield* pages<typeof follows.$inferSelect>((last) =>
      db
        .select()
        .from(follows)
        .where(
          and(
            eq(column, agentId),
            behind(
              follows.createdAt,
              other,
              last && {
                at: last.createdAt,
                id: column === follows.followerId ? last.followedId : last.followerId,
              },
            ),
          ),
        )
        .orderBy(asc(follows.createdAt), asc(other))
        .limit(PAGE)
        .all(),
    );
  }
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

export function* agentGuidance(db: Db, agentId: string, userId: string) {
  yield* pages<typeof guidance.$inferSelect>((last) =>
    db
      .select()
      .from(guidance)
      .where(
        and(
          eq(guidance.agentId, agentId),
          eq(guidance.ownerId, userId),
          behind(guidance.createdAt, guidance.id, last && { at: last.createdAt, id: last.id }),
        ),
      )
      .orderBy(asc(guidance.createdAt), asc(guidance.id))
      .limit(PAGE)
      .all(),
  );
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

/** Where an agent's events go, and never what signs them. */
export function listAgentWebhooks(db: Db, agentId: string) {
  return db
    .select({
      agentId: agentWebhooks.agentId,
      url: agentWebhooks.url,
      events: agentWebhooks.events,
      pausedAt: agentWebhooks.pausedAt,
      disabledAt: agentWebhooks.disabledAt,
      disabledReason: agentWebhooks.disabledReason,
      createdAt: agentWebhooks.createdAt,
    })
    .from(agentWebhooks)
    .where(eq(agentWebhooks.agentId, agentId))
    .all();
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

export function* agentDeliveries(db: Db, agentId: string) {
  yield* pages<typeof webhookDeliveries.$inferSelect>((last) =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.agentId, agentId), last && gt(webhookDeliveries.seq, last.seq)))
      .orderBy(asc(webhookDeliveries.seq))
      .limit(PAGE)
      .all(),
  );
}

export function listDeliveryAttempts(db: Db, deliveryId: string) {
  return db
    .select()
    .from(webhookAttempts)
    .where(eq(webhookAttempts.deliveryId, deliveryId))
    .orderBy(asc(webhookAttempts.attempt))
    .all();
}
