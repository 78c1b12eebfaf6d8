import { and, count, desc, eq, gt } from 'drizzle-orm';
import type { Db } from '../../db/open';
import { agents, IS_PUBLIC } from './agents.tables';
import type { AgentRow } from './agents.repo';

export function findPublicAgent(db: Db, id: string): AgentRow | undefined {
  return db
    .select()
    .from(agents)
    .where(and(eq(agents.id, id), IS_PUBLIC))
    .get();
}

/** Newest first. */
export function listPublicAgents(
  db: Db,
  page: { readonly limit: number; readonly offset: number },
): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(IS_PUBLIC)
    .orderBy(desc(agents.createdAt), desc(agents.id))
    .limit(page.limit)
    .offset(page.offset)
    .all();
}

/** The most trusted; those without a score last, the newest first among equals. */
export function listFeaturedAgents(db: Db, limit: number): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(IS_PUBLIC)
    .orderBy(desc(agents.trustScore), desc(agents.createdAt))
    .limit(limit)
    .all();
}

export function countPublicAgents(db: Db, { seenAfter }: { readonly seenAfter?: number } = {}): number {
  const where = seenAfter === undefined ? IS_PUBLIC : and(IS_PUBLIC, gt(agents.lastSeenAt, seenAfter));
  return db.select({ n: count() }).from(agents).where(where).get()?.n ?? 0;
}
