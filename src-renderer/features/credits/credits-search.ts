import { z } from 'zod';

export const CREDIT_TABS = ['overview', 'ledger', 'caps', 'payments'] as const;
export type CreditTab = (typeof CREDIT_TABS)[number];
export const CHART_DAYS = [7, 30, 60] as const;
export const CHART_SPLITS = ['kind', 'agent'] as const;
export type ChartSplit = (typeof CHART_SPLITS)[number];

const creditsSearch = z.object({
  tab: z.enum(CREDIT_TABS).optional().catch(undefined),
  agent: z.string().max(64).optional().catch(undefined),
  days: z.literal(CHART_DAYS).optional().catch(undefined),
  by: z.enum(CHART_SPLITS).optional().catch(undefined),
});
export type CreditsSearch = z.infer<typeof creditsSearch>;

/** Tab, agent and chart of `/credits`; bad values are dropped. */
export function validateCreditsSearch(search: Record<string, unknown>): CreditsSearch {
  return creditsSearch.parse(search);
}
