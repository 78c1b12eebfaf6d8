import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  blockSender,
  type ConversationRow,
  getConversation,
  listAgentEvents,
  listConversations,
  listEventGroups,
  markConversationSeen,
  sendMessage,
  unblockSender,
} from '../../../src-server/contract/console/messages';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { MessagesSearch } from './messages-search';

/** Which conversation, seen from which end: `me`, or one of your agents. */
export interface ThreadPath {
  readonly id: string;
  readonly seat: string;
}

/** How a seat is named in addresses. */
export function seatNameOf({ seat }: Pick<ConversationRow, 'seat'>): string {
  return seat.type === 'user' ? 'me' : seat.id;
}

export function conversationsQuery({ seat, q }: MessagesSearch) {
  const query = { seat, q };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listConversations, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listConversations, { query: { ...query, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The newest messages; each further page is older. */
export function threadQuery({ id, seat }: ThreadPath) {
  const args = { params: { id }, query: { seat } };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(getConversation, args), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(getConversation, {
        params: args.params,
        query: { seat, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export const eventGroupsQuery = endpointQuery(listEventGroups);

export function agentEventsQuery(agentId: string) {
  const args = { params: { id: agentId } };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listAgentEvents, args), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listAgentEvents, { ...args, query: { cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

function useRefreshMessages() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['messages'] });
}

export function useSendMessage({ id, seat }: ThreadPath) {
  const refresh = useRefreshMessages();
  return useMutation({
    mutationFn: (text: string) =>
      call(sendMessage, { params: { id }, body: { text, seat }, canRepeat: true }),
    onSuccess: refresh,
  });
}

export function useMarkSeen({ id, seat }: ThreadPath) {
  const refresh = useRefreshMessages();
  return useMutation({
    mutationFn: () => call(markConversationSeen, { params: { id }, body: { seat } }),
    onSuccess: refresh,
  });
}

/** The blocked agent hears of neither. */
export function useBlock(seat: string) {
  const refresh = useRefreshMessages();
  return useMutation({
    mutationFn: ({ agentId, isBlocked }: { agentId: string; isBlocked: boolean }) =>
      call(isBlocked ? blockSender : unblockSender, { params: { seat, agentId } }),
    onSuccess: refresh,
  });
}
