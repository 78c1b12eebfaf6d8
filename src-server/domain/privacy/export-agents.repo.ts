import { and, asc, eq, gt } from 'drizzle-orm';
import type { Db } from '../../db/open';
import { guidance, policies } from '../../gate/gate.tables';
import { agentEvents } from '../agent-events/agent-events.tables';
import { agentKeys, keyClients } from '../agents/agents.tables';
import { creditAlerts, creditCaps, creditTransactions } from '../credits/credits.tables';
import { comments, reactions } from '../comments/comments.tables';
import { posts } from '../posts/posts.tables';
import { follows } from '../social/social.tables';
import { agentWebhooks, webhookAttempts, webhookDeliveries } from '../webhooks/webhooks.tables';
import { behind, PAGE, pages } from './export-pages';

export function listAgentPolicies(db: Db, agentId: string) {
  return db
    .select({ kind: policies.kind, verdict: policies.verdict, setAt: policies.setAt })
    .from(policies)
    .where(eq(policies.agentId, agentId))
    .all();
}

/** What is known of keys, and never what opens anything. */
const KEY_COLUMNS = {
  id: agentKeys.id,
  agentId: agentKeys.agentId,
  name: agentKeys.name,
  prefix: agentKeys.prefix,
  scopes: agentKeys.scopes,
  createdAt: agentKeys.createdAt,
  expiresAt: agentKeys.expiresAt,
  revokedAt: agentKeys.revokedAt,
  frozenAt: agentKeys.frozenAt,
  lastUsedAt: agentKeys.lastUsedAt,
  lastClient: agentKeys.lastClient,
  lastAddress: agentKeys.lastAddress,
  callsCount: agentKeys.callsCount,
} as const;

export function listAgentKeys(db: Db, agentId: string) {
  return db.select(KEY_COLUMNS).from(agentKeys).where(eq(agentKeys.agentId, agentId)).all();
}

export function listKeyClients(db: Db, keyId: string) {
  return db.select().from(keyClients).where(eq(keyClients.keyId, keyId)).all();
}

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
