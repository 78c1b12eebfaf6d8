import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import {
  addException,
  getDelivery,
  listCaught,
  listDeliveries,
  listExceptions,
  listWebhooks,
  recoverDeliveries,
  removeException,
  replaceSecret,
  resendDelivery,
  testWebhook,
  type testWebhookBody,
  updateWebhook,
  type updateWebhookBody,
  type WebhookExceptionView,
} from '../../../src-server/contract/console/webhooks';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { WebhooksSearch } from './webhooks-search';

const PER_PAGE = 50;
const MAX_PAGES = 100;
/** What is caught is told by no event of its own; it is read again this often while somebody looks, ms. */
export const CAUGHT_MS = 2_000;
/** While a recovery runs, ms. */
const RECOVERING_MS = 1_000;

export const webhooksQuery = infiniteQueryOptions({
  queryKey: [...queryKeyOf(listWebhooks), 'pages'],
  queryFn: ({ pageParam, signal }) =>
    call(listWebhooks, { query: { limit: PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
  initialPageParam: '',
  getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
  refetchInterval: ({ state: { data } }) =>
    data?.pages.some(({ items }) => items.some(({ recovery }) => recovery?.isOver === false))
      ? RECOVERING_MS
      : false,
});

export function deliveriesQuery(id: string, { status, event }: WebhooksSearch) {
  const filter = { ...(status ? { status } : {}), ...(event ? { event } : {}) };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listDeliveries, { params: { id }, query: filter }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      call(listDeliveries, {
        params: { id },
        query: { ...filter, limit: PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last, pages) => (pages.length < MAX_PAGES ? last.nextCursor : null),
  });
}

export function deliveryQuery(id: string, deliveryId: string) {
  return endpointQuery(getDelivery, { params: { id, deliveryId } });
}

export function caughtQuery(id: string) {
  return endpointQuery(listCaught, { params: { id } });
}

export const exceptionsQuery = endpointQuery(listExceptions);

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['webhooks'] });
}

/**
 * @param onSaved is told of the answer before anything is read again: what is read may take the form away that asked,
 *   and a first URL answers with a secret that is shown once
 */
export function useUpdateWebhook(id: string, onSaved?: (answer: { readonly secret: string | null }) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: z.input<typeof updateWebhookBody>) => call(updateWebhook, { params: { id }, body }),
    onSuccess: (answer) => {
      onSaved?.(answer);
      return refresh();
    },
    // Nothing keeps the secret but the page that shows it.
    gcTime: 0,
  });
}

/** @param onSecret as `onSaved` of `useUpdateWebhook` */
export function useReplaceSecret(id: string, onSecret: (secret: string) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (overlapHours: number) => call(replaceSecret, { params: { id }, body: { overlapHours } }),
    onSuccess: ({ secret }) => {
      onSecret(secret);
      return refresh();
    },
    gcTime: 0,
  });
}

export function useTestWebhook(id: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (event: z.input<typeof testWebhookBody>['event']) =>
      call(testWebhook, { params: { id }, body: { event } }),
    onSuccess,
  });
}

export function useResend(id: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (deliveryId: string) => call(resendDelivery, { params: { id, deliveryId } }),
    onSuccess,
  });
}

export function useRecover(id: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (since: string) => call(recoverDeliveries, { params: { id }, body: { since } }),
    onSuccess,
  });
}

export function useAddException() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (target: Pick<WebhookExceptionView, 'host' | 'port'>) => call(addException, { body: target }),
    onSuccess,
  });
}

export function useRemoveException() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: ({ host, port }: Pick<WebhookExceptionView, 'host' | 'port'>) =>
      call(removeException, { params: { host, port: String(port) } }),
    onSuccess,
  });
}
