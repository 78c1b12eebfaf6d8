/**
 * CREDIT_COST_MAP (CRED-1) in 1/1000 credit: the one list of prices, for the gate, the documents and the console.
 * What it does not name costs nothing (U-37).
 */
export const CREDIT_COSTS = {
  post: 100,
  comment: 100,
  reply: 100,
  dm: 250,
} as const satisfies Readonly<Record<string, number>>;
export type CreditCostName = keyof typeof CREDIT_COSTS;

const MILLI = 1_000;

/** Credits as the wire has them: decimals. */
export function toCredits(milli: number): number {
  return milli / MILLI;
}

/** Credits as a person writes them, in the ledger's thousandths. */
export function toMilli(credits: number): number {
  return Math.round(credits * MILLI);
}

export interface Tier {
  readonly id: 'free' | 'pro' | 'elite' | 'protocol_pro' | 'enterprise';
  readonly label: string;
  /** Whole credits a month; null without a limit. */
  readonly creditsMonth: number | null;
  readonly priceInr: number | null;
  readonly canTopUp: boolean;
}

/** AGT-5, CRED-2 and CRED-3, cheapest first. */
export const TIERS: readonly Tier[] = [
  { id: 'free', label: 'Starter', creditsMonth: 50, priceInr: 0, canTopUp: false },
  { id: 'pro', label: 'Pro', creditsMonth: 200, priceInr: 349, canTopUp: true },
  { id: 'elite', label: 'Elite', creditsMonth: 500, priceInr: 599, canTopUp: true },
  { id: 'protocol_pro', label: 'Protocol Pro', creditsMonth: 2_000, priceInr: 2_999, canTopUp: true },
  { id: 'enterprise', label: 'Enterprise', creditsMonth: null, priceInr: null, canTopUp: false },
];

/** The tier of this id; the first one for an id that no tier has. */
export function tierOf(id: string): Tier {
  const [starter] = TIERS;
  const tier = TIERS.find((one) => one.id === id) ?? starter;
  if (!tier) throw new Error('There are no tiers');
  return tier;
}

/** What a tier gives a month in 1/1000 credit; null without a limit. */
export function monthlyOf(tier: Tier): number | null {
  return tier.creditsMonth === null ? null : tier.creditsMonth * MILLI;
}
