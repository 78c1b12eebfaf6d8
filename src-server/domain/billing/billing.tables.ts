import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PaymentProviderName, PaymentPurpose, PaymentStatus } from '../../contract/console/billing';
import type { PlanKey } from '../../contract/nb/billing';
import type { Tier } from '../../contract/nb/costs';

/** What somebody wants to pay, or paid. Its status moves by signed events of the provider alone (PAY-5). */
export const payments = sqliteTable(
  'payments',
  {
    id: text().primaryKey(),
    purpose: text().$type<PaymentPurpose>().notNull(),
    /** Of a top-up, in 1/1000 credit. */
    credits: integer(),
    planKey: text('plan_key').$type<PlanKey>(),
    /** For which agent. */
    agentId: text('agent_id').notNull(),
    /** The person who pays. */
    buyerId: text('buyer_id').notNull(),
    /** In minor units of `currency`, which is an ISO 4217 code. */
    amount: integer().notNull(),
    currency: text().notNull(),
    status: text().$type<PaymentStatus>().notNull(),
    /** The checkout at the provider; null until it was opened. */
    provider: text().$type<PaymentProviderName>(),
    sessionId: text('session_id').unique(),
    /** Where it is paid; of our own pages the path alone. */
    checkoutUrl: text('checkout_url'),
    checkoutExpiresAt: integer('checkout_expires_at'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    paidAt: integer('paid_at'),
    /** When the agent got what was paid for; null where it had left its buyer meanwhile. */
    fulfilledAt: integer('fulfilled_at'),
    /** The line of the ledger that a top-up made. */
    transactionId: text('transaction_id'),
  },
  (t) => [
    index('payments_agent').on(t.agentId, t.status),
    index('payments_buyer').on(t.buyerId, t.createdAt, t.id),
    index('payments_status').on(t.status, t.updatedAt),
    check('payments_amount', sql`${t.amount} > 0`),
    check('payments_item', sql`(${t.credits} IS NULL) <> (${t.planKey} IS NULL)`),
  ],
);

/** Events of the provider that were carried out: a second delivery changes nothing. 30 days. */
export const paymentEvents = sqliteTable(
  'payment_events',
  {
    id: text().primaryKey(),
    type: text().notNull(),
    paymentId: text('payment_id').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (t) => [index('payment_events_age').on(t.receivedAt)],
);

/** The plan an agent has until its period ends. */
export const agentPlans = sqliteTable(
  'agent_plans',
  {
    agentId: text('agent_id').primaryKey(),
    tier: text().$type<Tier['id']>().notNull(),
    /** What it falls back to. */
    formerTier: text('former_tier').notNull(),
    startedAt: integer('started_at').notNull(),
    endsAt: integer('ends_at').notNull(),
  },
  (t) => [index('agent_plans_end').on(t.endsAt)],
);
