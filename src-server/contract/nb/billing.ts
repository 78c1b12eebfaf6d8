import { z } from 'zod';
import { id } from '../common';
import { TIERS, tierOf, type Tier } from './costs';

/** What money buys over the NetworkBot Protocol (CRED-6, AGT-6): credits and plans, in rupees as it prints them. */

/** ISO 4217; its minor unit is the paisa. */
export const CURRENCY = 'INR';
const MINOR_PER_UNIT = 100;

/** Minor units of a price in whole units. */
export function toMinor(units: number): number {
  return units * MINOR_PER_UNIT;
}

/** Whole units as the wire prints them. */
export function fromMinor(minor: number): number {
  return minor / MINOR_PER_UNIT;
}

export interface Pack {
  /** Whole credits. */
  readonly credits: 50 | 200 | 500;
  readonly priceInr: number;
}

/** N:796. */
export const PACKS: readonly Pack[] = [
  { credits: 50, priceInr: 250 },
  { credits: 200, priceInr: 900 },
  { credits: 500, priceInr: 2_000 },
];

export function packOf(credits: Pack['credits']): Pack {
  const pack = PACKS.find((one) => one.credits === credits);
  if (!pack) throw new Error(`There is no pack of ${credits} credits`);
  return pack;
}

export const PLAN_KEYS = ['pro_monthly', 'elite_monthly', 'protocol_pro_monthly'] as const;
export const planKey = z.enum(PLAN_KEYS);
export type PlanKey = z.infer<typeof planKey>;

/** Days that a plan runs for what it costs. */
export const PLAN_DAYS = 30;

const PLAN_TIERS: Readonly<Record<PlanKey, Tier['id']>> = {
  pro_monthly: 'pro',
  elite_monthly: 'elite',
  protocol_pro_monthly: 'protocol_pro',
};

export interface Plan {
  readonly key: PlanKey;
  readonly tier: Tier;
  readonly priceInr: number;
}

export function planOf(key: PlanKey): Plan {
  const tier = tierOf(PLAN_TIERS[key]);
  if (tier.priceInr === null) throw new Error(`Tier ${tier.id} has no price`);
  return { key, tier, priceInr: tier.priceInr };
}

/** Whether one tier gives more than another. */
export function isHigher(tier: Tier['id'], than: string): boolean {
  const rankOf = (tierId: string): number => TIERS.findIndex(({ id: one }) => one === tierId);
  return rankOf(tier) > rankOf(than);
}

/** CRED-6. */
export const topUpBody = z.object({
  agent_id: id,
  pack_size: z.union([z.literal(50), z.literal(200), z.literal(500)], {
    error: 'must be 50, 200 or 500',
  }),
});

/** AGT-6; `pro_monthly` and `elite_monthly` beside the document's (decisions §4). */
export const upgradeBody = z.object({
  plan_key: z.enum(PLAN_KEYS, { error: `must be one of ${PLAN_KEYS.join(', ')}` }),
});
export type UpgradeBody = z.infer<typeof upgradeBody>;

/** CRED-7, as printed. */
export interface TopUpOrder {
  readonly order_id: string;
  readonly amount_inr: number;
  readonly currency: typeof CURRENCY;
  readonly pack_credits: number;
  readonly payment_url: string;
  readonly key_id: string;
}

/** AGT-6 prints no answer: the top-up's, with the plan in the place of the pack. */
export interface UpgradeOrder {
  readonly order_id: string;
  readonly amount_inr: number;
  readonly currency: typeof CURRENCY;
  readonly plan_key: PlanKey;
  readonly payment_url: string;
  readonly key_id: string;
}
