import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { SECOND } from '../../lib/clock';
import { assertReachable, BlockedTargetError, checkedLookup, type Resolve } from './targets';

/** HOOK-10: an endpoint must answer within this. */
export const ANSWER_WITHIN_MS = 10 * SECOND;
/** Of an answer's body; the rest is not read. */
export const ANSWER_KEPT_BYTES = 16 * 1_024;
const ANSWER_HEADERS_KEPT = 50;
const HEADER_KEPT = 1_000;
/** Node's own bound on headers. */
const MAX_HEADER_BYTES = 16 * 1_024;
/** Shorter than most receivers keep an idle connection: one that both close at once loses its request. */
const KEEP_ALIVE_MS = 3 * SECOND;
/** Addresses last connected to that are remembered. */
const ADDRESSES_KEPT = 5_000;

export interface OutgoingPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Its owner lets webhooks go to this host and port, be they local. */
  readonly mayBeLocal: boolean;
}

/** Why an attempt failed; words are the doors'. */
export type AttemptError =
  | 'http_status'
  | 'redirect'
  | 'timeout'
  | 'blocked_target'
  | 'unknown_host'
  | 'refused'
  | 'closed_early'
  | 'tls'
  | 'failed';

export interface Answered {
  readonly statusCode: number | null;
  readonly headers: Record<string, string> | null;
  readonly body: string | null;
  /** There was more than is kept. */
  readonly isCut: boolean;
  readonly latencyMs: number;
  /** Null for a success: any 2xx (C-45). */
  readonly error: AttemptError | null;
  readonly address: string | null;
}

/** Carries one request out of the server. Never throws: what went wrong is in the answer. */
export interface Sender extends AsyncDisposable {
  post(request: OutgoingPost): Promise<Answered>;
}

type Undici = typeof import('undici');

export const resolveBySystem: Resolve = (hostname, callback) =>
  lookup(hostname, { all: true, verbatim: true }, callback);

/** Answers the connector of one kind of target, which remembers where it connected to. */
function checkedConnector(
  undici: Undici,
  resolve: Resolve,
  mayBeLocal: boolean,
  note: (origin: string, address: string) => void,
): buildConnector.connector {
  const connect = undici.buildConnector({
    timeout: ANSWER_WITHIN_MS,
    lookup: checkedLookup(resolve, mayBeLocal),
  });
  return (options, callback) => {
    try {
      // A literal address is connected to without any lookup.
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0) assertReachable(host, mayBeLocal);
    } catch (blocked) {
      callback(blocked as Error, null);
      return;
    }
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      const address = socket.remoteAddress ?? '';
      try {
        assertReachable(address, mayBeLocal);
      } catch (blocked) {
        socket.destroy();
        return callback(blocked as Error, null);
      }
      note(`${options.protocol}//${options.host ?? options.hostname}`, address);
      return callback(null, socket);
    });
  };
}

/**
 * Posts over HTTP. Connections are kept apart by what they may reach, so that one made under an exception serves
 * nothing else. Redirects are not followed.
 */
export function createSender({ resolve = resolveBySystem }: { readonly resolve?: Resolve } = {}): Sender {
  let agents: Promise<{ undici: Undici; open: Agent; local: Agent }> | undefined;
  const underWay = new Set<AbortController>();
  const addresses = new Map<string, string>();
  const note = (origin: string, address: string): void => {
    addresses.delete(origin);
    addresses.set(origin, address);
    if (addresses.size > ADDRESSES_KEPT) addresses.delete(addresses.keys().next().value ?? '');
  };

  // Most installations never send: the library is loaded by the first delivery, not by the start.
  const load = async () => {
    const undici = await import('undici');
    const agentFor = (mayBeLocal: boolean): Agent =>
      new undici.Agent({
        connect: checkedConnector(undici, resolve, mayBeLocal, note),
        pipelining: 1,
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
        headersTimeout: ANSWER_WITHIN_MS,
        bodyTimeout: ANSWER_WITHIN_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      });
    return { undici, open: agentFor(false), local: agentFor(true) };
  };

  return {
    async post({ url, headers, body, mayBeLocal }) {
      agents ??= load();
      const { undici, open, local } = await agents;
      const began = performance.now();
      const elapsed = (): number => Math.round(performance.now() - began);
      const { origin } = new URL(url);
      const failed = (error: unknown): Answered => ({
        statusCode: null,
        headers: null,
        body: null,
        isCut: false,
        latencyMs: elapsed(),
        error: toAttemptError(error),
        address: error instanceof BlockedTargetError ? error.address : (addresses.get(origin) ?? null),
      });
      const ending = new AbortController();
      underWay.add(ending);
      const timer = setTimeout(() => ending.abort(), ANSWER_WITHIN_MS);
      try {
        const answer = await undici.request(url, {
          method: 'POST',
          dispatcher: mayBeLocal ? local : open,
          headers,
          body,
          signal: ending.signal,
        });
        const latencyMs = elapsed();
        const read = await readBounded(answer.body);
        return {
          statusCode: answer.statusCode,
          headers: keptHeaders(answer.headers),
          body: read.text,
          isCut: read.isCut,
          latencyMs,
          error: read.error ?? statusError(answer.statusCode),
          address: addresses.get(origin) ?? null,
        };
      } catch (error) {
        return failed(error);
      } finally {
        clearTimeout(timer);
        underWay.delete(ending);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const ending of underWay) ending.abort();
      if (!agents) return;
      const { open, local } = await agents;
      await Promise.all([open.destroy(), local.destroy()]);
    },
  };
}

export function statusError(statusCode: number): AttemptError | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  return statusCode >= 300 && statusCode < 400 ? 'redirect' : 'http_status';
}

/** Reads what is kept and hangs up on the rest. A body that never ends is cut by time; one that breaks off is an error. */
async function readBounded(
  body: Dispatcher.ResponseData['body'],
): Promise<{ text: string; isCut: boolean; error: AttemptError | null }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let isCut = false;
  let error: AttemptError | null = null;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      isCut = size > ANSWER_KEPT_BYTES;
      // Leaving the loop destroys the stream, and its connection with it.
      if (isCut) break;
    }
  } catch (broken) {
    const reason = toAttemptError(broken);
    if (reason === 'timeout') isCut = true;
    else error = 'closed_early';
  }
  return { text: Buffer.concat(chunks).subarray(0, ANSWER_KEPT_BYTES).toString('utf8'), isCut, error };
}

function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .slice(0, ANSWER_HEADERS_KEPT)
      .map(([name, value]) => [
        name,
        (Array.isArray(value) ? value.join(', ') : (value ?? '')).slice(0, HEADER_KEPT),
      ]),
  );
}

const BY_CODE: Readonly<Record<string, AttemptError>> = {
  BLOCKED_TARGET: 'blocked_target',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'closed_early',
  ECONNRESET: 'closed_early',
  EPIPE: 'closed_early',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
  EAI_FAIL: 'unknown_host',
};

function toAttemptError(error: unknown): AttemptError {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timeout';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = BY_CODE[code];
  if (known) return known;
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return 'tls';
  return error.cause === undefined || error.cause === error ? 'failed' : toAttemptError(error.cause);
}
