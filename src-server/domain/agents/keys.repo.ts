import { and, count, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import type { AgentKeyRow } from './agents.repo';
import { agentKeys, agents, keyClients, keyMarks } from './agents.tables';

export type KeyClientRow = typeof keyClients.$inferSelect;
export type KeyMarkRow = typeof keyMarks.$inferSelect;

export function findKey(db: Db, id: string): AgentKeyRow | undefined {
  return db.select().from(agentKeys).where(eq(agentKeys.id, id)).get();
}

const selectUnrevoked = prepared((db) =>
  db
    .select()
    .from(agentKeys)
    .where(and(eq(agentKeys.agentId, sql.placeholder('agentId')), isNull(agentKeys.revokedAt)))
    .orderBy(desc(agentKeys.createdAt))
    .limit(sql.placeholder('limit'))
    .prepare(),
);
const selectNewest = prepared((db) =>
  db
    .select()
    .from(agentKeys)
    .where(eq(agentKeys.agentId, sql.placeholder('agentId')))
    .orderBy(desc(agentKeys.createdAt))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** Keys of an agent that were not revoked, newest first; some may have expired. One index range. */
export function listUnrevokedKeys(db: Db, agentId: string, limit: number): AgentKeyRow[] {
  return selectUnrevoked(db).all({ agentId, limit });
}

/** Keys of an agent, those not revoked first, then the newest of the others. */
export function listKeys(db: Db, agentId: string, limit: number): AgentKeyRow[] {
  const unrevoked = listUnrevokedKeys(db, agentId, limit);
  const revoked = selectNewest(db)
    .all({ agentId, limit })
    .filter(({ revokedAt }) => revokedAt !== null);
  return [...unrevoked, ...revoked].slice(0, limit);
}

export function insertKey(tx: Tx, row: typeof agentKeys.$inferInsert): void {
  tx.insert(agentKeys).values(row).run();
}

export function updateKey(tx: Tx, id: string, change: Partial<Omit<AgentKeyRow, 'id'>>): void {
  tx.update(agentKeys).set(change).where(eq(agentKeys.id, id)).run();
}

/** Ends every key of an agent; how many there were. */
export function revokeKeys(tx: Tx, agentId: string, now: number): number {
  return tx
    .update(agentKeys)
    .set({ revokedAt: now })
    .where(and(eq(agentKeys.agentId, agentId), isNull(agentKeys.revokedAt)))
    .run().changes;
}

/** With their clients and marks: nothing is left of them but the audit. */
export function deleteKeys(tx: Tx, agentId: string): void {
  tx.delete(agentKeys).where(eq(agentKeys.agentId, agentId)).run();
}

const isLive = (now: number) =>
  and(isNull(agentKeys.revokedAt), or(isNull(agentKeys.expiresAt), gt(agentKeys.expiresAt, now)));

/** Live keys that have no successor, and those that live on beside theirs. */
export function countLiveKeys(db: Db, agentId: string, now: number): { own: number; overlapping: number } {
  const row = db
    .select({ all: count(), overlapping: count(agentKeys.replacedAt) })
    .from(agentKeys)
    .where(and(eq(agentKeys.agentId, agentId), isLive(now)))
    .get();
  const { all = 0, overlapping = 0 } = row ?? {};
  return { own: all - overlapping, overlapping };
}

/** Clients kept for a key: the latest. */
export const CLIENTS_PER_KEY = 20;

const insertClient = prepared((db) =>
  db
    .insert(keyClients)
    .values({
      keyId: sql.placeholder('keyId'),
      client: sql.placeholder('client'),
      address: sql.placeholder('address'),
      firstSeenAt: sql.placeholder('firstSeenAt'),
      lastSeenAt: sql.placeholder('lastSeenAt'),
      calls: sql.placeholder('calls'),
    })
    .onConflictDoUpdate({
      target: [keyClients.keyId, keyClients.client, keyClients.address],
      set: { lastSeenAt: sql`excluded.last_seen_at`, calls: sql`${keyClients.calls} + excluded.calls` },
    })
    .prepare(),
);

/** Adds calls of one client to a key. */
export function addClientCalls(tx: Tx, row: KeyClientRow): void {
  insertClient(tx).run(row);
}

/** Forgets all but the latest clients of a key. */
export function trimClients(tx: Tx, keyId: string): void {
  tx.run(sql`delete from ${keyClients} where key_id = ${keyId} and rowid in (
    select rowid from ${keyClients} where key_id = ${keyId}
    order by last_seen_at desc, rowid desc limit -1 offset ${CLIENTS_PER_KEY})`);
}

/** Clients of these keys seen since, the latest first; at most `CLIENTS_PER_KEY` a key. */
export function listClients(db: Db, keyIds: readonly string[], since: number): KeyClientRow[] {
  if (keyIds.length === 0) return [];
  return db
    .select()
    .from(keyClients)
    .where(and(inArray(keyClients.keyId, [...keyIds]), gt(keyClients.lastSeenAt, since)))
    .orderBy(desc(keyClients.lastSeenAt))
    .all();
}

/** Marks kept for a key: the latest. */
const MARKS_PER_KEY = 20;

/** Notes that a key stood in what an agent wrote; an answered mark is open again. */
export function upsertMark(
  tx: Tx,
  mark: Pick<KeyMarkRow, 'keyId' | 'agentId' | 'actionId'> & { readonly now: number },
): void {
  const { now, ...where } = mark;
  tx.insert(keyMarks)
    .values({ ...where, firstSeenAt: now, lastSeenAt: now, times: 1 })
    .onConflictDoUpdate({
      target: [keyMarks.keyId, keyMarks.agentId, keyMarks.actionId],
      set: { lastSeenAt: now, times: sql`${keyMarks.times} + 1`, settledAt: null },
    })
    .run();
  tx.run(sql`delete from ${keyMarks} where key_id = ${mark.keyId} and rowid in (
    select rowid from ${keyMarks} where key_id = ${mark.keyId}
    order by last_seen_at desc, rowid desc limit -1 offset ${MARKS_PER_KEY})`);
}

/** Marks of these keys that nobody answered, the latest first. */
export function listOpenMarks(db: Db, keyIds: readonly string[]): KeyMarkRow[] {
  if (keyIds.length === 0) return [];
  return db
    .select()
    .from(keyMarks)
    .where(and(inArray(keyMarks.keyId, [...keyIds]), isNull(keyMarks.settledAt)))
    .orderBy(desc(keyMarks.lastSeenAt))
    .all();
}

export function settleMarks(tx: Tx, keyId: string, now: number): number {
  return tx
    .update(keyMarks)
    .set({ settledAt: now })
    .where(and(eq(keyMarks.keyId, keyId), isNull(keyMarks.settledAt)))
    .run().changes;
}

/** Keys of `ownerId` that stand in a proposal, whoever wrote it. */
export function listMarkedKeys(
  db: Reader,
  actionId: string,
  ownerId: string,
): { key: AgentKeyRow; agent: { id: string; name: string; handle: string | null } }[] {
  return db
    .select({ key: agentKeys, agent: { id: agents.id, name: agents.name, handle: agents.handle } })
    .from(keyMarks)
    .innerJoin(agentKeys, eq(agentKeys.id, keyMarks.keyId))
    .innerJoin(agents, eq(agents.id, agentKeys.agentId))
    .where(and(eq(keyMarks.actionId, actionId), eq(agents.ownerId, ownerId)))
    .limit(MARKS_PER_KEY)
    .all();
}
