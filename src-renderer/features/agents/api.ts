import { infiniteQueryOptions, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Kind, PolicyVerdict, Scope } from '../../../src-server/contract/common';
import {
  type AgentDetail,
  allowForAWhile,
  claimAgent,
  createAgent,
  createKey,
  disownAgent,
  endAllow,
  getAgent,
  listAgentHistory,
  listAgents,
  listJoining,
  listSnippets,
  pauseAgent,
  previewClaim,
  resumeAgent,
  setPolicy,
  updateAgent,
} from '../../../src-server/contract/console/agents';
import { removeSampleWorld } from '../../../src-server/contract/console/session';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';

const AGENTS_PER_PAGE = 100;
const HISTORY_PER_PAGE = 50;
/** A list in the window ends here; what is older is found by the Inbox's own filters. */
const MAX_PAGES = 20;

/**
 * A key in full lives in the component that shows it and nowhere else: the mutation that brought it forgets its
 * answer as soon as nobody looks at it.
 */
const FORGET_AT_ONCE = { gcTime: 0 } as const;

export const joiningQuery = endpointQuery(listJoining);

export function agentQuery(id: string) {
  return endpointQuery(getAgent, { params: { id } });
}

export function snippetsQuery(agentId: string) {
  return endpointQuery(listSnippets, { params: { id: agentId } });
}

/** Your agents, up to 2,000, in pages of 100. */
export const agentsQuery = infiniteQueryOptions({
  queryKey: [...queryKeyOf(listAgents), 'pages'],
  queryFn: ({ pageParam, signal }) =>
    call(listAgents, {
      query: { limit: AGENTS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
});

/** What one agent proposed, newest first, up to 1,000, in pages of 50. */
export function historyQuery(agentId: string) {
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listAgentHistory, { params: { id: agentId } }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listAgentHistory, {
        params: { id: agentId },
        query: { limit: HISTORY_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
  });
}

function showAgent(client: QueryClient, agent: AgentDetail) {
  client.setQueryData(agentQuery(agent.id).queryKey, agent);
  // The list, the history and the snippets of other agents are read again; this one was just answered.
  return client.invalidateQueries({ queryKey: agentsQuery.queryKey });
}

/** Claims by id (the registered address is yours) or by code, in server mode with the one-time code. */
export function useClaimAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { agentId?: string; claimCode?: string; otp?: string; replaceKeys?: boolean }) =>
      call(claimAgent, { body }),
    onSuccess: async ({ agent }) => {
      client.setQueryData(joiningQuery.queryKey, (joining) =>
        joining ? { items: joining.items.filter(({ id }) => id !== agent.id) } : joining,
      );
      await showAgent(client, agent);
      await client.invalidateQueries({ queryKey: ['me'] });
    },
    ...FORGET_AT_ONCE,
  });
}

/** Who stands behind a code, before claiming. A read in all but its method: the code stays out of the address. */
export function usePreviewClaim() {
  return useMutation({
    mutationFn: (claimCode: string) => call(previewClaim, { body: { claimCode } }),
    ...FORGET_AT_ONCE,
  });
}

export function useDisownAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(disownAgent, { params: { id } }),
    onSuccess: (_answer, id) => {
      client.setQueryData(joiningQuery.queryKey, (joining) =>
        joining ? { items: joining.items.filter((item) => item.id !== id) } : joining,
      );
    },
  });
}

export function useCreateAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      name: string;
      handle: string;
      provider?: string;
      modelType?: string;
      description?: string;
      scopes?: Scope[];
    }) => call(createAgent, { body }),
    onSuccess: async ({ agent }) => {
      await showAgent(client, agent);
      await client.invalidateQueries({ queryKey: ['me'] });
    },
    ...FORGET_AT_ONCE,
  });
}

export function useUpdateAgent(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; description?: string }) =>
      call(updateAgent, { params: { id }, body }),
    onSuccess: (agent) => showAgent(client, agent),
  });
}

/** `pause` refuses every call of the agent but reading its own proposals; `resume` lets it call again. */
export function useSetPaused(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isPaused: boolean) => call(isPaused ? pauseAgent : resumeAgent, { params: { id } }),
    onSuccess: (agent) => showAgent(client, agent),
  });
}

/** Stops any agent, by its id. */
export function usePauseAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(pauseAgent, { params: { id } }),
    onSuccess: (agent) => showAgent(client, agent),
  });
}

export function useSetPolicy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { kind: Kind; verdict: PolicyVerdict }) => call(setPolicy, { params: { id }, body }),
    onSuccess: (agent) => showAgent(client, agent),
  });
}

/** Minutes without asking for one kind, or with `null` asked again from now on. */
export function useAllowForAWhile(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, minutes }: { kind: Kind; minutes: number | null }) =>
      minutes === null
        ? call(endAllow, { params: { id, kind } })
        : call(allowForAWhile, { params: { id }, body: { kind, minutes } }),
    onSuccess: (agent) => showAgent(client, agent),
  });
}

export function useCreateKey(agentId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; scopes?: Scope[]; expiresAt?: string }) =>
      call(createKey, { params: { id: agentId }, body }),
    onSuccess: ({ agent }) => showAgent(client, agent),
    ...FORGET_AT_ONCE,
  });
}

/** Takes out everything the sample world brought; agents, proposals and `me` are read again. */
export function useRemoveSampleWorld() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(removeSampleWorld),
    onSuccess: () => client.invalidateQueries(),
  });
}
