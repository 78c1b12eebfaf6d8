import { and, asc, eq, inArray, isNotNull, lt, lte, sql } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../db/open';
import { prepared } from '../db/prepared';
import { jobs } from '../gate/gate.tables';
import type { Ids } from '../lib/ids';

export type JobRow = typeof jobs.$inferSelect;

export interface NewJob {
  readonly type: string;
  /** The same key a second time changes nothing: retries and repeated cron ticks are harmless. */
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly runAt: number;
}

/** Enqueues in the transaction of the effect that wants it. */
export function enqueue(tx: Tx, ids: Ids, job: NewJob, now: number): void {
  tx.insert(jobs)
    .values({
      id: ids.prefixed('job'),
      type: job.type,
      key: job.key,
      payload: JSON.stringify(job.payload),
      status: 'waiting',
      runAt: job.runAt,
      createdAt: now,
    })
    .onConflictDoNothing()
    .run();
}

/** Takes up to `limit` due jobs and leases them. */
export function claimDue(tx: Tx, now: number, limit: number, leaseMs: number): JobRow[] {
  const due = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.status, 'waiting'), lte(jobs.runAt, now)))
    .orderBy(asc(jobs.runAt))
    .limit(limit)
    .all();
  if (due.length === 0) return [];
  return tx
    .update(jobs)
    .set({ status: 'running', leaseUntil: now + leaseMs, attempts: sql`${jobs.attempts} + 1` })
    .where(
      inArray(
        jobs.id,
        due.map(({ id }) => id),
      ),
    )
    .returning()
    .all();
}

/** Jobs whose runner went away: a killed process, an expired lease. */
export function releaseLeases(tx: Tx, leasedBefore: number): void {
  tx.update(jobs)
    .set({ status: 'waiting', leaseUntil: null })
    .where(and(eq(jobs.status, 'running'), lt(jobs.leaseUntil, leasedBefore)))
    .run();
}

export function finishJob(
  tx: Tx,
  id: string,
  end: {
    readonly status: 'done' | 'failed' | 'waiting';
    readonly now: number;
    readonly runAt?: number;
    readonly error?: string;
  },
): void {
  tx.update(jobs)
    .set({
      status: end.status,
      leaseUntil: null,
      finishedAt: end.status === 'waiting' ? null : end.now,
      lastError: end.error?.slice(0, 1_000) ?? null,
      ...(end.runAt === undefined ? {} : { runAt: end.runAt }),
    })
    .where(eq(jobs.id, id))
    .run();
}

/** Marks a job done from inside the effect it stood for. */
export function finishJobByKey(tx: Tx, type: string, key: string, now: number): void {
  tx.update(jobs)
    .set({ status: 'done', leaseUntil: null, finishedAt: now })
    .where(and(eq(jobs.type, type), eq(jobs.key, key)))
    .run();
}

const selectNextDue = prepared((db) =>
  db
    .select({ runAt: jobs.runAt })
    .from(jobs)
    .where(eq(jobs.status, 'waiting'))
    .orderBy(asc(jobs.runAt))
    .limit(1)
    .prepare(),
);

/** Whether what the job stood for was done otherwise. */
export function isJobDone(db: Db, type: string, key: string): boolean {
  const row = db
    .select({ status: jobs.status })
    .from(jobs)
    .where(and(eq(jobs.type, type), eq(jobs.key, key)))
    .get();
  return row?.status === 'done';
}

export function nextDue(db: Reader): number | undefined {
  return selectNextDue(db).get()?.runAt;
}

export function pruneJobs(tx: Tx, before: number): void {
  tx.delete(jobs)
    .where(and(isNotNull(jobs.finishedAt), lt(jobs.finishedAt, before), eq(jobs.status, 'done')))
    .run();
}
