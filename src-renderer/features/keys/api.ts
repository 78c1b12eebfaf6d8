import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Scope } from '../../../src-server/contract/common';
import { revokeKey } from '../../../src-server/contract/console/agents';
import {
  type AgentKey,
  freezeKey,
  getKeyImpact,
  listKeys,
  regenerateKey,
  rotateKey,
  settleLeak,
  thawKey,
  updateKey,
} from '../../../src-server/contract/console/keys';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';

const AGENTS_PER_PAGE = 100;
const MAX_PAGES = 20;

/** The keys of all your agents, up to 2,000 agents, in pages of 100. */
export const keysQuery = infiniteQueryOptions({
  queryKey: [...queryKeyOf(listKeys), 'pages'],
  queryFn: ({ pageParam, signal }) =>
    call(listKeys, {
      query: { limit: AGENTS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
});

/** Which key of which agent. */
export interface KeyPath {
  readonly id: string;
  readonly keyId: string;
}

export function keyImpactQuery(path: KeyPath) {
  return endpointQuery(getKeyImpact, { params: { id: path.id, keyId: path.keyId } });
}

/** What shows keys: the lists of them, the agent's page, and Inbox items in which one stands. */
function useRefreshKeys() {
  const client = useQueryClient();
  return () =>
    Promise.all(['keys', 'agents', 'inbox'].map((topic) => client.invalidateQueries({ queryKey: [topic] })));
}

export function useRevokeKey() {
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: (path: KeyPath) => call(revokeKey, { params: { ...path } }),
    onSuccess: refresh,
  });
}

/** The new key lives in the component that shows it; the mutation forgets it as soon as nobody looks. */
export function useRotateKey(path: KeyPath) {
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: (body: { overlapHours: number; name?: string }) =>
      call(rotateKey, { params: { ...path }, body }),
    onSuccess: refresh,
    gcTime: 0,
  });
}

/** Ends every key of an agent and makes one new one, which is forgotten as soon as nobody looks. */
export function useRegenerateKey(agentId: string) {
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: () => call(regenerateKey, { params: { id: agentId } }),
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useUpdateKey(path: KeyPath) {
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: (body: {
      name?: string;
      scopes?: Scope[];
      expiresAt?: string | null;
      toolNames?: AgentKey['toolNames'];
    }) => call(updateKey, { params: { ...path }, body }),
    onSuccess: refresh,
  });
}

/** `freeze` refuses every call with the key; `thaw` lets it call again; `settle` leaves a leaked one as it is. */
export function useKeySwitch() {
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: ({ path, act }: { path: KeyPath; act: 'freeze' | 'thaw' | 'settle' }) =>
      call(act === 'freeze' ? freezeKey : act === 'thaw' ? thawKey : settleLeak, { params: { ...path } }),
    onSuccess: refresh,
  });
}
