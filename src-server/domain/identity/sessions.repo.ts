import { and, asc, desc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { sessions, usedRefreshTokens, users } from './identity.tables';

export type SessionRow = typeof sessions.$inferSelect;

const selectSession = prepared((db) =>
  db
    .select()
    .from(sessions)
    .where(eq(sessions.id, sql.placeholder('id')))
    .prepare(),
);

export function findSession(db: Db, id: string): SessionRow | undefined {
  return selectSession(db).get({ id });
}

const selectLivePerson = prepared((db) =>
  db
    .select({ userId: users.id, role: users.role })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.id, sql.placeholder('id')),
        eq(sessions.userId, sql.placeholder('userId')),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql.placeholder('now')),
      ),
    )
    .prepare(),
);

/** Who a session that still holds belongs to, with the role of now. One row by primary keys: runs on every call. */
export function findLivePerson(
  db: Db,
  { id, userId, now }: { readonly id: string; readonly userId: string; readonly now: number },
): { userId: string; role: 'owner' | 'admin' } | undefined {
  return selectLivePerson(db).get({ id, userId, now });
}

export function insertSession(tx: Tx, row: typeof sessions.$inferInsert): void {
  tx.insert(sessions).values(row).run();
}

export function updateSession(
  tx: Tx,
  id: string,
  patch: Partial<Omit<typeof sessions.$inferInsert, 'id' | 'userId' | 'createdAt'>>,
): void {
  tx.update(sessions).set(patch).where(eq(sessions.id, id)).run();
}

/** Neither revoked nor expired; the last used first. */
export function listLiveSessions(db: Db, userId: string, now: number): SessionRow[] {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .all();
}

/** Deletes up to `limit` sessions that would have ended before `before`, their used tokens with them. */
export function pruneSessions(tx: Tx, before: number, limit: number): number {
  const old = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(lt(sessions.expiresAt, before))
    .orderBy(asc(sessions.expiresAt))
    .limit(limit)
    .all()
    .map(({ id }) => id);
  if (old.length > 0) tx.delete(sessions).where(inArray(sessions.id, old)).run();
  return old.length;
}

export function insertUsedToken(tx: Tx, row: typeof usedRefreshTokens.$inferInsert): void {
  tx.insert(usedRefreshTokens).values(row).run();
}

export function findUsedToken(db: Db, refreshHash: string): { usedAt: number } | undefined {
  return db
    .select({ usedAt: usedRefreshTokens.usedAt })
    .from(usedRefreshTokens)
    .where(eq(usedRefreshTokens.refreshHash, refreshHash))
    .get();
}

/** Keeps the newest `keep` used tokens of a session: one more is written per refresh, so one is enough to drop. */
export function pruneUsedTokens(tx: Tx, sessionId: string, keep: number): void {
  const surplus = tx
    .select({ refreshHash: usedRefreshTokens.refreshHash })
    .from(usedRefreshTokens)
    .where(eq(usedRefreshTokens.sessionId, sessionId))
    .orderBy(desc(usedRefreshTokens.usedAt))
    .limit(10)
    .offset(keep)
    .all()
    .map(({ refreshHash }) => refreshHash);
  if (surplus.length > 0) {
    tx.delete(usedRefreshTokens).where(inArray(usedRefreshTokens.refreshHash, surplus)).run();
  }
}
