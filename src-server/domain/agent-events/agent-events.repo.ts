import { and, asc, count, desc, eq, gt, inArray, isNull, lt, max, sql, type SQL } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import type { Keyset } from '../../db/cursor';
import { agentEvents } from './agent-events.tables';

export type AgentEventRow = typeof agentEvents.$inferSelect;

const selectNewestTime = prepared((db) =>
  db
    .select({ at: max(agentEvents.createdAt) })
    .from(agentEvents)
    .where(eq(agentEvents.agentId, sql.placeholder('agentId')))
    .prepare(),
);

/** When the last thing happened to an agent; null where nothing did. */
export function newestTimeOf(db: Db, agentId: string): number | null {
  return selectNewestTime(db).get({ agentId })?.at ?? null;
}

interface EventFilter {
  readonly agentId: string;
  /** Only of this name. */
  readonly event?: string | undefined;
}

function ofAgent({ agentId, event }: EventFilter): SQL | undefined {
  return and(
    eq(agentEvents.agentId, agentId),
    event === undefined ? undefined : eq(agentEvents.event, event),
  );
}

/** Strictly after a moment, in the order they happened. */
export function listEventsAfter(
  db: Reader,
  filter: EventFilter,
  { after, limit }: { readonly after: number; readonly limit: number },
): AgentEventRow[] {
  return db
    .select()
    .from(agentEvents)
    .where(and(ofAgent(filter), gt(agentEvents.createdAt, after)))
    .orderBy(asc(agentEvents.createdAt), asc(agentEvents.seq))
    .limit(limit)
    .all();
}

/** The newest first; times of one agent differ, so that one of them is enough to go on from. */
export function listNewestEvents(
  db: Reader,
  filter: EventFilter,
  { before, limit }: { readonly before?: Keyset | undefined; readonly limit: number },
): AgentEventRow[] {
  return db
    .select()
    .from(agentEvents)
    .where(and(ofAgent(filter), before && lt(agentEvents.createdAt, before.at)))
    .orderBy(desc(agentEvents.createdAt), desc(agentEvents.seq))
    .limit(limit)
    .all();
}

/** Those of them that were unread until now. */
export function markEventsRead(tx: Tx, seqs: readonly number[], now: number): AgentEventRow[] {
  return tx
    .update(agentEvents)
    .set({ readAt: now })
    .where(and(inArray(agentEvents.seq, [...seqs]), isNull(agentEvents.readAt)))
    .returning()
    .all();
}

/** Forgets the oldest of what is older than `before`, at most `limit`. */
export function pruneEvents(tx: Tx, before: number, limit: number): number {
  const old = tx
    .select({ seq: agentEvents.seq })
    .from(agentEvents)
    .where(lt(agentEvents.createdAt, before))
    .orderBy(asc(agentEvents.createdAt))
    .limit(limit);
  return tx.delete(agentEvents).where(inArray(agentEvents.seq, old)).run().changes;
}

/** Not fetched yet, counted to `limit`. */
export function countUnreadEvents(db: Reader, agentId: string, limit: number): number {
  const some = db
    .select({ seq: agentEvents.seq })
    .from(agentEvents)
    .where(and(eq(agentEvents.agentId, agentId), sql`read_at IS NULL`))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}
