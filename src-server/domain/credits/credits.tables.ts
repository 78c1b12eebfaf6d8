import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Kind } from '../../contract/common';
import type { CreditCostName } from '../../contract/nb/costs';

/** Of an agent: what it can spend, and what is set aside for held actions. The others are ours. */
export type AccountType = 'available' | 'reserved' | 'grants' | 'spent' | 'sales';

/** Balances of the ledger in 1/1000 credit. No agent's account goes below its floor; ours have none. */
export const creditAccounts = sqliteTable(
  'credit_accounts',
  {
    id: text().primaryKey(),
    agentId: text('agent_id'),
    type: text().$type<AccountType>().notNull(),
    balance: integer().notNull().default(0),
    floor: integer(),
  },
  (t) => [
    index('credit_accounts_agent').on(t.agentId),
    check('credit_accounts_floor', sql`${t.floor} IS NULL OR ${t.balance} >= ${t.floor}`),
  ],
);

export type TransactionType =
  | 'grant'
  | 'charge'
  | 'reserve'
  | 'capture'
  | 'release'
  | 'refund'
  /** Credits that were bought, and what is left of them when the money went back. */
  | 'topup'
  | 'takeback';

/** What a threshold is measured against: the month's credits, or an owner's cap. */
export type AlertScope = 'month' | Kind | 'all';

/** One movement, append-only: triggers refuse to change or remove it. */
export const creditTransactions = sqliteTable(
  'credit_transactions',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    agentId: text('agent_id').notNull(),
    type: text().$type<TransactionType>().notNull(),
    /** What was paid for; null for what an agent was given. */
    costName: text('cost_name').$type<CreditCostName>(),
    /** The action it paid for: every line opens it. */
    actionId: text('action_id'),
    /** What the agent's available balance gained or lost, and what it was then; null where credits are unlimited. */
    amount: integer().notNull(),
    balanceAfter: integer('balance_after'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('credit_transactions_agent').on(t.agentId, t.seq),
    index('credit_transactions_action').on(t.actionId),
  ],
);

/** Two or more a transaction, which sum to zero; append-only as well. */
export const creditEntries = sqliteTable(
  'credit_entries',
  {
    transactionId: text('transaction_id')
      .notNull()
      .references(() => creditTransactions.id),
    accountId: text('account_id')
      .notNull()
      .references(() => creditAccounts.id),
    amount: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.transactionId, t.accountId] }),
    index('credit_entries_account').on(t.accountId),
  ],
);

/** What a held action set aside, until it is captured or released. */
export const creditReservations = sqliteTable(
  'credit_reservations',
  {
    id: text().primaryKey(),
    agentId: text('agent_id').notNull(),
    actionId: text('action_id').notNull(),
    kind: text().$type<Kind>().notNull(),
    costName: text('cost_name').$type<CreditCostName>().notNull(),
    amount: integer().notNull(),
    /** The account it came from, and goes back to. */
    sourceId: text('source_id').notNull(),
    createdAt: integer('created_at').notNull(),
    settledAt: integer('settled_at'),
    outcome: text().$type<'captured' | 'released'>(),
  },
  (t) => [
    index('credit_reservations_open')
      .on(t.agentId)
      .where(sql`settled_at is null`),
  ],
);

/** When an agent gets its next month, and what it got for this one. */
export const creditWallets = sqliteTable(
  'credit_wallets',
  {
    agentId: text('agent_id').primaryKey(),
    /** Day of the month it registered on; a shorter month grants on its last day. */
    anchorDay: integer('anchor_day').notNull(),
    nextGrantAt: integer('next_grant_at').notNull(),
    grantedInPeriod: integer('granted_in_period').notNull(),
  },
  (t) => [index('credit_wallets_due').on(t.nextGrantAt)],
);

/** Credits per agent, kind and UTC day: what caps bound. Kept, not summed; 62 days. */
export const creditDays = sqliteTable(
  'credit_days',
  {
    agentId: text('agent_id').notNull(),
    kind: text().$type<Kind>().notNull(),
    day: text().notNull(),
    amount: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.day, t.kind] }), index('credit_days_day').on(t.day)],
);

/** What an owner lets one agent spend a day, on one kind or on all of them together. */
export const creditCaps = sqliteTable(
  'credit_caps',
  {
    agentId: text('agent_id').notNull(),
    kind: text().$type<Kind | 'all'>().notNull(),
    perDay: integer('per_day').notNull(),
    setAt: integer('set_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.kind] })],
);

/** Thresholds an owner was told of: each once per scope and period, however often it is crossed. */
export const creditAlerts = sqliteTable(
  'credit_alerts',
  {
    agentId: text('agent_id').notNull(),
    scope: text().$type<AlertScope>().notNull(),
    /** The day of a cap, or the day that the month of credits ends on. */
    period: text().notNull(),
    /** Percent. */
    threshold: integer().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.agentId, t.scope, t.period, t.threshold] }),
    index('credit_alerts_age').on(t.createdAt),
  ],
);
