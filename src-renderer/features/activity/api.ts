import { infiniteQueryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { getCaseFile, listActivity, listNewActivity } from '../../../src-server/contract/console/activity';
import { call } from '../../api/client';
import { endpointQuery } from '../../api/query';
import type { ActivitySearch } from './activity-search';

const PAGE_SIZE = 60;

export type ActivityPage = z.output<typeof listActivity.answer>;

const filterOf = ({ agent, group, q }: ActivitySearch) => ({ agentId: agent, group, q });

/** The timeline page by page. Not of a live topic: what is new is read by itself and put in front. */
export function timelineQuery(search: ActivitySearch) {
  const query = { ...filterOf(search), from: search.from, to: search.to, limit: PAGE_SIZE };
  return infiniteQueryOptions({
    queryKey: ['timeline', query],
    queryFn: ({ pageParam, signal }) =>
      call(listActivity, { query: { ...query, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** What came after the newest line that is shown. */
export const newerQuery = (search: ActivitySearch, after: number) =>
  endpointQuery(listNewActivity, { query: { ...filterOf(search), after } });

/** Everything on one trace; by the trace or by the proposal. */
export const caseFileQuery = (id: string) => endpointQuery(getCaseFile, { params: { id } });
