import { and, count, desc, eq, inArray, isNotNull, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Keyset } from '../../db/cursor';
import type { Db, Reader, Tx } from '../../db/open';
import { inOneRead } from '../../db/one-read';
import { prepared } from '../../db/prepared';
import { actions, calls } from '../../gate/gate.tables';
import { agentKeys, agents, claimCodes } from './agents.tables';

export type AgentRow = typeof agents.$inferSelect;
export type AgentKeyRow = typeof agentKeys.$inferSelect;
export type ClaimCodeRow = typeof claimCodes.$inferSelect;

const selectAgent = prepared((db) =>
  db
    .select()
    .from(agents)
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare(),
);

export function findAgent(db: Db, id: string): AgentRow | undefined {
  return selectAgent(db).get({ id });
}

export function findAgentByHandle(db: Db, handle: string): AgentRow | undefined {
  return db.select().from(agents).where(eq(agents.handle, handle)).get();
}

/** Agents registered with an address, newest first; bounded by what one address may hold. */
export function listAgentsByContact(db: Db, email: string, limit: number): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(eq(agents.contactEmail, email))
    .orderBy(desc(agents.createdAt))
    .limit(limit)
    .all();
}

export function listUnclaimedByContact(db: Db, email: string, limit: number): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(and(eq(agents.contactEmail, email), eq(agents.status, 'unclaimed')))
    .orderBy(desc(agents.createdAt))
    .limit(limit)
    .all();
}

export function listAgentsOfOwner(
  db: Db,
  ownerId: string,
  page: { readonly after: Keyset | undefined; readonly limit: number },
): AgentRow[] {
  const conditions: SQL[] = [eq(agents.ownerId, ownerId)];
  if (page.after) {
    const { at, id } = page.after;
    const older = or(lt(agents.createdAt, at), and(eq(agents.createdAt, at), lt(agents.id, id)));
    if (older) conditions.push(older);
  }
  return db
    .select()
    .from(agents)
    .where(and(...conditions))
    .orderBy(desc(agents.createdAt), desc(agents.id))
    .limit(page.limit)
    .all();
}

export function countAgentsOfOwner(
  db: Db,
  ownerId: string,
  limit: number,
  { withSamples = true }: { readonly withSamples?: boolean } = {},
): number {
  const own = eq(agents.ownerId, ownerId);
  const some = db
    .select({ id: agents.id })
    .from(agents)
    .where(withSamples ? own : and(own, eq(agents.isSample, false)))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}

export function listAgentsByIds(db: Db, ids: readonly string[]): AgentRow[] {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(agents)
    .where(inArray(agents.id, [...new Set(ids)]))
    .all();
}

export function insertAgent(tx: Tx, row: typeof agents.$inferInsert): void {
  tx.insert(agents).values(row).run();
}

export function updateAgent(tx: Tx, id: string, change: Partial<Omit<AgentRow, 'id'>>): void {
  tx.update(agents).set(change).where(eq(agents.id, id)).run();
}

/** Freezes all agents of an owner, or thaws them with null; those that are frozen keep their time. */
export function setFrozenOfOwner(tx: Tx, ownerId: string, frozenAt: number | null): number {
  const differs = frozenAt === null ? isNotNull(agents.frozenAt) : isNull(agents.frozenAt);
  return tx
    .update(agents)
    .set({ frozenAt })
    .where(and(eq(agents.ownerId, ownerId), differs))
    .run().changes;
}

export function deleteAgent(tx: Tx, id: string): void {
  tx.delete(agents).where(eq(agents.id, id)).run();
}

// Every call of an agent asks these two: only what tells who it is. As one join, SQLite would plan it anew for each
// bound text, at ten times the cost.
const selectCallingKey = prepared((db) =>
  db
    .select({
      agentId: agentKeys.agentId,
      id: agentKeys.id,
      secretHash: agentKeys.secretHash,
      scopes: agentKeys.scopes,
      expiresAt: agentKeys.expiresAt,
      revokedAt: agentKeys.revokedAt,
      frozenAt: agentKeys.frozenAt,
      toolNames: agentKeys.toolNames,
    })
    .from(agentKeys)
    .where(eq(agentKeys.prefix, sql.placeholder('prefix')))
    .prepare(),
);
const selectCallingAgent = prepared((db) =>
  db
    .select({
      id: agents.id,
      name: agents.name,
      handle: agents.handle,
      ownerId: agents.ownerId,
      contactId: agents.contactId,
      origin: agents.origin,
      status: agents.status,
      trustLevel: agents.trustLevel,
      isSample: agents.isSample,
      frozenAt: agents.frozenAt,
    })
    .from(agents)
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare(),
);

export type CallingKey = Pick<
  AgentKeyRow,
  'id' | 'secretHash' | 'scopes' | 'expiresAt' | 'revokedAt' | 'frozenAt' | 'toolNames'
>;
export type CallingAgent = Pick<
  AgentRow,
  | 'id'
  | 'name'
  | 'handle'
  | 'ownerId'
  | 'contactId'
  | 'origin'
  | 'status'
  | 'frozenAt'
  | 'trustLevel'
  | 'isSample'
>;

export function findKeyWithAgent(
  db: Reader,
  prefix: string,
): { key: CallingKey; agent: CallingAgent } | undefined {
  return inOneRead(db, () => {
    const found = selectCallingKey(db).get({ prefix });
    if (!found) return undefined;
    const { agentId, ...key } = found;
    const agent = selectCallingAgent(db).get({ id: agentId });
    return agent && { key, agent };
  });
}

export function insertClaimCode(tx: Tx, row: typeof claimCodes.$inferInsert): void {
  tx.insert(claimCodes).values(row).run();
}

export function findClaimCode(db: Db, codeMac: string): ClaimCodeRow | undefined {
  return db.select().from(claimCodes).where(eq(claimCodes.codeMac, codeMac)).get();
}

export function findLiveClaimCode(db: Db, agentId: string, now: number): ClaimCodeRow | undefined {
  return db
    .select()
    .from(claimCodes)
    .where(
      and(eq(claimCodes.agentId, agentId), isNull(claimCodes.usedAt), sql`${claimCodes.expiresAt} > ${now}`),
    )
    .orderBy(desc(claimCodes.expiresAt))
    .limit(1)
    .get();
}

export function useClaimCodes(tx: Tx, agentId: string, now: number): void {
  tx.update(claimCodes)
    .set({ usedAt: now })
    .where(and(eq(claimCodes.agentId, agentId), isNull(claimCodes.usedAt)))
    .run();
}

const countPendingStatement = prepared((db) =>
  db
    .select({ n: count() })
    .from(actions)
    .where(and(eq(actions.agentId, sql.placeholder('agentId')), eq(actions.status, 'pending')))
    .prepare(),
);

/** Bounded by the 200 that may wait per agent. */
export function countPending(db: Db, agentId: string): number {
  return countPendingStatement(db).get({ agentId })?.n ?? 0;
}

/** Calls since `since`, counted to `limit`. */
export function countCalls(db: Reader, agentId: string, since: number, limit: number): number {
  const some = db
    .select({ id: calls.id })
    .from(calls)
    .where(and(eq(calls.agentId, agentId), sql`${calls.at} > ${since}`))
    .limit(limit)
    .as('some');
  return db.select({ n: count() }).from(some).get()?.n ?? 0;
}

/** Claimed basic agents, for the nightly look at trust. */
export function listByTrust(
  db: Reader,
  level: AgentRow['trustLevel'],
  afterId: string,
  limit: number,
): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(and(eq(agents.trustLevel, level), eq(agents.status, 'active'), sql`${agents.id} > ${afterId}`))
    .orderBy(agents.id)
    .limit(limit)
    .all();
}

export function listSampleAgents(db: Db, ownerId: string): AgentRow[] {
  return db
    .select()
    .from(agents)
    .where(and(eq(agents.ownerId, ownerId), eq(agents.isSample, true)))
    .limit(100)
    .all();
}

const addPosts = prepared((db) =>
  db
    .update(agents)
    .set({ postsCount: sql`max(0, ${agents.postsCount} + ${sql.placeholder('by')})` })
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare(),
);

/** Counts a post that became public, or is not public any more. */
export function addToPostsCount(tx: Tx, id: string, by: 1 | -1): void {
  addPosts(tx).run({ id, by });
}
