import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { useCallback } from 'react';
import {
  getShop,
  listPayments,
  openCheckout,
  orderPlan,
  orderTopUp,
} from '../../../src-server/contract/console/billing';
import type { Payment } from '../../../src-server/contract/console/billing';
import type { Pack, PlanKey } from '../../../src-server/contract/nb/billing';
import {
  type CapKind,
  getAgentCredits,
  getUsage,
  listCredits,
  listLedger,
  setCap,
  whatIfCap,
} from '../../../src-server/contract/console/credits';
import type { LiveEvent } from '../../../src-server/contract/console/events';
import { call } from '../../api/client';
import { useLiveEvents } from '../../api/live-context';
import { endpointQuery, queryKeyOf } from '../../api/query';
import { openExternal, shell } from '../../shell';

const AGENTS_PER_PAGE = 100;
const LINES_PER_PAGE = 60;
const PAYMENTS_PER_PAGE = 30;
/** A list in the window ends here; the file has all of it. */
const MAX_PAGES = 50;

/** The credits of all your agents, in pages of 100. */
export const creditsQuery = infiniteQueryOptions({
  queryKey: [...queryKeyOf(listCredits), 'pages'],
  queryFn: ({ pageParam, signal }) =>
    call(listCredits, {
      query: { limit: AGENTS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
});

export function agentCreditsQuery(id: string) {
  return endpointQuery(getAgentCredits, { params: { id } });
}

export function usageQuery(days: number, agentId: string | undefined) {
  return queryOptions({
    ...endpointQuery(getUsage, { query: { days, ...(agentId === undefined ? {} : { agentId }) } }),
    placeholderData: keepPreviousData,
  });
}

/** Movements of one agent, or of all, newest first. */
export function ledgerQuery(agentId: string | undefined) {
  const query = { limit: LINES_PER_PAGE, ...(agentId === undefined ? {} : { agentId }) };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listLedger, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listLedger, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
  });
}

/** What a cap would have blocked; the last answer stands while the next one is awaited. */
export function whatIfQuery(id: string, kind: CapKind, creditsPerDay: number | null) {
  return queryOptions({
    ...endpointQuery(whatIfCap, { params: { id }, query: { kind, creditsPerDay: creditsPerDay ?? 0 } }),
    enabled: creditsPerDay !== null,
    placeholderData: keepPreviousData,
  });
}

export function useSetCap(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { kind: CapKind; creditsPerDay: number | null }) =>
      call(setCap, { params: { id }, body }),
    onSuccess: async (credits) => {
      client.setQueryData(agentCreditsQuery(id).queryKey, credits);
      await client.invalidateQueries({ queryKey: ['credits'] });
    },
  });
}

/** What can be bought for an agent. */
export function shopQuery(id: string) {
  return endpointQuery(getShop, { params: { id } });
}

/** Your payments, newest first. */
export const paymentsQuery = infiniteQueryOptions({
  queryKey: [...queryKeyOf(listPayments), 'pages'],
  queryFn: ({ pageParam, signal }) =>
    call(listPayments, {
      query: { limit: PAYMENTS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
});

/** On the desktop in the browser, where cards are typed in; in a browser in the place of this page, which it leads back to. */
async function goToCheckout(paymentId: string): Promise<void> {
  const { url } = await call(openCheckout, { params: { id: paymentId } });
  if (shell) await openExternal(url);
  else globalThis.location.assign(url);
}

export type Wanted =
  | { readonly type: 'credits'; readonly packSize: Pack['credits'] }
  | { readonly type: 'plan'; readonly planKey: PlanKey };

/** Orders, and goes to where it is paid. */
export function useOrder(id: string) {
  const client = useQueryClient();
  return useMutation({
    async mutationFn(wanted: Wanted): Promise<Payment> {
      const made =
        wanted.type === 'plan'
          ? await call(orderPlan, { params: { id }, body: { planKey: wanted.planKey } })
          : await call(orderTopUp, { params: { id }, body: { packSize: wanted.packSize } });
      await goToCheckout(made.id);
      return made;
    },
    // Where the provider does not answer there is an order all the same, to be paid later.
    onSettled: () => client.invalidateQueries({ queryKey: ['credits'] }),
  });
}

/** Goes to where an order is paid. */
export function usePay() {
  return useMutation({ mutationFn: goToCheckout });
}

/** What agents propose and do moves credits; the events of it name no sum, so what is on screen is read again. */
export function useFreshCredits(agentId?: string) {
  const client = useQueryClient();
  useLiveEvents(
    useCallback(
      ({ topic }: LiveEvent) => {
        if (topic !== 'inbox') return;
        void client.invalidateQueries({ queryKey: ['credits'] });
        if (agentId !== undefined) {
          void client.invalidateQueries({ queryKey: agentCreditsQuery(agentId).queryKey });
        }
      },
      [client, agentId],
    ),
  );
}
