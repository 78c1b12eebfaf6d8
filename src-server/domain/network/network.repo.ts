import { and, count, eq, inArray, or } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../../db/open';
import { connections } from './network.tables';

export type ConnectionRow = typeof connections.$inferSelect;

/** States in which two people are, or may become, connected. */
export const LIVE_STATES = ['pending', 'accepted'] as const satisfies readonly ConnectionRow['status'][];

export function findConnection(db: Db, id: string): ConnectionRow | undefined {
  return db.select().from(connections).where(eq(connections.id, id)).get();
}

/** Whoever asked whom: at most one row each way, and the live one first. */
export function findLiveConnection(db: Db, userId: string, otherId: string): ConnectionRow | undefined {
  return db
    .select()
    .from(connections)
    .where(
      and(
        or(
          and(eq(connections.requesterId, userId), eq(connections.targetUserId, otherId)),
          and(eq(connections.requesterId, otherId), eq(connections.targetUserId, userId)),
        ),
        inArray(connections.status, [...LIVE_STATES]),
      ),
    )
    .limit(1)
    .get();
}

/** A pair has one row each way: asking again after a no renews it under the new id. */
export function upsertConnection(tx: Tx, row: ConnectionRow): void {
  const { requesterId: _requesterId, targetUserId: _targetUserId, ...renewed } = row;
  tx.insert(connections)
    .values(row)
    .onConflictDoUpdate({ target: [connections.requesterId, connections.targetUserId], set: renewed })
    .run();
}

export function updateConnection(
  tx: Tx,
  id: string,
  change: Pick<ConnectionRow, 'status' | 'respondedAt'>,
): void {
  tx.update(connections).set(change).where(eq(connections.id, id)).run();
}

/** Live connections a person asked for and was asked for, each counted to `limit`. */
export function countConnections(
  db: Reader,
  userId: string,
  limit: number,
): { readonly sent: number; readonly received: number } {
  const countOf = (column: typeof connections.requesterId | typeof connections.targetUserId): number => {
    const some = db
      .select({ id: connections.id })
      .from(connections)
      .where(and(eq(column, userId), inArray(connections.status, [...LIVE_STATES])))
      .limit(limit)
      .as('some');
    return db.select({ n: count() }).from(some).get()?.n ?? 0;
  };
  return { sent: countOf(connections.requesterId), received: countOf(connections.targetUserId) };
}
