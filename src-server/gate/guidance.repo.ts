import { and, count, desc, eq, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../db/open';
import { guidance } from './gate.tables';

export type GuidanceRow = typeof guidance.$inferSelect;

export function insertGuidance(tx: Tx, row: Omit<GuidanceRow, 'retiredAt'>): void {
  tx.insert(guidance).values(row).run();
}

export function findGuidance(db: Db, id: string): GuidanceRow | undefined {
  return db.select().from(guidance).where(eq(guidance.id, id)).get();
}

/** What an agent is to keep to by its owner's word, newest first. */
export function listLiveGuidance(
  db: Db,
  { agentId, ownerId }: { readonly agentId: string; readonly ownerId: string },
  limit: number,
): GuidanceRow[] {
  return db
    .select()
    .from(guidance)
    .where(and(eq(guidance.agentId, agentId), eq(guidance.ownerId, ownerId), isNull(guidance.retiredAt)))
    .orderBy(desc(guidance.createdAt), desc(guidance.id))
    .limit(limit)
    .all();
}

export function countLiveGuidance(db: Db, agentId: string): number {
  const row = db
    .select({ n: count() })
    .from(guidance)
    .where(and(eq(guidance.agentId, agentId), isNull(guidance.retiredAt)))
    .get();
  return row?.n ?? 0;
}

/** What was written beside a decision on this action, made at `decidedAt`, and still counts. */
export function listGuidanceBeside(
  db: Db,
  { agentId, actionId, decidedAt }: { agentId: string; actionId: string; decidedAt: number },
): GuidanceRow[] {
  return db
    .select()
    .from(guidance)
    .where(
      and(
        eq(guidance.agentId, agentId),
        eq(guidance.createdAt, decidedAt),
        eq(guidance.actionId, actionId),
        isNull(guidance.retiredAt),
      ),
    )
    .orderBy(guidance.id)
    .limit(10)
    .all();
}

export function setRetired(tx: Tx, id: string, retiredAt: number): void {
  tx.update(guidance).set({ retiredAt }).where(eq(guidance.id, id)).run();
}
