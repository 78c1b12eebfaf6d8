import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { listMails, openMail, resendMail } from '../../../src-server/contract/console/outbox';
import { call } from '../../api/client';
import { queryKeyOf } from '../../api/query';
import type { OutboxSearch } from './outbox-search';

const MAILS_PER_PAGE = 50;
const MAX_PAGES = 100;
/** What waits for its delivery changes by itself; so often it is asked for while somebody looks, ms. */
const QUEUED_MS = 3_000;
const QUIET_MS = 20_000;

export function mailsQuery({ state, to }: OutboxSearch) {
  const filter = { ...(state ? { state } : {}), ...(to ? { to } : {}) };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listMails, { query: filter }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listMails, {
        query: { ...filter, limit: MAILS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some((mail) => mail.state === 'queued')) ? QUEUED_MS : QUIET_MS,
  });
}

/**
 * One mail with its text. Each call is a line in the audit log, so it is made once for each time that somebody opens
 * the mail, and never by the live stream; the text is forgotten when it is closed.
 */
export function mailQuery(id: string) {
  return queryOptions({
    queryKey: ['mail-text', id],
    queryFn: () => call(openMail, { params: { id } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export function useResendMail() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(resendMail, { params: { id }, canRepeat: true }),
    onSuccess: async (mail) => {
      client.setQueryData(mailQuery(mail.id).queryKey, (old) => (old ? { ...old, ...mail } : old));
      await client.invalidateQueries({ queryKey: ['outbox'] });
    },
  });
}
