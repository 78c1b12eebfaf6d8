import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  getAuditRow,
  getVerification,
  searchAudit,
  startVerification,
} from '../../../src-server/contract/console/audit';
import { call } from '../../api/client';
import { endpointQuery } from '../../api/query';
import { type AuditSearch, filterOf } from './audit-search';

const PAGE_SIZE = 60;
/** How often a verification that runs is asked how far it is, ms. */
const POLL_MS = 400;

/** Rows of the log; not of a live topic, for what was written does not change. Newer ones come with a new search. */
export function auditRowsQuery(search: AuditSearch) {
  const query = { ...filterOf(search), limit: PAGE_SIZE };
  return infiniteQueryOptions({
    queryKey: ['audit-rows', query],
    queryFn: ({ pageParam, signal }) =>
      call(searchAudit, { query: { ...query, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export const auditRowQuery = (seq: number) => endpointQuery(getAuditRow, { params: { seq: String(seq) } });

const verificationOptions = endpointQuery(getVerification);

/** What the last verification found, and how far one is that runs. */
export const verificationQuery = queryOptions({
  ...verificationOptions,
  refetchInterval: (query) => (query.state.data?.status === 'running' ? POLL_MS : false),
});

export function useStartVerification() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(startVerification, { canRepeat: true }),
    onSuccess: (state) => client.setQueryData(verificationOptions.queryKey, state),
  });
}
