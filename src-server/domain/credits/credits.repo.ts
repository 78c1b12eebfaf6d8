import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, ne, sql } from 'drizzle-orm';
import type { Kind } from '../../contract/common';
import type { Db, Tx } from '../../db/open';
import { prepared, preparedInsert } from '../../db/prepared';
import { agents } from '../agents/agents.tables';
import { users } from '../identity/identity.tables';
import {
  creditAccounts,
  creditAlerts,
  creditCaps,
  creditDays,
  creditEntries,
  creditReservations,
  creditTransactions,
  creditWallets,
  type AccountType,
  type AlertScope,
} from './credits.tables';

export type TransactionRow = typeof creditTransactions.$inferSelect;
export type ReservationRow = typeof creditReservations.$inferSelect;
export type WalletRow = typeof creditWallets.$inferSelect;

const selectHolder = prepared((db) =>
  db
    .select({
      id: agents.id,
      ownerId: agents.ownerId,
      tier: agents.tier,
      createdAt: agents.createdAt,
      ownerPlan: users.plan,
    })
    .from(agents)
    .leftJoin(users, eq(users.id, agents.ownerId))
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare(),
);

export interface HolderRow {
  readonly id: string;
  readonly ownerId: string | null;
  readonly tier: string;
  readonly createdAt: number;
  readonly ownerPlan: string | null;
}

/** The agent whose credits these are, with what decides how many it gets. */
export function findHolder(db: Db, agentId: string): HolderRow | undefined {
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

/** What these agents spent from a day on; bounded by the 62 days that are kept, and the kinds. */
export function listDays(
  db: Db,
  agentIds: readonly string[],
  since: string,
): (typeof creditDays.$inferSelect)[] {
  if (agentIds.length === 0) return [];
  return db
    .select()
    .from(creditDays)
    .where(and(inArray(creditDays.agentId, [...agentIds]), gte(creditDays.day, since)))
    .orderBy(asc(creditDays.day), asc(creditDays.kind))
    .all();
}

export interface AlertRow {
  readonly agentId: string;
  readonly scope: AlertScope;
  readonly period: string;
  readonly threshold: number;
}

/** False when the owner was told of it before. */
export function insertAlert(tx: Tx, alert: AlertRow & { readonly createdAt: number }): boolean {
  return tx.insert(creditAlerts).values(alert).onConflictDoNothing().run().changes === 1;
}

/** Alerts of an agent since, the newest and highest first. */
export function listAlerts(
  db: Db,
  agentId: string,
  since: number,
): (AlertRow & { readonly createdAt: number })[] {
  return db
    .select()
    .from(creditAlerts)
    .where(and(eq(creditAlerts.agentId, agentId), gt(creditAlerts.createdAt, since)))
    .orderBy(desc(creditAlerts.createdAt), desc(creditAlerts.threshold))
    .all();
}

export function pruneAlerts(tx: Tx, before: number): void {
  tx.delete(creditAlerts).where(lt(creditAlerts.createdAt, before)).run();
}

const selectCaps = prepared((db) =>
  db
    .select({ kind: creditCaps.kind, perDay: creditCaps.perDay, setAt: creditCaps.setAt })
    .from(creditCaps)
    .where(eq(creditCaps.agentId, sql.placeholder('agentId')))
    .prepare(),
);

export interface CapRow {
  readonly kind: Kind | 'all';
  readonly perDay: number;
  readonly setAt: number;
}

export function listCaps(db: Db, agentId: string): CapRow[] {
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

/** Takes away what an owner set and was told: it ends with them. Gives how many caps there were. */
export function clearSpendingRules(tx: Tx, agentId: string): number {
  tx.delete(creditAlerts).where(eq(creditAlerts.agentId, agentId)).run();
  return tx.delete(creditCaps).where(eq(creditCaps.agentId, agentId)).run().changes;
}

/** The last that was taken from or given back to what an agent can spend, for one action. */
export function findLastMovement(db: Db, actionId: string): TransactionRow | undefined {
  return db
    .select()
    .from(creditTransactions)
    .where(and(eq(creditTransactions.actionId, actionId), ne(creditTransactions.type, 'capture')))
    .orderBy(desc(creditTransactions.seq))
    .limit(1)
    .get();
}

/** The account that a transaction took from. */
export function findSource(db: Db, transactionId: string): string | undefined {
  return db
    .select({ accountId: creditEntries.accountId })
    .from(creditEntries)
    .where(and(eq(creditEntries.transactionId, transactionId), lt(creditEntries.amount, 0)))
    .get()?.accountId;
}

// Captures move nothing that an agent can spend: no list has them.
const selectLines = prepared((db) =>
  db
    .select()
    .from(creditTransactions)
    .where(
      and(
        eq(creditTransactions.agentId, sql.placeholder('agentId')),
        lt(creditTransactions.seq, sql.placeholder('before')),
        ne(creditTransactions.type, 'capture'),
      ),
    )
    .orderBy(desc(creditTransactions.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** Newest first; `before` is the number of the last line seen. */
export function listTransactions(
  db: Db,
  agentId: string,
  limit: number,
  before: number = Number.MAX_SAFE_INTEGER,
): TransactionRow[] {
  return selectLines(db).all({ agentId, limit, before });
}

/**
 * The lines of several agents as one list, newest first. Only the agents with the newest lines can have one among the
 * first `limit`: the others are not read, so that the cost hardly follows their number.
 */
export function listTransactionsOf(
  db: Db,
  agentIds: readonly string[],
  limit: number,
  before: number = Number.MAX_SAFE_INTEGER,
): TransactionRow[] {
  const newest = agentIds
    .flatMap((agentId) => listTransactions(db, agentId, 1, before))
    .sort((a, b) => b.seq - a.seq)
    .slice(0, limit);
  return newest
    .flatMap(({ agentId }) => listTransactions(db, agentId, limit, before))
    .sort((a, b) => b.seq - a.seq)
    .slice(0, limit);
}

/** What became of what these lines set aside. */
export function listOutcomes(db: Db, ids: readonly string[]): Pick<ReservationRow, 'id' | 'outcome'>[] {
  if (ids.length === 0) return [];
  return db
    .select({ id: creditReservations.id, outcome: creditReservations.outcome })
    .from(creditReservations)
    .where(inArray(creditReservations.id, [...ids]))
    .all();
}
