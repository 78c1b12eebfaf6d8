import { and, desc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { oneTimeCodes } from './identity.tables';

export type CodeRow = typeof oneTimeCodes.$inferSelect;

/** What a code is for; a code for one thing is no code for another. */
export interface CodeKey {
  readonly purpose: string;
  readonly addressMac: string;
  readonly subjectId: string | null;
}

const selectLive = prepared((db) =>
  db
    .select()
    .from(oneTimeCodes)
    .where(
      and(
        eq(oneTimeCodes.addressMac, sql.placeholder('addressMac')),
        eq(oneTimeCodes.purpose, sql.placeholder('purpose')),
        sql`${oneTimeCodes.subjectId} is ${sql.placeholder('subjectId')}`,
        isNull(oneTimeCodes.usedAt),
        gt(oneTimeCodes.expiresAt, sql.placeholder('now')),
        lt(oneTimeCodes.attempts, sql.placeholder('maxAttempts')),
      ),
    )
    .orderBy(desc(oneTimeCodes.createdAt))
    .limit(1)
    .prepare(),
);

/** Unused, unexpired and with tries left. */
export function findLiveCode(db: Db, key: CodeKey, now: number, maxAttempts: number): CodeRow | undefined {
  return selectLive(db).get({ ...key, now, maxAttempts });
}

export function findCode(db: Db, id: string): CodeRow | undefined {
  return db.select().from(oneTimeCodes).where(eq(oneTimeCodes.id, id)).get();
}

export function insertCode(tx: Tx, row: typeof oneTimeCodes.$inferInsert): void {
  tx.insert(oneTimeCodes).values(row).run();
}

export function countAttempt(tx: Tx, id: string): void {
  tx.update(oneTimeCodes)
    .set({ attempts: sql`${oneTimeCodes.attempts} + 1` })
    .where(eq(oneTimeCodes.id, id))
    .run();
}

export function useCode(tx: Tx, id: string, now: number): void {
  tx.update(oneTimeCodes).set({ usedAt: now }).where(eq(oneTimeCodes.id, id)).run();
}

/** Ends every live code of this key: a newer one takes its place. */
export function voidCodes(tx: Tx, key: CodeKey, now: number): void {
  tx.update(oneTimeCodes)
    .set({ usedAt: now })
    .where(
      and(
        eq(oneTimeCodes.addressMac, key.addressMac),
        eq(oneTimeCodes.purpose, key.purpose),
        sql`${oneTimeCodes.subjectId} is ${key.subjectId}`,
        isNull(oneTimeCodes.usedAt),
      ),
    )
    .run();
}

/** Deletes up to `limit` codes that expired before `before`; gives how many there were. */
export function pruneCodes(tx: Tx, before: number, limit: number): number {
  const old = tx
    .select({ id: oneTimeCodes.id })
    .from(oneTimeCodes)
    .where(lt(oneTimeCodes.expiresAt, before))
    .limit(limit)
    .all()
    .map(({ id }) => id);
  if (old.length > 0) tx.delete(oneTimeCodes).where(inArray(oneTimeCodes.id, old)).run();
  return old.length;
}
