import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type { RejectReason } from '../../../src-server/contract/common';
import {
  decide,
  editProposal,
  getInboxItem,
  type InboxDetail,
  type InboxItem,
  listInbox,
  markRead,
  retryFailed,
  undoExecuted,
} from '../../../src-server/contract/console/inbox';
import { listAgents } from '../../../src-server/contract/console/agents';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { InboxSearch } from './inbox-search';

const PAGE_SIZE = 80;

type Page = z.output<typeof listInbox.answer>;

/** How many wait and how many failed, for the navigation; counted to 2,000 by the server. */
export const inboxCountsQuery = endpointQuery(listInbox, { query: { tab: 'pending', limit: 1 } });

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

/** Names for the agent filter. */
export const filterAgentsQuery = endpointQuery(listAgents, { query: { limit: 100 } });

/** What identifies the bytes a person looked at. */
export interface Seen {
  readonly id: string;
  readonly version: number;
  readonly hash: string;
}

function toRow(detail: InboxDetail): InboxItem {
  const { id, agent, actionName, kind, risk, status, version, title } = detail;
  const { createdAt, updatedAt, expiresAt, decidedAt, runAt, snoozedUntil, isRead, isUndone, canUndo } =
    detail;
  const what = { id, agent, actionName, kind, risk, status, version, title };
  return {
    ...what,
    createdAt,
    updatedAt,
    expiresAt,
    decidedAt,
    runAt,
    snoozedUntil,
    isRead,
    isUndone,
    canUndo,
  };
}

/** Puts a fresh detail where it is shown, at once; what waits no longer leaves the pending lists. */
function showDetail(client: QueryClient, detail: InboxDetail) {
  client.setQueryData(inboxItemQuery(detail.id).queryKey, detail);
  const lists = client.getQueriesData<InfiniteData<Page>>({ queryKey: ['inbox', listInbox.path] });
  for (const [key, data] of lists) {
    if (!data?.pages) continue;
    const tab = (key[2] as { query?: { tab?: string } } | undefined)?.query?.tab;
    const leaves =
      tab === 'pending' ? detail.status !== 'pending' : tab === 'failed' && detail.status !== 'failed';
    client.setQueryData<InfiniteData<Page>>(key, {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: leaves
          ? page.items.filter((item) => item.id !== detail.id)
          : page.items.map((item) => (item.id === detail.id ? toRow(detail) : item)),
      })),
    });
  }
}

function useDetailMutation<Input>(run: (input: Input) => Promise<InboxDetail>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (detail) => showDetail(client, detail),
    onSettled: () => {
      // Without waiting: the next proposal is on screen already.
      void client.invalidateQueries({ queryKey: ['inbox'] });
      void client.invalidateQueries({ queryKey: ['agents'] });
    },
  });
}

/** Records that the whole version was in sight. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version, hash }: Seen) =>
      call(markRead, { params: { id }, body: { version, hash }, canRepeat: true }),
    onSuccess: (_answer, { id, version }) => {
      const detail = client.getQueryData(inboxItemQuery(id).queryKey);
      if (detail?.version === version) showDetail(client, { ...detail, isRead: true });
    },
  });
}

export interface Verdict extends Seen {
  readonly verdict: 'approve' | 'reject';
  readonly reasonCode?: RejectReason | undefined;
  readonly note?: string | undefined;
}

/** Approves or rejects exactly the version and hash given. */
export function useDecide() {
  return useDetailMutation(({ id, ...body }: Verdict) =>
    call(decide, { params: { id }, body, canRepeat: true }),
  );
}

/** Saves an edit as the next version. */
export function useEditProposal() {
  return useDetailMutation(({ id, ...body }: Seen & { fields: Record<string, string> }) =>
    call(editProposal, { params: { id }, body, canRepeat: true }),
  );
}

export function useRetryFailed() {
  return useDetailMutation((id: string) => call(retryFailed, { params: { id } }));
}

export function useUndoExecuted() {
  return useDetailMutation((id: string) => call(undoExecuted, { params: { id } }));
}
