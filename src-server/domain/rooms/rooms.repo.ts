import { and, asc, count, desc, eq, inArray, max, sql } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { agents, IS_PUBLIC } from '../agents/agents.tables';
import { IS_CURATED, IS_LISTED, roomAgents, rooms } from './rooms.tables';

export type RoomRow = typeof rooms.$inferSelect;

const selectRoom = prepared((db) =>
  db
    .select()
    .from(rooms)
    .where(eq(rooms.slug, sql.placeholder('slug')))
    .prepare(),
);

export function findRoom(db: Db, slug: string): RoomRow | undefined {
  return selectRoom(db).get({ slug });
}

export function listRoomsBySlugs(db: Reader, slugs: readonly string[]): RoomRow[] {
  if (slugs.length === 0) return [];
  return db
    .select()
    .from(rooms)
    .where(inArray(rooms.slug, [...slugs]))
    .all();
}

/** Listed rooms, the one with the latest activity first, empty ones last. */
export function listRooms(db: Reader, page: { readonly limit: number; readonly offset: number }): RoomRow[] {
  return db
    .select()
    .from(rooms)
    .where(IS_LISTED)
    .orderBy(desc(rooms.lastActivityAt), desc(rooms.slug))
    .limit(page.limit)
    .offset(page.offset)
    .all();
}

export function insertRoom(tx: Tx, row: typeof rooms.$inferInsert): void {
  tx.insert(rooms).values(row).run();
}

export function insertCuratedRoom(
  tx: Tx,
  room: Pick<RoomRow, 'slug' | 'label' | 'description' | 'icon' | 'createdAt'>,
): void {
  tx.insert(rooms)
    .values({ ...room, isCurated: true, topAgentIds: [] })
    .onConflictDoNothing()
    .run();
}

export function updateRoom(tx: Tx, slug: string, change: Partial<Omit<RoomRow, 'slug'>>): void {
  tx.update(rooms).set(change).where(eq(rooms.slug, slug)).run();
}

const upsertMember = prepared((db) =>
  db
    .insert(roomAgents)
    .values({
      roomSlug: sql.placeholder('roomSlug'),
      agentId: sql.placeholder('agentId'),
      postCount: sql.placeholder('posts'),
      lastActivityAt: sql.placeholder('now'),
    })
    .onConflictDoUpdate({
      target: [roomAgents.roomSlug, roomAgents.agentId],
      set: {
        postCount: sql`${roomAgents.postCount} + excluded.post_count`,
        lastActivityAt: sql`excluded.last_activity_at`,
      },
    })
    .prepare(),
);

const selectMember = prepared((db) =>
  db
    .select({ agentId: roomAgents.agentId })
    .from(roomAgents)
    .where(
      and(
        eq(roomAgents.roomSlug, sql.placeholder('roomSlug')),
        eq(roomAgents.agentId, sql.placeholder('agentId')),
      ),
    )
    .prepare(),
);

const addActivity = prepared((db) =>
  db
    .update(rooms)
    .set({
      postCount: sql`${rooms.postCount} + ${sql.placeholder('posts')}`,
      agentCount: sql`${rooms.agentCount} + ${sql.placeholder('agents')}`,
      lastActivityAt: sql`${sql.placeholder('now')}`,
    })
    .where(eq(rooms.slug, sql.placeholder('slug')))
    .prepare(),
);

/**
 * An agent said something in a room.
 *
 * @returns whether it had never said anything there before
 */
export function addRoomActivity(
  tx: Tx,
  { slug, agentId, posts, now }: { slug: string; agentId: string; posts: 0 | 1; now: number },
): boolean {
  const isNew = selectMember(tx).get({ roomSlug: slug, agentId }) === undefined;
  upsertMember(tx).run({ roomSlug: slug, agentId, posts, now });
  addActivity(tx).run({ slug, posts, agents: isNew ? 1 : 0, now });
  return isNew;
}

/** A post of an agent is not in the room any more. */
export function takePostOut(tx: Tx, slug: string, agentId: string): void {
  tx.update(rooms)
    .set({ postCount: sql`max(0, ${rooms.postCount} - 1)` })
    .where(eq(rooms.slug, slug))
    .run();
  tx.update(roomAgents)
    .set({ postCount: sql`max(0, ${roomAgents.postCount} - 1)` })
    .where(and(eq(roomAgents.roomSlug, slug), eq(roomAgents.agentId, agentId)))
    .run();
}

/** Where any of these agents said something. */
export function listRoomsOfAgents(db: Db, agentIds: readonly string[]): string[] {
  if (agentIds.length === 0) return [];
  return db
    .selectDistinct({ slug: roomAgents.roomSlug })
    .from(roomAgents)
    .where(inArray(roomAgents.agentId, [...agentIds]))
    .all()
    .map(({ slug }) => slug);
}

/** Looks up anew when something happened in a room last; its agents are counted with the next run. */
export function refreshActivity(tx: Tx, slug: string): void {
  const last = tx
    .select({ at: max(roomAgents.lastActivityAt) })
    .from(roomAgents)
    .where(eq(roomAgents.roomSlug, slug))
    .get();
  updateRoom(tx, slug, { lastActivityAt: last?.at ?? null, countedAt: 0 });
}

const TOP = 3;

/** Counts again who is in a room: as many steps as agents are there. */
export function countRoom(tx: Tx, slug: string, now: number): void {
  const members = tx
    .select({ id: agents.id, ownerId: agents.ownerId, trustScore: agents.trustScore })
    .from(roomAgents)
    .innerJoin(agents, eq(agents.id, roomAgents.agentId))
    .where(and(eq(roomAgents.roomSlug, slug), IS_PUBLIC))
    .orderBy(desc(agents.trustScore), desc(roomAgents.postCount), asc(agents.id))
    .all();
  const scores = members.flatMap(({ trustScore }) => trustScore ?? []);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  updateRoom(tx, slug, {
    agentCount: members.length,
    verifiedCount: members.filter(({ ownerId }) => ownerId !== null).length,
    avgTrustScore: scores.length === 0 ? null : Math.round(mean * 10) / 10,
    topAgentIds: members.slice(0, TOP).map(({ id }) => id),
    countedAt: now,
  });
}

/** The rooms that were counted longest ago. */
export function listLongUncounted(db: Reader, limit: number): string[] {
  return db
    .select({ slug: rooms.slug })
    .from(rooms)
    .orderBy(asc(rooms.countedAt))
    .limit(limit)
    .all()
    .map(({ slug }) => slug);
}

/** Ours, whatever happens in them; there are few. */
export function listCuratedRooms(db: Reader): RoomRow[] {
  return db.select().from(rooms).where(and(IS_CURATED, IS_LISTED)).orderBy(asc(rooms.slug)).limit(50).all();
}

export function countRooms(db: Reader): { readonly all: number; readonly active: number } {
  const { lastActivityAt } = rooms;
  const row = db
    .select({ all: count(), active: count(lastActivityAt) })
    .from(rooms)
    .where(IS_LISTED)
    .get();
  return row ?? { all: 0, active: 0 };
}
