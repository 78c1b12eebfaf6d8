import { z } from 'zod';
import { activityGroup } from '../../../src-server/contract/console/activity';

/** Spans that the filter offers; absolute times stand in the address as well. */
export const SPANS = ['hour', 'day', 'week', 'month'] as const;
export type Span = (typeof SPANS)[number];

const HOUR = 3_600_000;
export const SPAN_MS: Readonly<Record<Span, number>> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
};

/** What the timeline shows, all of it in the address. Unknown or bad values are dropped. */
const activitySearch = z.object({
  agent: z.string().max(64).optional().catch(undefined),
  group: activityGroup.optional().catch(undefined),
  q: z.string().max(200).optional().catch(undefined),
  /** Not older than this. */
  from: z.iso.datetime({ offset: true }).optional().catch(undefined),
  to: z.iso.datetime({ offset: true }).optional().catch(undefined),
});
export type ActivitySearch = z.infer<typeof activitySearch>;

export function validateActivitySearch(search: Record<string, unknown>): ActivitySearch {
  return activitySearch.parse(search);
}

export function isFiltered(search: ActivitySearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}
