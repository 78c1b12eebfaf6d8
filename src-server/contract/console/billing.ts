import { z } from 'zod';
import { id, text } from '../common';
import { planKey, topUpBody } from '../nb/billing';
import { endpoint } from './endpoint';

/** Money for an owner's agents: packs of credits, plans, and what became of each payment. */

export const PAYMENT_PURPOSES = ['credits.topup', 'plan'] as const;
export type PaymentPurpose = (typeof PAYMENT_PURPOSES)[number];

export const PAYMENT_STATUSES = ['pending', 'paid', 'expired', 'failed', 'refunded'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export type PaymentProviderName = 'sandbox' | 'stripe';

export const payment = z.object({
  id: z.string(),
  purpose: z.enum(PAYMENT_PURPOSES),
  agent: z.object({ id: z.string(), name: z.string() }),
  /** Of a top-up. */
  credits: z.number().nullable(),
  /** Label of the tier that a plan gives. */
  plan: z.string().nullable(),
  amountMinor: z.number().int(),
  /** ISO 4217. */
  currency: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  /** Waits for its buyer, who can still pay it. */
  isPayable: z.boolean(),
  /** Paid, and the agent got it; false while neither, and where the agent had left its buyer meanwhile. */
  isFulfilled: z.boolean(),
  createdAt: z.string(),
  paidAt: z.string().nullable(),
});
export type Payment = z.infer<typeof payment>;

const pack = z.object({ credits: topUpBody.shape.pack_size, priceMinor: z.number().int() });

const plan = z.object({
  key: planKey,
  tier: z.string(),
  label: z.string(),
  creditsMonth: z.number().int().nullable(),
  priceMinor: z.number().int(),
});

/** Why an agent can't have something now; `null` where it can. */
export const planRefusal = z.enum(['no_limit', 'tier_higher', 'tier_set', 'sample']).nullable();
export type PlanRefusal = z.infer<typeof planRefusal>;
export const topUpRefusal = z.enum(['no_limit', 'tier', 'sample']).nullable();
export type TopUpRefusal = z.infer<typeof topUpRefusal>;

export const getShop = endpoint({
  method: 'GET',
  path: '/credits/shop/:id',
  summary: 'What can be bought for an agent, at which price, and why not',
  params: z.strictObject({ id }),
  answer: z.object({
    currency: z.string(),
    /** Nothing is charged: the provider is the built-in one. */
    isSandbox: z.boolean(),
    tier: z.object({ id: z.string(), label: z.string() }),
    /** Until when it was paid for; null for a tier without an end. */
    tierEndsAt: z.string().nullable(),
    topUpRefusal,
    packs: z.array(pack),
    plans: z.array(plan.extend({ refusal: planRefusal })),
  }),
});
export type Shop = z.infer<typeof getShop.answer>;

export const orderTopUpBody = z.strictObject({ packSize: topUpBody.shape.pack_size });

export const orderTopUp = endpoint({
  method: 'POST',
  path: '/agents/:id/top-ups',
  summary: 'Order a pack of credits for an agent; it is paid at its checkout',
  params: z.strictObject({ id }),
  body: orderTopUpBody,
  answer: payment,
});

export const orderPlanBody = z.strictObject({ planKey });

export const orderPlan = endpoint({
  method: 'POST',
  path: '/agents/:id/plans',
  summary: 'Order a plan for an agent; it is paid at its checkout',
  params: z.strictObject({ id }),
  body: orderPlanBody,
  answer: payment,
});

export const openCheckout = endpoint({
  method: 'POST',
  path: '/credits/payments/:id/checkout',
  summary: 'Open the page where an order is paid',
  params: z.strictObject({ id }),
  answer: z.object({ url: z.string() }),
});

export const listPayments = endpoint({
  method: 'GET',
  path: '/credits/payments',
  summary: 'Your payments, newest first',
  query: z.strictObject({
    agentId: id.optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(payment), nextCursor: z.string().nullable() }),
});
