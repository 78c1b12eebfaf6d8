/**
 * The window's `/api/*` calls, carried over the private socket. The secret is added here, so that the window holds
 * none; bodies and event streams pass as they come, both ways.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { SHELL_CHANNEL_HEADER, SOCKET_SECRET_HEADER } from '../src-server/contract/process';
import type { Problem } from '../src-server/contract/console/problem';
import type { Supervisor, Upstream } from './supervisor';

/** How long a call waits for a server that is starting, so that a first paint or a restart needs no retry. */
const PARK_MS = 10_000;
/** A server that has not begun to answer by then never will. */
const ANSWER_MS = 60_000;

/** Between two connections only (RFC 9110 §7.6.1), or ours to say. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  SOCKET_SECRET_HEADER,
  SHELL_CHANNEL_HEADER,
]);
const WITHOUT_BODY = new Set([204, 205, 304]);

export type ConsoleProxy = (request: Request) => Promise<Response>;

/** Never throws: a server that is away is a 503 problem of code `server_away`. */
export function createConsoleProxy(deps: {
  readonly whenUp: Supervisor['whenUp'];
  readonly parkMs?: number;
  readonly answerMs?: number;
}): ConsoleProxy {
  const { whenUp, parkMs = PARK_MS, answerMs = ANSWER_MS } = deps;
  const agent = new Agent({ keepAlive: true });

  return async (request) => {
    const deadline = Date.now() + parkMs;
    // A call that writes is sent once; whether it had its effect is for the window to ask.
    const mayRepeat = request.method === 'GET' || request.method === 'HEAD';
    for (let pauseMs = 25; ; pauseMs *= 2) {
      const upstream = await whenUp(Math.max(0, deadline - Date.now()), request.signal);
      if (!upstream || request.signal.aborted) return away('The server is not running.');
      try {
        // A kept connection may close under a request; one that may not be repeated gets its own.
        return await forward(request, upstream, mayRepeat ? agent : undefined, answerMs);
      } catch (error) {
        if (!mayRepeat || request.signal.aborted || Date.now() + pauseMs >= deadline)
          return away(String(error));
        await delay(pauseMs);
      }
    }
  };
}

/** @throws when the connection fails before the answer begins */
function forward(
  request: Request,
  upstream: Upstream,
  agent: Agent | undefined,
  answerMs: number,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: upstream.socketPath,
      path: pathname + search,
      method: request.method,
      headers: toHeaders(request, upstream.secret),
      agent: agent ?? false,
    });
    const abort = (): void => void outgoing.destroy(new Error('cancelled by the window'));
    const late = setTimeout(
      () => outgoing.destroy(new Error(`no answer within ${answerMs / 1000} s`)),
      answerMs,
    );
    request.signal.addEventListener('abort', abort);
    outgoing.on('close', () => {
      clearTimeout(late);
      request.signal.removeEventListener('abort', abort);
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      clearTimeout(late);
      resolve(toResponse(request.method, incoming, outgoing));
    });
    if (request.body) void sendBody(request.body, outgoing);
    else outgoing.end();
  });
}

function toHeaders(request: Request, secret: string): Record<string, string> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!NOT_FORWARDED.has(name)) headers[name] = value;
  });
  return { ...headers, host: 'console', [SOCKET_SECRET_HEADER]: secret };
}

async function sendBody(body: ReadableStream<Uint8Array>, outgoing: ClientRequest): Promise<void> {
  const reader = body.getReader();
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!outgoing.write(value)) await once(outgoing, 'drain', { signal: closed.signal });
    }
    outgoing.end();
  } catch (error) {
    // An answer that came before the body was read to its end stands.
    if (!outgoing.destroyed) outgoing.destroy(error instanceof Error ? error : undefined);
    await reader.cancel().catch(() => undefined);
  }
}

function toResponse(method: string, incoming: IncomingMessage, outgoing: ClientRequest): Response {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (NOT_FORWARDED.has(name) || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  if (method === 'HEAD' || WITHOUT_BODY.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(toStream(incoming, outgoing), { status, headers });
}

function toStream(incoming: IncomingMessage, outgoing: ClientRequest): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const end = (error?: Error): void => {
        if (isOver) return;
        isOver = true;
        if (error) controller.error(error);
        else controller.close();
      };
      incoming.on('data', (bytes: Buffer) => {
        if (isOver) return;
        controller.enqueue(new Uint8Array(bytes));
        if ((controller.desiredSize ?? 1) <= 0) incoming.pause();
      });
      incoming.on('end', () => end());
      incoming.on('error', end);
      incoming.on('close', () => end(incoming.complete ? undefined : new Error('the server went away')));
    },
    pull: () => void incoming.resume(),
    cancel() {
      isOver = true;
      outgoing.destroy();
    },
  });
}

function away(detail: string): Response {
  const problem: Problem = {
    type: 'about:blank',
    title: 'The server is away',
    status: 503,
    detail,
    code: 'server_away',
    requestId: '',
  };
  return Response.json(problem, {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1', 'cache-control': 'no-store' },
  });
}
