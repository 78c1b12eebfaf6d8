import { z } from 'zod';
import { id, KINDS, kind, text } from '../common';
import { endpoint } from './endpoint';

/** Credits of an owner's agents. Amounts are decimals of a credit, as everywhere on the wire. */

export const capKind = z.enum(['all', ...KINDS]);
export type CapKind = z.infer<typeof capKind>;

/** The most that a cap may be set to; whoever needs more needs none. */
export const CAP_MAX = 100_000;

/** The ledger counts in thousandths of a credit. */
const creditAmount = z
  .number()
  .min(0)
  .max(CAP_MAX)
  .refine((value) => Math.abs(value * 1_000 - Math.round(value * 1_000)) < 1e-6, {
    error: 'must have at most three decimals',
  });

export const creditCap = z.object({
  kind: capKind,
  creditsPerDay: z.number(),
  /** What counts for it today. */
  spentToday: z.number(),
  setAt: z.string(),
});
export type CreditCap = z.infer<typeof creditCap>;

export const creditAlert = z.object({
  scope: z.enum(['month', 'all', ...KINDS]),
  /** Percent. */
  threshold: z.number().int(),
  at: z.string(),
});
export type CreditAlert = z.infer<typeof creditAlert>;

export const agentCredits = z.object({
  agent: z.object({
    id: z.string(),
    name: z.string(),
    handle: z.string().nullable(),
    isSample: z.boolean(),
  }),
  tier: z.string(),
  /** Null without a limit: then `monthly` is null too. */
  balance: z.number().nullable(),
  monthly: z.number().nullable(),
  /** Set aside for proposals that wait. */
  reserved: z.number(),
  resetAt: z.string(),
  spentToday: z.number(),
  /** Of the last 30 days, today included. */
  spent30d: z.number(),
  /** Mean of the days that the forecast looks at. */
  perDay: z.number(),
  /** When it runs out at this pace, where that is before it gets its next month; null otherwise. */
  runsOutAt: z.string().nullable(),
  caps: z.array(creditCap),
  /** The highest threshold of each bound in the period that is still running, the latest first. */
  alerts: z.array(creditAlert),
});
export type AgentCredits = z.infer<typeof agentCredits>;

/** Days that the forecast takes its pace from. */
export const PACE_DAYS = 14;
/** Days of the what-if of a cap. */
export const WHAT_IF_DAYS = 7;
/** Days that a chart can show; the counts of a day are kept a little longer. */
export const USAGE_DAYS_MAX = 60;

const agentParams = z.strictObject({ id });

export const listCredits = endpoint({
  method: 'GET',
  path: '/credits',
  summary: 'Balance, pace, caps and alerts of your agents',
  query: z.strictObject({
    cursor: text(200).optional(),
    /** Agents a page. */
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    items: z.array(agentCredits),
    nextCursor: z.string().nullable(),
    prices: z.array(z.object({ name: z.string(), credits: z.number() })),
  }),
});

export const getAgentCredits = endpoint({
  method: 'GET',
  path: '/agents/:id/credits',
  summary: 'Balance, pace, caps and alerts of one agent',
  params: agentParams,
  answer: agentCredits,
});

export const usageRow = z.object({
  agentId: z.string(),
  kind,
  day: z.string(),
  credits: z.number(),
});
export type UsageRow = z.infer<typeof usageRow>;

export const getUsage = endpoint({
  method: 'GET',
  path: '/credits/usage',
  summary: 'What your agents spent, by agent, kind and UTC day',
  query: z.strictObject({
    days: z.coerce.number().int().min(1).max(USAGE_DAYS_MAX).optional(),
    agentId: id.optional(),
  }),
  answer: z.object({
    /** The first and the last day, both included. */
    from: z.string(),
    to: z.string(),
    agents: z.array(z.object({ id: z.string(), name: z.string() })),
    items: z.array(usageRow),
  }),
});

export const LEDGER_TYPES = ['grant', 'charge', 'reserve', 'release', 'refund', 'topup', 'takeback'] as const;

export const ledgerLine = z.object({
  id: z.string(),
  type: z.enum(LEDGER_TYPES),
  agent: z.object({ id: z.string(), name: z.string() }),
  /** What was paid for; null for what an agent was given. */
  costName: z.string().nullable(),
  /** Negative where the balance got less. */
  credits: z.number(),
  /** Null where credits have no limit. */
  balanceAfter: z.number().nullable(),
  /** What became of what was set aside; null while it waits, and for other lines. */
  outcome: z.enum(['captured', 'released']).nullable(),
  /** The proposal or effect behind it, where it is yours to open. */
  action: z.object({ id: z.string(), title: z.string() }).nullable(),
  createdAt: z.string(),
});
export type LedgerLine = z.infer<typeof ledgerLine>;

export const listLedger = endpoint({
  method: 'GET',
  path: '/credits/ledger',
  summary: 'Every movement of your agents’ credits, newest first',
  query: z.strictObject({
    agentId: id.optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(ledgerLine), nextCursor: z.string().nullable() }),
});

export const setCapBody = z.strictObject({ kind: capKind, creditsPerDay: creditAmount.nullable() });

export const setCap = endpoint({
  method: 'PUT',
  path: '/agents/:id/credits/caps',
  summary: 'Set what an agent may spend a day, on one kind or in all; null takes the cap away',
  params: agentParams,
  body: setCapBody,
  answer: agentCredits,
});

export const whatIfCap = endpoint({
  method: 'GET',
  path: '/agents/:id/credits/what-if',
  summary: 'What a cap would have blocked in the last seven days',
  params: agentParams,
  query: z.strictObject({ kind: capKind, creditsPerDay: z.coerce.number().pipe(creditAmount) }),
  answer: z.object({
    days: z.number().int(),
    /** Paid actions there were that it counts. */
    actions: z.number().int(),
    blocked: z.number().int(),
    /** On how many of the days something would have been blocked. */
    blockedDays: z.number().int(),
  }),
});
export type WhatIf = z.infer<typeof whatIfCap.answer>;

/** The ledger as a file: CSV by RFC 4180, read as it is sent. */
export const LEDGER_EXPORT_PATH = '/credits/ledger.csv';
export const ledgerExportQuery = z.strictObject({ agentId: id.optional() });
