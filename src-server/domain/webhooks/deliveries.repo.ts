import { and, asc, count, desc, eq, gt, gte, inArray, lt, lte, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared, preparedInsert } from '../../db/prepared';
import {
  webhookAttempts,
  webhookDeliveries,
  webhookRecoveries,
  type DeliveryStatus,
} from './webhooks.tables';

export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type AttemptRow = typeof webhookAttempts.$inferSelect;
export type RecoveryRow = typeof webhookRecoveries.$inferSelect;

export const insertDelivery = preparedInsert(webhookDeliveries, { omitted: ['seq'] }) as (
  tx: Tx,
  row: Omit<DeliveryRow, 'seq'>,
) => void;
export const insertAttempt = preparedInsert(webhookAttempts, { omitted: ['seq'] }) as (
  tx: Tx,
  row: Omit<AttemptRow, 'seq'>,
) => void;

const selectDelivery = prepared((db) =>
  db
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.id, sql.placeholder('id')))
    .prepare(),
);

export function findDelivery(db: Db, id: string): DeliveryRow | undefined {
  return selectDelivery(db).get({ id });
}

export function updateDelivery(tx: Tx, id: string, change: Partial<Omit<DeliveryRow, 'seq' | 'id'>>): void {
  tx.update(webhookDeliveries).set(change).where(eq(webhookDeliveries.id, id)).run();
}

/** What one attempt changes. */
type Settled = Pick<
  DeliveryRow,
  'status' | 'attempts' | 'triesLeft' | 'nextAt' | 'statusCode' | 'latencyMs' | 'error' | 'finishedAt'
>;

const settle = prepared((db) =>
  db
    .update(webhookDeliveries)
    .set({
      status: sql`${sql.placeholder('status')}`,
      attempts: sql`${sql.placeholder('attempts')}`,
      triesLeft: sql`${sql.placeholder('triesLeft')}`,
      nextAt: sql`${sql.placeholder('nextAt')}`,
      statusCode: sql`${sql.placeholder('statusCode')}`,
      latencyMs: sql`${sql.placeholder('latencyMs')}`,
      error: sql`${sql.placeholder('error')}`,
      finishedAt: sql`${sql.placeholder('finishedAt')}`,
    })
    .where(eq(webhookDeliveries.id, sql.placeholder('id')))
    .prepare(),
);

/** The one write of every attempt: prepared, unlike the rest, since it bounds how many go out a second. */
export function settleDelivery(tx: Tx, id: string, settled: Settled): void {
  settle(tx).run({ id, ...settled });
}

const selectNewer = prepared((db) =>
  db
    .select({ seq: webhookDeliveries.seq, agentId: webhookDeliveries.agentId })
    .from(webhookDeliveries)
    .where(gt(webhookDeliveries.seq, sql.placeholder('seq')))
    .orderBy(asc(webhookDeliveries.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** Whose deliveries were made after `seq`. */
export function listNewer(db: Db, seq: number, limit: number): { seq: number; agentId: string }[] {
  return selectNewer(db).all({ seq, limit });
}

export function lastDeliverySeq(db: Db): number {
  return (
    db
      .select({ seq: webhookDeliveries.seq })
      .from(webhookDeliveries)
      .orderBy(desc(webhookDeliveries.seq))
      .limit(1)
      .get()?.seq ?? 0
  );
}

const IS_PENDING = sql.raw("status = 'pending'");

const selectPendingAgent = prepared((db) =>
  db
    .select({ agentId: webhookDeliveries.agentId })
    .from(webhookDeliveries)
    .where(and(IS_PENDING, gt(webhookDeliveries.agentId, sql.placeholder('after'))))
    .orderBy(asc(webhookDeliveries.agentId))
    .limit(1)
    .prepare(),
);

/** Every agent that something waits for: one step in the index each, however much waits. */
export function* agentsWithPending(db: Db): Generator<string> {
  let after = '';
  for (;;) {
    const next = selectPendingAgent(db).get({ after });
    if (!next) return;
    yield next.agentId;
    after = next.agentId;
  }
}

const selectDue = prepared((db) =>
  db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        IS_PENDING,
        eq(webhookDeliveries.agentId, sql.placeholder('agentId')),
        or(
          lte(webhookDeliveries.nextAt, sql.placeholder('now')),
          gt(webhookDeliveries.nextAt, sql.placeholder('horizon')),
        ),
      ),
    )
    .orderBy(asc(webhookDeliveries.nextAt), asc(webhookDeliveries.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/**
 * What is due of one agent, the earliest first. Nothing is ever put off beyond `horizon`, so what lies behind it was
 * put off before the clock was set back, and is due.
 */
export function listDue(
  db: Db,
  agentId: string,
  { now, horizon, limit }: { readonly now: number; readonly horizon: number; readonly limit: number },
): DeliveryRow[] {
  return selectDue(db).all({ agentId, now, horizon, limit });
}

const selectNextAt = prepared((db) =>
  db
    .select({ nextAt: webhookDeliveries.nextAt })
    .from(webhookDeliveries)
    .where(
      and(
        IS_PENDING,
        eq(webhookDeliveries.agentId, sql.placeholder('agentId')),
        gt(webhookDeliveries.nextAt, sql.placeholder('now')),
      ),
    )
    .orderBy(asc(webhookDeliveries.nextAt))
    .limit(1)
    .prepare(),
);

/** When something of the agent that is not due yet will be. */
export function findNextAt(db: Db, agentId: string, now: number): number | undefined {
  return selectNextAt(db).get({ agentId, now })?.nextAt;
}

/** Gives up on all that waits for an endpoint that takes nothing any more. */
export function failPending(tx: Tx, agentId: string, error: string, now: number): number {
  return tx
    .update(webhookDeliveries)
    .set({ status: 'failed', error, finishedAt: now, triesLeft: 0 })
    .where(and(eq(webhookDeliveries.agentId, agentId), IS_PENDING))
    .run().changes;
}

export function countPendingUpTo(db: Db, agentId: string, limit: number): number {
  const some = db
    .select({ seq: webhookDeliveries.seq })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.agentId, agentId), IS_PENDING))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}

/** One page behind `before`, the newest first. */
export function listDeliveries(
  db: Db,
  agentId: string,
  page: {
    readonly status: DeliveryStatus | undefined;
    readonly event: string | undefined;
    readonly before: number | undefined;
    readonly limit: number;
  },
): DeliveryRow[] {
  const { status, event, before, limit } = page;
  return db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.agentId, agentId),
        status === undefined ? undefined : eq(webhookDeliveries.status, status),
        event === undefined ? undefined : eq(webhookDeliveries.event, event),
        before === undefined ? undefined : lt(webhookDeliveries.seq, before),
      ),
    )
    .orderBy(desc(webhookDeliveries.seq))
    .limit(limit)
    .all();
}

export function listDeliveriesOfTrace(db: Db, traceId: string, limit: number): DeliveryRow[] {
  return db
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.traceId, traceId))
    .orderBy(asc(webhookDeliveries.createdAt), asc(webhookDeliveries.seq))
    .limit(limit)
    .all();
}

export function listAttempts(db: Db, deliveryId: string, limit: number): AttemptRow[] {
  return db
    .select()
    .from(webhookAttempts)
    .where(eq(webhookAttempts.deliveryId, deliveryId))
    .orderBy(desc(webhookAttempts.attempt))
    .limit(limit)
    .all();
}

/** The last attempts of an agent, the newest first, each with its delivery's event. */
export function listLastAttempts(db: Db, agentId: string, limit: number) {
  return db
    .select({
      deliveryId: webhookAttempts.deliveryId,
      event: webhookDeliveries.event,
      attempt: webhookAttempts.attempt,
      statusCode: webhookAttempts.statusCode,
      isSuccess: webhookAttempts.isSuccess,
      latencyMs: webhookAttempts.latencyMs,
      error: webhookAttempts.error,
      startedAt: webhookAttempts.startedAt,
    })
    .from(webhookAttempts)
    .innerJoin(webhookDeliveries, eq(webhookDeliveries.id, webhookAttempts.deliveryId))
    .where(eq(webhookAttempts.agentId, agentId))
    .orderBy(desc(webhookAttempts.seq))
    .limit(limit)
    .all();
}
export type LastAttempt = ReturnType<typeof listLastAttempts>[number];

/** Forgets up to `limit` deliveries older than `before`, attempts and all. Answers how many there were. */
export function pruneDeliveries(tx: Tx, before: number, limit: number): number {
  const old = tx
    .select({ seq: webhookDeliveries.seq })
    .from(webhookDeliveries)
    .where(lt(webhookDeliveries.createdAt, before))
    .limit(limit);
  return tx.delete(webhookDeliveries).where(inArray(webhookDeliveries.seq, old)).run().changes;
}

export function deleteDeliveries(tx: Tx, agentId: string): number {
  tx.delete(webhookRecoveries).where(eq(webhookRecoveries.agentId, agentId)).run();
  return tx.delete(webhookDeliveries).where(eq(webhookDeliveries.agentId, agentId)).run().changes;
}

export function insertRecovery(tx: Tx, row: typeof webhookRecoveries.$inferInsert): void {
  tx.insert(webhookRecoveries).values(row).run();
}

export function findRecovery(db: Db, id: string): RecoveryRow | undefined {
  return db.select().from(webhookRecoveries).where(eq(webhookRecoveries.id, id)).get();
}

export function findLastRecovery(db: Db, agentId: string): RecoveryRow | undefined {
  return db
    .select()
    .from(webhookRecoveries)
    .where(eq(webhookRecoveries.agentId, agentId))
    .orderBy(desc(webhookRecoveries.createdAt), desc(sql`rowid`))
    .limit(1)
    .get();
}

export function updateRecovery(
  tx: Tx,
  id: string,
  change: Partial<Pick<RecoveryRow, 'cursorSeq' | 'queued' | 'finishedAt'>>,
): void {
  tx.update(webhookRecoveries).set(change).where(eq(webhookRecoveries.id, id)).run();
}

/** Failed deliveries of a recovery that it has not come to yet, the oldest first. */
export function listToRecover(db: Db, recovery: RecoveryRow, limit: number): DeliveryRow[] {
  return db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.agentId, recovery.agentId),
        eq(webhookDeliveries.status, 'failed'),
        gt(webhookDeliveries.seq, recovery.cursorSeq),
        lte(webhookDeliveries.seq, recovery.lastSeq),
        gte(webhookDeliveries.createdAt, recovery.since),
      ),
    )
    .orderBy(asc(webhookDeliveries.seq))
    .limit(limit)
    .all();
}

/** How what a recovery sent again went. */
export function countRecovered(db: Db, recoveryId: string): { status: DeliveryStatus; n: number }[] {
  return db
    .select({ status: webhookDeliveries.status, n: count() })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.recoveryId, recoveryId))
    .groupBy(webhookDeliveries.status)
    .all();
}
