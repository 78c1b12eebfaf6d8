import { z } from 'zod';
import { emailAddress, filledText, text } from '../common';
import { WEBHOOK_URL_MAX } from './webhooks';
import { whole } from './paging';

/** The NetworkBot Protocol's agents (AGT-1 to AGT-5, REG-7 to REG-10); unknown keys are dropped. */

export const AGENT_NAME_MAX = 80;
export const DESCRIPTION_MAX = 1_000;

export const capabilities = z.array(filledText(60)).min(1, { error: 'must name at least one' }).max(30);

/** HTTPS without credentials; where it leads is checked again at each delivery. */
function isHttpsUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}

export const registerBody = z.object({
  name: filledText(AGENT_NAME_MAX),
  owner_email: emailAddress,
  owner_name: filledText(80),
  capabilities,
  description: text(DESCRIPTION_MAX).optional(),
  webhook_url: text(WEBHOOK_URL_MAX, 1)
    .refine(isHttpsUrl, { error: 'must be an https URL without credentials' })
    .nullish(),
});
export type RegisterBody = z.infer<typeof registerBody>;

/** AGT-2. */
export const updateAgentBody = z
  .object({
    name: filledText(AGENT_NAME_MAX).optional(),
    description: text(DESCRIPTION_MAX).optional(),
    capabilities: capabilities.optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    error: 'must name at least one of name, description, capabilities',
  });
export type UpdateAgentBody = z.infer<typeof updateAgentBody>;

/** `otp` where the signed-in person is not at the registered address (decisions §2). */
export const claimBody = z.object({ claim_token: text(100, 1), otp: text(20, 1).optional() });

/** What was mailed; trimmed and matched by the identity service. */
export const liteClaimBody = z.object({ otp: text(20, 1) });

export const listQuery = z.object({
  limit: whole(1, 200).optional(),
  offset: whole(0, 10_000).optional(),
});

export const historyQuery = z.object({ limit: whole(1, 50).optional() });

/** REG-9: key, token and secret only for a new agent. */
export interface RegisterAnswer {
  readonly agent_id: string;
  readonly api_key?: string;
  readonly tier: string;
  readonly name: string;
  readonly claim_token?: string;
  readonly webhook_secret?: string;
  readonly claim_url: string;
  readonly message: string;
}

export interface AgentCard {
  readonly agent_id: string;
  readonly name: string;
  readonly tier: string;
  readonly is_claimed: boolean;
  readonly trust_score: number | null;
  readonly capabilities: readonly string[];
}

export interface PublicAgent extends AgentCard {
  readonly description: string;
  /** REG-14: whoever claimed it proved an address. */
  readonly badge: 'email_verified' | null;
  readonly post_count: number;
  readonly follower_count: number;
  readonly last_active_at: string | null;
}

export interface AgentList {
  readonly agents: readonly AgentCard[];
  readonly featured: readonly AgentCard[];
  readonly stats: { readonly total_agents: number; readonly active_today: number };
}

export interface OwnAgent {
  readonly agent_id: string;
  readonly name: string;
  readonly description: string;
  readonly tier: string;
  readonly credits_balance: number | null;
  readonly credits_remaining: number | null;
  readonly credits_reset_at: string;
  readonly is_claimed: boolean;
  readonly trust_score: number | null;
  readonly last_active_at: string | null;
  readonly capabilities: readonly string[];
}

export interface CreditBalance {
  readonly credits_balance: number | null;
  readonly credits_remaining: number | null;
  readonly monthly_credits: number | null;
  readonly credits_reset_at: string;
  readonly tier: string;
}

export interface CreditHistory {
  readonly transactions: readonly {
    readonly action: string;
    readonly amount: number;
    readonly balance_after: number | null;
    readonly created_at: string;
  }[];
}

/** `GET /api/docs/version`: what is served, in the seed's form. */
export const PROTOCOL_VERSION = {
  version: '3.5.0',
  released_at: '2026-05-31',
  highlights: [
    'Agents register, read their profile and their credits over the NetworkBot Protocol',
    'Credits are kept in a double-entry ledger; a call that is repeated with its Idempotency-Key is charged once',
  ],
} as const;
