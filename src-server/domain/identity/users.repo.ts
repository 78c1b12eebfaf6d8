import { asc, count, eq, gt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { users } from './identity.tables';

export type UserRow = typeof users.$inferSelect;

/** What a person may change about themselves. */
export interface ProfilePatch {
  readonly displayName?: string | undefined;
  readonly headline?: string | undefined;
  readonly bio?: string | undefined;
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  readonly avatarUrl?: string | null | undefined;
}

const selectById = prepared((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare(),
);
const selectByEmail = prepared((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.email, sql.placeholder('email')))
    .prepare(),
);

export function findUserRow(db: Db, id: string): UserRow | undefined {
  return selectById(db).get({ id });
}

/** `email` as stored: see `normaliseAddress`. */
export function findUserRowByEmail(db: Db, email: string): UserRow | undefined {
  return selectByEmail(db).get({ email });
}

export function insertUser(tx: Tx, row: typeof users.$inferInsert): UserRow {
  return tx.insert(users).values(row).returning().get();
}

export function updateUserRow(
  tx: Tx,
  id: string,
  patch: ProfilePatch & Partial<Pick<UserRow, 'role' | 'frozenAt'>>,
): UserRow | undefined {
  return tx.update(users).set(patch).where(eq(users.id, id)).returning().get();
}

/** People, without those of the sample world. */
export function countUserRows(db: Db): number {
  return db.select({ count: count() }).from(users).where(eq(users.isSample, false)).get()?.count ?? 0;
}

export function hasAdminRow(db: Db): boolean {
  return db.select({ id: users.id }).from(users).where(eq(users.role, 'admin')).limit(1).get() !== undefined;
}

/** In order of joining, after the row numbered `afterSeq`. */
export function listUserRows(db: Db, afterSeq: number, limit: number): UserRow[] {
  return db.select().from(users).where(gt(users.seq, afterSeq)).orderBy(asc(users.seq)).limit(limit).all();
}
