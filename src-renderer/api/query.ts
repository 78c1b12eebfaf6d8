import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ConsoleEndpoint } from '../../src-server/contract/console/endpoint';
import type { LiveEvent } from '../../src-server/contract/console/events';
import { type CallArgs, call } from './client';
import { isTransient, ProblemError } from './problem';

/** First element of every query key. The live stream names topics; a topic re-reads all queries that start with it. */
export type Topic = Exclude<LiveEvent['topic'], 'hello'>;

/** The topic an endpoint's answer belongs to: the first segment of its path. */
export function topicOf(path: string): string {
  return path.split('/')[1] ?? '';
}

type Rest<P extends z.ZodType, Q extends z.ZodType> =
  Partial<CallArgs<P, Q, z.ZodUndefined>> extends CallArgs<P, Q, z.ZodUndefined>
    ? [args?: CallArgs<P, Q, z.ZodUndefined>]
    : [args: CallArgs<P, Q, z.ZodUndefined>];

/** Key of one query: `[topic, path, args]`. */
export function queryKeyOf(endpoint: { path: string }, args?: { params?: unknown; query?: unknown }) {
  return [topicOf(endpoint.path), endpoint.path, { params: args?.params, query: args?.query }] as const;
}

/** Query options of a GET endpoint: `useQuery(endpointQuery(getAgent, { params: { id } }))`. */
export function endpointQuery<P extends z.ZodType, Q extends z.ZodType, A extends z.ZodType>(
  endpoint: ConsoleEndpoint<P, Q, z.ZodUndefined, A>,
  ...rest: Rest<P, Q>
) {
  const args = (rest[0] ?? {}) as CallArgs<P, Q, z.ZodUndefined>;
  const run = call as (
    endpoint: ConsoleEndpoint<P, Q, z.ZodUndefined, A>,
    args: CallArgs<P, Q, z.ZodUndefined>,
  ) => Promise<z.output<A>>;
  return queryOptions({
    queryKey: queryKeyOf(endpoint, args as { params?: unknown; query?: unknown }),
    queryFn: ({ signal }) => run(endpoint, { ...args, signal }),
  });
}

const MAX_TRIES = 12;

/** The one query client. A 401 re-reads `me`, which leads to the sign-in page in server mode. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: handleError }),
    mutationCache: new MutationCache({ onError: handleError }),
    defaultOptions: {
      queries: {
        // The server is on this machine or answers the page itself: the browser's idea of "online" says nothing.
        networkMode: 'always',
        staleTime: 15_000,
        retry: (count, error) => isTransient(error) && count < MAX_TRIES,
        retryDelay: (count) => Math.min(3000, 200 * 2 ** count),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  function handleError(error: unknown) {
    if (error instanceof ProblemError && error.status === 401)
      void client.invalidateQueries({ queryKey: ['me'] });
  }
  return client;
}
