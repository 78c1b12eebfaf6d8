import { and, desc, eq, isNull, lt, lte, sql } from 'drizzle-orm';
import type { Kind } from '../../contract/common';
import type { Db, Tx } from '../../db/open';
import { prepared, preparedInsert } from '../../db/prepared';
import { agents } from '../agents/agents.tables';
import { users } from '../identity/identity.tables';
import {
  creditAccounts,
  creditCaps,
  creditDays,
  creditEntries,
  creditReservations,
  creditTransactions,
  creditWallets,
  type AccountType,
} from './credits.tables';

export type TransactionRow = typeof creditTransactions.$inferSelect;
export type ReservationRow = typeof creditReservations.$inferSelect;
export type WalletRow = typeof creditWallets.$inferSelect;

const selectHolder = prepared((db) =>
  db
    .select({ id: agents.id, tier: agents.tier, createdAt: agents.createdAt, ownerPlan: users.plan })
    .from(agents)
    .leftJoin(users, eq(users.id, agents.ownerId))
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare(),
);

/** The agent whose credits these are, with what decides how many it gets. */
export function findHolder(
  db: Db,
  agentId: string,
): { id: string; tier: string; createdAt: number; ownerPlan: string | null } | undefined {
  return selectHolder(db).get({ id: agentId });
}

const selectWallet = prepared((db) =>
  db
    .select()
    .from(creditWallets)
    .where(eq(creditWallets.agentId, sql.placeholder('agentId')))
    .prepare(),
);

export function findWallet(db: Db, agentId: string): WalletRow | undefined {
  return selectWallet(db).get({ agentId });
}

export const saveWallet = preparedInsert(creditWallets, { conflict: { target: 'agentId', kept: [] } });

export function listDueWallets(db: Db, now: number, limit: number): string[] {
  return db
    .select({ agentId: creditWallets.agentId })
    .from(creditWallets)
    .where(lte(creditWallets.nextGrantAt, now))
    .orderBy(creditWallets.nextGrantAt)
    .limit(limit)
    .all()
    .map(({ agentId }) => agentId);
}

export function openAccount(
  tx: Tx,
  account: { id: string; agentId: string | null; type: AccountType; floor: number | null },
): void {
  tx.insert(creditAccounts).values(account).onConflictDoNothing().run();
}

const selectBalance = prepared((db) =>
  db
    .select({ balance: creditAccounts.balance })
    .from(creditAccounts)
    .where(eq(creditAccounts.id, sql.placeholder('id')))
    .prepare(),
);

export function findBalance(db: Db, accountId: string): number {
  return selectBalance(db).get({ id: accountId })?.balance ?? 0;
}

const moveBalance = prepared((db) =>
  db
    .update(creditAccounts)
    .set({ balance: sql`${creditAccounts.balance} + ${sql.placeholder('amount')}` })
    .where(
      and(
        eq(creditAccounts.id, sql.placeholder('id')),
        sql`(${creditAccounts.floor} IS NULL OR ${creditAccounts.balance} + ${sql.placeholder('amount')} >= ${creditAccounts.floor})`,
      ),
    )
    .prepare(),
);

/** False when the account would go below its floor, and then nothing was changed. */
export function addToBalance(tx: Tx, accountId: string, amount: number): boolean {
  return moveBalance(tx).run({ id: accountId, amount }).changes === 1;
}

export const insertTransaction = preparedInsert(creditTransactions, { omitted: ['seq'] });
export const insertEntry = preparedInsert(creditEntries);
export const insertReservation = preparedInsert(creditReservations);

export function findReservation(db: Db, id: string): ReservationRow | undefined {
  return db.select().from(creditReservations).where(eq(creditReservations.id, id)).get();
}

/** False when it was settled before. */
export function settleReservation(
  tx: Tx,
  id: string,
  outcome: 'captured' | 'released',
  settledAt: number,
): boolean {
  return (
    tx
      .update(creditReservations)
      .set({ outcome, settledAt })
      .where(and(eq(creditReservations.id, id), isNull(creditReservations.settledAt)))
      .run().changes === 1
  );
}

const addDay = prepared((db) =>
  db
    .insert(creditDays)
    .values({
      agentId: sql.placeholder('agentId'),
      kind: sql.placeholder('kind'),
      day: sql.placeholder('day'),
      amount: sql.placeholder('amount'),
    })
    .onConflictDoUpdate({
      target: [creditDays.agentId, creditDays.day, creditDays.kind],
      set: { amount: sql`${creditDays.amount} + excluded.amount` },
    })
    .prepare(),
);

export function addToDay(tx: Tx, spent: { agentId: string; kind: Kind; day: string; amount: number }): void {
  addDay(tx).run(spent);
}

/** What an agent spent on each kind on one day; there are twelve kinds. */
export function listDay(db: Db, agentId: string, day: string): { kind: Kind; amount: number }[] {
  return db
    .select({ kind: creditDays.kind, amount: creditDays.amount })
    .from(creditDays)
    .where(and(eq(creditDays.agentId, agentId), eq(creditDays.day, day)))
    .all();
}

export function pruneDays(tx: Tx, before: string): void {
  tx.delete(creditDays).where(lt(creditDays.day, before)).run();
}

const selectCaps = prepared((db) =>
  db
    .select({ kind: creditCaps.kind, perDay: creditCaps.perDay })
    .from(creditCaps)
    .where(eq(creditCaps.agentId, sql.placeholder('agentId')))
    .prepare(),
);

export function listCaps(db: Db, agentId: string): { kind: Kind | 'all'; perDay: number }[] {
  return selectCaps(db).all({ agentId });
}

/** Null takes the cap away. */
export function setCap(
  tx: Tx,
  cap: { agentId: string; kind: Kind | 'all'; perDay: number | null; setAt: number },
): void {
  const { agentId, kind, perDay, setAt } = cap;
  if (perDay === null) {
    tx.delete(creditCaps)
      .where(and(eq(creditCaps.agentId, agentId), eq(creditCaps.kind, kind)))
      .run();
    return;
  }
  tx.insert(creditCaps)
    .values({ agentId, kind, perDay, setAt })
    .onConflictDoUpdate({ target: [creditCaps.agentId, creditCaps.kind], set: { perDay, setAt } })
    .run();
}

/** Newest first, without captures, which move nothing an agent can spend. */
export function listTransactions(db: Db, agentId: string, limit: number): TransactionRow[] {
  return db
    .select()
    .from(creditTransactions)
    .where(and(eq(creditTransactions.agentId, agentId), sql`${creditTransactions.type} <> 'capture'`))
    .orderBy(desc(creditTransactions.seq))
    .limit(limit)
    .all();
}
