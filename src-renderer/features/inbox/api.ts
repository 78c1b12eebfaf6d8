import { infiniteQueryOptions } from '@tanstack/react-query';
import { getInboxItem, listInbox } from '../../../src-server/contract/console/inbox';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { InboxSearch } from './inbox-search';

const PAGE_SIZE = 60;

/** How many wait and how many failed, for the navigation; counted to 2,000 by the server. */
export const inboxCountsQuery = {
  ...endpointQuery(listInbox, { query: { tab: 'pending', limit: 1 } }),
};

/** The list behind one set of filters, page by page. */
export function inboxListQuery({ tab, agent, kind, q }: InboxSearch) {
  const query = { tab: tab ?? 'pending', agentId: agent, kind, q, limit: PAGE_SIZE };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listInbox, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listInbox, { query: { ...query, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** One proposal with its versions, decisions and effects. */
export const inboxItemQuery = (id: string) => endpointQuery(getInboxItem, { params: { id } });
