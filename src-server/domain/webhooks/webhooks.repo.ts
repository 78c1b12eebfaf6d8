import { and, asc, count, eq, lte, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { agents } from '../agents/agents.tables';
import type { LocalTarget } from './targets';
import { agentWebhooks, webhookExceptions } from './webhooks.tables';

export type WebhookRow = typeof agentWebhooks.$inferSelect;

const selectWebhook = prepared((db) =>
  db
    .select()
    .from(agentWebhooks)
    .where(eq(agentWebhooks.agentId, sql.placeholder('agentId')))
    .prepare(),
);

export function findWebhook(db: Db, agentId: string): WebhookRow | undefined {
  return selectWebhook(db).get({ agentId });
}

export function insertWebhook(tx: Tx, row: typeof agentWebhooks.$inferInsert): void {
  tx.insert(agentWebhooks).values(row).run();
}

export function updateWebhook(
  tx: Tx,
  agentId: string,
  change: Partial<Omit<WebhookRow, 'agentId' | 'createdAt'>>,
): void {
  tx.update(agentWebhooks).set(change).where(eq(agentWebhooks.agentId, agentId)).run();
}

export function deleteWebhook(tx: Tx, agentId: string): number {
  return tx.delete(agentWebhooks).where(eq(agentWebhooks.agentId, agentId)).run().changes;
}

/** An endpoint beside what of its agent decides whether anything is sent. */
export type Endpoint = WebhookRow & Pick<typeof agents.$inferSelect, 'status' | 'frozenAt' | 'ownerId'>;

const selectEndpoint = prepared((db) =>
  db
    .select({
      webhook: agentWebhooks,
      status: agents.status,
      frozenAt: agents.frozenAt,
      ownerId: agents.ownerId,
    })
    .from(agentWebhooks)
    .innerJoin(agents, eq(agents.id, agentWebhooks.agentId))
    .where(eq(agentWebhooks.agentId, sql.placeholder('agentId')))
    .prepare(),
);

export function findEndpoint(db: Db, agentId: string): Endpoint | undefined {
  const row = selectEndpoint(db).get({ agentId });
  return row && { ...row.webhook, status: row.status, frozenAt: row.frozenAt, ownerId: row.ownerId };
}

const selectException = prepared((db) =>
  db
    .select()
    .from(webhookExceptions)
    .where(
      and(
        eq(webhookExceptions.ownerId, sql.placeholder('ownerId')),
        eq(webhookExceptions.host, sql.placeholder('host')),
        eq(webhookExceptions.port, sql.placeholder('port')),
      ),
    )
    .prepare(),
);

/** Whether this owner lets webhooks go to a local host and port. */
export function isExcepted(db: Db, ownerId: string | null, target: LocalTarget): boolean {
  return ownerId !== null && selectException(db).get({ ownerId, ...target }) !== undefined;
}

export function listExceptions(db: Db, ownerId: string, limit: number) {
  return db
    .select()
    .from(webhookExceptions)
    .where(eq(webhookExceptions.ownerId, ownerId))
    .orderBy(asc(webhookExceptions.host), asc(webhookExceptions.port))
    .limit(limit)
    .all();
}

export function countExceptions(db: Db, ownerId: string): number {
  return (
    db.select({ n: count() }).from(webhookExceptions).where(eq(webhookExceptions.ownerId, ownerId)).get()
      ?.n ?? 0
  );
}

export function insertException(tx: Tx, ownerId: string, target: LocalTarget, now: number): void {
  tx.insert(webhookExceptions)
    .values({ ownerId, ...target, createdAt: now })
    .onConflictDoNothing()
    .run();
}

export function deleteException(tx: Tx, ownerId: string, { host, port }: LocalTarget): number {
  return tx
    .delete(webhookExceptions)
    .where(
      and(
        eq(webhookExceptions.ownerId, ownerId),
        eq(webhookExceptions.host, host),
        eq(webhookExceptions.port, port),
      ),
    )
    .run().changes;
}

/** Forgets older secrets whose overlap is over. */
export function endOverlaps(tx: Tx, now: number): void {
  tx.update(agentWebhooks)
    .set({ previousSecret: null, previousSecretUntil: null })
    .where(lte(agentWebhooks.previousSecretUntil, now))
    .run();
}
