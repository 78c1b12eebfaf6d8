import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Dialect } from '../doors/http/dialect';
import { bodies, type JsonSchema } from './fuzz-bodies';
import { addresses, strangeHeaders } from './fuzz-http';
import { MMA_CODES } from './mma-fixture';

const JSON_RPC_PATHS = ['/api/mcp', '/api/mcp/stream'];

/** What is wrong with an answer, or undefined: a 500, or a refusal that is not worded in the dialect of its address. */
export function faultOf(
  response: LightMyRequestResponse,
  dialect: Dialect,
  path: string,
): string | undefined {
  const { statusCode: status, payload } = response;
  if (status >= 500) return `answers ${status}: ${payload.slice(0, 300)}`;
  if (/node_modules|\bat [\w.<>]+ \(/.test(payload)) return `tells of our insides: ${payload.slice(0, 300)}`;
  if (response.headers['x-content-type-options'] !== 'nosniff') return `${status} may be sniffed`;
  if (status < 400) return undefined;
  const type = response.headers['content-type'] ?? '';
  if (dialect === 'page' && type.startsWith('text/html'))
    return payload.startsWith('<!doctype html>') ? undefined : 'no page of ours';
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return `${status} without JSON: ${type} ${payload.slice(0, 100)}`;
  }
  const words = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
  const isRpc =
    body['jsonrpc'] === '2.0' && typeof (body['error'] as { code?: unknown } | undefined)?.code === 'number';
  if (JSON_RPC_PATHS.includes(path) && isRpc) return undefined;
  const isWorded = {
    mma:
      body['ok'] === false && words(body['error']) && MMA_CODES.some((code) => code === body['error_code']),
    nb: words(body['detail']),
    console:
      words(body['detail']) &&
      words(body['code']) &&
      body['status'] === status &&
      type.startsWith('application/problem+json'),
    // An address that is no address belongs to no route, and is answered in the words of the API.
    page: words(body['detail']),
  }[dialect];
  return isWorded ? undefined : `${status} is not worded as ${dialect}: ${payload.slice(0, 200)}`;
}

/** What is printed of a request that fails: some are long. */
const MAX_PRINTED = 2_000;

export interface FuzzRoute {
  readonly app: FastifyInstance;
  readonly method: string;
  readonly path: string;
  readonly dialect: Dialect;
  readonly schema: JsonSchema;
}

export interface FuzzOptions {
  readonly ids: readonly string[];
  /** Host and credential of a caller who may do things here; looked up for every request. */
  readonly headers: () => Record<string, string>;
  /** Requests to a route; after `maxMs` no more than `minRuns`. */
  readonly runs: number;
  readonly minRuns: number;
  readonly maxMs: number;
  readonly seed: number;
  readonly onAnswer?: (response: LightMyRequestResponse) => void;
}

/**
 * Sends `runs` requests to a route, fewer when its time is over.
 * @returns how many were sent, and how many were answered with success
 * @throws with the shortest failing request fast-check finds
 */
export async function fuzzRoute(
  route: FuzzRoute,
  options: FuzzOptions,
): Promise<{ sent: number; succeeded: number }> {
  const { app, method, path, dialect, schema } = route;
  const count = { sent: 0, succeeded: 0 };
  const request = fc.record({
    url: addresses(path, options.ids),
    headers: strangeHeaders,
    body: method === 'GET' ? fc.constant(undefined) : bodies(schema, options.ids),
  });
  const deadline = performance.now() + options.maxMs;
  let hasFailed = false;
  const property = fc.asyncProperty(request, async ({ url, headers, body }) => {
    // A slow machine sends fewer; looking for the shortest request that fails takes the time it takes.
    if (!hasFailed && count.sent >= options.minRuns && performance.now() > deadline) return;
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...options.headers(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    count.sent += 1;
    if (response.statusCode < 400) count.succeeded += 1;
    options.onAnswer?.(response);
    const fault = faultOf(response, dialect, path);
    if (fault === undefined) return;
    hasFailed = true;
    throw new Error(`${method} ${path} ${fault}`);
  });
  const details = await fc.check(property, { numRuns: options.runs, seed: options.seed });
  if (!details.failed) return count;
  const { counterexample, counterexamplePath, errorInstance } = details;
  const words = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const shortest = fc.stringify(counterexample).slice(0, MAX_PRINTED);
  throw new Error(
    `${words}\nseed ${options.seed}, path ${counterexamplePath ?? 'none'}\nrequest: ${shortest}`,
  );
}
