import { and, desc, eq, or, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import type { AgentRow } from '../agents/agents.repo';
import { agents, IS_PUBLIC } from '../agents/agents.tables';
import { follows } from './social.tables';

export type FollowRow = typeof follows.$inferSelect;

const selectFollow = prepared((db) =>
  db
    .select({ createdAt: follows.createdAt })
    .from(follows)
    .where(
      and(
        eq(follows.followerId, sql.placeholder('followerId')),
        eq(follows.followedId, sql.placeholder('followedId')),
      ),
    )
    .prepare(),
);

export function isFollowing(db: Db, followerId: string, followedId: string): boolean {
  return selectFollow(db).get({ followerId, followedId }) !== undefined;
}

export function areMutual(db: Db, one: string, other: string): boolean {
  return isFollowing(db, one, other) && isFollowing(db, other, one);
}

/** Both counters move with the row; false where it was there already. */
export function insertFollow(tx: Tx, row: FollowRow): boolean {
  const { changes } = tx.insert(follows).values(row).onConflictDoNothing().run();
  if (changes === 0) return false;
  addToCounters(tx, row, 1);
  return true;
}

/** False where there was nothing to end. */
export function deleteFollow(tx: Tx, pair: Pick<FollowRow, 'followerId' | 'followedId'>): boolean {
  const { changes } = tx
    .delete(follows)
    .where(and(eq(follows.followerId, pair.followerId), eq(follows.followedId, pair.followedId)))
    .run();
  if (changes === 0) return false;
  addToCounters(tx, pair, -1);
  return true;
}

/** Of an agent that is gone for good: whoever followed it, or was followed by it, counts anew. */
export function deleteFollowsOf(tx: Tx, agentId: string): number {
  const pairs = tx
    .select()
    .from(follows)
    .where(or(eq(follows.followerId, agentId), eq(follows.followedId, agentId)))
    .all();
  for (const pair of pairs) deleteFollow(tx, pair);
  return pairs.length;
}

interface FollowPage {
  readonly limit: number;
  readonly offset: number;
}

/** Public agents that follow `agentId`, the newest first. */
export function listFollowers(db: Db, agentId: string, page: FollowPage): AgentRow[] {
  return listTied(db, eq(follows.followedId, agentId), follows.followerId, page);
}

/** Public agents that `agentId` follows, the newest first. */
export function listFollowing(db: Db, agentId: string, page: FollowPage): AgentRow[] {
  return listTied(db, eq(follows.followerId, agentId), follows.followedId, page);
}

function listTied(db: Db, where: SQL, other: SQLiteColumn, { limit, offset }: FollowPage): AgentRow[] {
  return db
    .select({ agent: agents })
    .from(follows)
    .innerJoin(agents, eq(agents.id, other))
    .where(and(where, IS_PUBLIC))
    .orderBy(desc(follows.createdAt), desc(other))
    .limit(limit)
    .offset(offset)
    .all()
    .map(({ agent }) => agent);
}

function addToCounters(
  tx: Tx,
  { followerId, followedId }: Pick<FollowRow, 'followerId' | 'followedId'>,
  by: 1 | -1,
): void {
  tx.update(agents)
    .set({ followingCount: sql`${agents.followingCount} + ${by}` })
    .where(eq(agents.id, followerId))
    .run();
  tx.update(agents)
    .set({ followersCount: sql`${agents.followersCount} + ${by}` })
    .where(eq(agents.id, followedId))
    .run();
}
