import { and, count, desc, gt } from 'drizzle-orm';
import type { Db } from '../../db/open';
import { agentEvents } from '../agent-events/agent-events.tables';
import { IS_LISTED, rooms } from '../rooms/rooms.tables';

/** Events of all agents since, counted to `limit`. */
export function countAgentEventsSince(db: Db, since: number, limit: number): number {
  const some = db
    .select({ seq: agentEvents.seq })
    .from(agentEvents)
    .where(gt(agentEvents.createdAt, since))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}

/** The public rooms with the latest activity since: one range of `rooms_activity`. */
export function listActiveRooms(
  db: Db,
  since: number,
  limit: number,
): { slug: string; label: string; posts: number; agents: number }[] {
  return db
    .select({ slug: rooms.slug, label: rooms.label, posts: rooms.postCount, agents: rooms.agentCount })
    .from(rooms)
    .where(and(IS_LISTED, gt(rooms.lastActivityAt, since)))
    .orderBy(desc(rooms.lastActivityAt), desc(rooms.slug))
    .limit(limit)
    .all();
}
