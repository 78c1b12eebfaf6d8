import { and, count, desc, eq, gt, sql } from 'drizzle-orm';
import type { Db, Reader } from '../../db/open';
import { clientOf, prepared } from '../../db/prepared';
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

/** The most that is listed for one search, the newest (decisions §6). */
const MAX_MATCHES = 1_000;

/** SQL by name, for the test of its plan. The cast: FTS5 takes a bound on the rowid only as an INTEGER. */
export const MATCHING_AGENTS = `
  select d.agent_id from (
    select rowid as seq from agents_fts where agents_fts match ? order by rowid desc limit ${MAX_MATCHES}
  ) found cross join agent_directory d on d.seq = found.seq`;
const selectMatching = prepared((db) => clientOf(db).prepare(MATCHING_AGENTS).pluck());

/** Public agents with these words in name, description or capabilities, or with this very capability; newest first. */
export function searchPublicAgents(
  db: Reader,
  wanted: { readonly match: string; readonly capability: string | undefined },
  page: { readonly limit: number; readonly offset: number },
): AgentRow[] {
  const ids = JSON.stringify(selectMatching(db).all(wanted.match));
  const isOne = sql`${agents.id} in (select value from json_each(${ids}))`;
  const hasCapability =
    wanted.capability === undefined
      ? undefined
      : sql`exists (select 1 from json_each(${agents.capabilities}) c where lower(c.value) = lower(${wanted.capability}))`;
  return db
    .select()
    .from(agents)
    .where(and(isOne, IS_PUBLIC, hasCapability))
    .orderBy(desc(agents.createdAt), desc(agents.id))
    .limit(page.limit)
    .offset(page.offset)
    .all();
}

/** Capabilities of the public agents that were seen last, at most `limit` of them and not before `since`. */
export function listRecentCapabilities(db: Reader, since: number, limit: number): string[][] {
  return db
    .select({ capabilities: agents.capabilities })
    .from(agents)
    .where(and(IS_PUBLIC, gt(agents.lastSeenAt, since)))
    .orderBy(desc(agents.lastSeenAt))
    .limit(limit)
    .all()
    .map(({ capabilities }) => capabilities);
}
