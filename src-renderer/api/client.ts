import type { z } from 'zod';
import type { ConsoleEndpoint } from '../../src-server/contract/console/endpoint';
import { AnswerError, isTransient, NetworkError, ProblemError, readProblem } from './problem';

/** `{}` when the endpoint has no such part, else the part, optional where all of it is. */
type Part<Name extends string, Schema extends z.ZodType> = [z.input<Schema>] extends [undefined]
  ? { readonly [K in Name]?: undefined }
  : Partial<z.input<Schema>> extends z.input<Schema>
    ? { readonly [K in Name]?: z.input<Schema> }
    : { readonly [K in Name]: z.input<Schema> };

export type CallArgs<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Part<'params', P> &
  Part<'query', Q> &
  Part<'body', B> & {
    readonly signal?: AbortSignal | undefined;
    /** A write that may arrive twice without harm: tried again while the server restarts. */
    readonly canRepeat?: boolean;
  };

interface AnyArgs {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly canRepeat?: boolean;
}

/** Waits between the tries of a write while the server restarts, ms; about 8 s in all. */
const WRITE_RETRY_DELAYS_MS = [250, 500, 1000, 2000, 4000];

/** Where the console API lives: beside the page, whatever path the page is mounted at. */
export function apiUrl(path: string): string {
  return new URL(path, globalThis.location.origin).href;
}

/** `/inbox/:id` and `{ id: 'act/1' }` → `/inbox/act%2F1`; a missing parameter throws. */
export function fillPath(path: string, params: unknown): string {
  const values = new Map<string, unknown>(Object.entries(params ?? {}));
  return path.replaceAll(/:(\w+)/g, (_match, name: string) => {
    const value = values.get(name);
    if (typeof value !== 'string' || value === '')
      throw new TypeError(`${path}: parameter "${name}" is missing`);
    return encodeURIComponent(value);
  });
}

function toSearch(query: unknown): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (typeof value === 'string' && value !== '') search.set(key, value);
    if (typeof value === 'number' || typeof value === 'boolean') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * One HTTP exchange with JSON both ways.
 * @throws ProblemError for any answer that is not 2xx, NetworkError when none came.
 */
export async function exchange(
  url: string,
  init: {
    method: string;
    body?: unknown;
    headers?: Record<string, string>;
    signal?: AbortSignal | undefined;
  },
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: init.method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new NetworkError('the server does not answer', { cause: error });
  }
  const body = await readJson(response);
  if (!response.ok) throw new ProblemError(readProblem(response.status, body));
  return body;
}

let refreshing: Promise<boolean> | undefined;

/**
 * Renews a signed-in session of server mode, whose access lasts 15 minutes (AUTH-3). One call serves all that met the
 * end together. False when there is nothing to renew.
 */
export function refreshSession(): Promise<boolean> {
  refreshing ??= exchange(apiUrl('/api/auth/refresh'), { method: 'POST', body: {} })
    .then(
      () => true,
      () => false,
    )
    .finally(() => {
      refreshing = undefined;
    });
  return refreshing;
}

async function send(
  method: string,
  url: string,
  args: AnyArgs,
  idempotencyKey: string | undefined,
): Promise<unknown> {
  const once = () =>
    exchange(url, {
      method,
      body: args.body,
      signal: args.signal,
      headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
    });
  try {
    return await once();
  } catch (error) {
    const isSessionOver = error instanceof ProblemError && error.status === 401;
    if (!isSessionOver || globalThis.location.protocol === 'app:') throw error;
    if (!(await refreshSession())) throw error;
    return once();
  }
}

/**
 * Calls a console endpoint. Writes carry an `Idempotency-Key`; those that say `canRepeat` are tried again while the
 * server restarts, so that a decision made at the wrong moment is not lost.
 * @throws ProblemError with the server's problem details; NetworkError when no answer came; AnswerError (development
 *   only) when the answer does not match the contract.
 */
export async function call<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
>(
  endpoint: ConsoleEndpoint<P, Q, B, A>,
  ...[given]: Partial<CallArgs<P, Q, B>> extends CallArgs<P, Q, B>
    ? [args?: CallArgs<P, Q, B>]
    : [args: CallArgs<P, Q, B>]
): Promise<z.output<A>> {
  const args: AnyArgs = given ?? {};
  const url = apiUrl(`/api/console${fillPath(endpoint.path, args.params)}${toSearch(args.query)}`);
  const isWrite = endpoint.method !== 'GET';
  const key = isWrite ? crypto.randomUUID() : undefined;
  const delays = isWrite && args.canRepeat === true ? WRITE_RETRY_DELAYS_MS : [];
  for (let attempt = 0; ; attempt += 1) {
    try {
      return checkAnswer(endpoint, await send(endpoint.method, url, args, key));
    } catch (error) {
      const delay = delays[attempt];
      if (delay === undefined || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

function checkAnswer<A extends z.ZodType>(endpoint: { path: string; answer: A }, body: unknown): z.output<A> {
  // Server and window are built from the same schema; parsing again costs time only people who develop it have.
  if (!import.meta.env.DEV) return body as z.output<A>;
  const parsed = endpoint.answer.safeParse(body);
  if (!parsed.success) throw new AnswerError(`${endpoint.path}: ${parsed.error.message}`);
  return parsed.data;
}
