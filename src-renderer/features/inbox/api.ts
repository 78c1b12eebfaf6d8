import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type { Kind, RejectReason } from '../../../src-server/contract/common';
import {
  decide,
  decideBulk,
  editProposal,
  getInboxItem,
  type InboxDetail,
  type InboxItem,
  type InboxTab,
  listInbox,
  markRead,
  retryFailed,
  snooze,
  undoExecuted,
  unsnooze,
} from '../../../src-server/contract/console/inbox';
import { addGuidance, listAgents } from '../../../src-server/contract/console/agents';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { InboxSearch } from './inbox-search';

const PAGE_SIZE = 80;

type Page = z.output<typeof listInbox.answer>;

/** How many wait and how many failed, for the navigation; counted to 2,000 by the server. */
export const inboxCountsQuery = endpointQuery(listInbox, { query: { tab: 'pending', limit: 1 } });

/** The list behind one set of filters, page by page. */
export function inboxListQuery({ tab, agent, kind, risk, q }: InboxSearch) {
  const query = { tab: tab ?? 'pending', agentId: agent, kind, risk, q, limit: PAGE_SIZE };
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
  const { id, agent, actionName, kind, risk, status, version, hash, title } = detail;
  const { createdAt, updatedAt, expiresAt, decidedAt, runAt, snoozedUntil, isRead, isUndone, canUndo } =
    detail;
  const what = { id, agent, actionName, kind, risk, status, version, hash, title };
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

/** The tab a proposal stands in now. */
function tabOf({ status, snoozedUntil }: InboxDetail): InboxTab {
  if (status === 'failed') return 'failed';
  if (status !== 'pending') return 'decided';
  return snoozedUntil === null ? 'pending' : 'snoozed';
}

/** Puts a fresh detail where it is shown, at once; what waits no longer leaves the pending lists. */
function showDetail(client: QueryClient, detail: InboxDetail) {
  client.setQueryData(inboxItemQuery(detail.id).queryKey, detail);
  const lists = client.getQueriesData<InfiniteData<Page>>({ queryKey: ['inbox', listInbox.path] });
  for (const [key, data] of lists) {
    if (!data?.pages) continue;
    const tab = (key[2] as { query?: { tab?: string } } | undefined)?.query?.tab;
    const leaves = tab !== undefined && tab !== tabOf(detail);
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
  /** Kept for good: the agent reads it from then on. */
  readonly guidance?: string | undefined;
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

/** Out of the pending list until then, or back at once. */
export function useSnooze() {
  return useDetailMutation(({ id, until }: { id: string; until: string | null }) =>
    until === null
      ? call(unsnooze, { params: { id }, canRepeat: true })
      : call(snooze, { params: { id }, body: { until }, canRepeat: true }),
  );
}

/** Decides on several that were all read; each has its own result. */
export function useDecideBulk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      verdict: 'approve' | 'reject';
      items: Seen[];
      reasonCode?: RejectReason | undefined;
      note?: string | undefined;
    }) => call(decideBulk, { body, canRepeat: true }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['inbox'] });
      void client.invalidateQueries({ queryKey: ['agents'] });
    },
  });
}

/** Keeps a sentence as guidance for the agent, beside the proposal it was written at. */
export function useAddGuidance() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ agentId, ...body }: { agentId: string; text: string; kind?: Kind; actionId?: string }) =>
      call(addGuidance, { params: { id: agentId }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  });
}

export function useUndoExecuted() {
  return useDetailMutation((id: string) => call(undoExecuted, { params: { id } }));
}
