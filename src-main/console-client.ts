/**
 * The shell's own calls to its server over the private socket, for what must work without a window: tray,
 * notifications, freeze. They go through the same endpoints, checks and gate as those of the window.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { z } from 'zod';
import type { ConsoleEndpoint } from '../src-server/contract/console/endpoint';
import { liveEvent } from '../src-server/contract/console/events';
import type { LiveEvent } from '../src-server/contract/console/events';
import { problem } from '../src-server/contract/console/problem';
import {
  NOTIFICATION_CHANNEL,
  SHELL_CHANNEL_HEADER,
  SOCKET_SECRET_HEADER,
} from '../src-server/contract/process';
import type { Supervisor, Upstream } from './supervisor';

const ANSWER_MS = 10_000;
/** No answer the shell asks for is anywhere near this. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_EVENT_CHARS = 64 * 1024;
const MIN_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 3000;

/** The server said no, or was not there (`server_away`). */
export class ConsoleCallError extends Error {
  override readonly name = 'ConsoleCallError';
  constructor(
    /** As in a problem: `already_decided`, `stale_version`, … */
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

type Parts<P, Q, B> = (P extends undefined ? unknown : { readonly params: P }) &
  (Q extends undefined ? unknown : { readonly query?: Q }) &
  (B extends undefined ? unknown : { readonly body: B });

/** @throws {ConsoleCallError} for every answer but a good one */
export type ConsoleCall = <
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
>(
  endpoint: ConsoleEndpoint<P, Q, B, A>,
  parts: Parts<z.input<P>, z.input<Q>, z.input<B>>,
) => Promise<z.output<A>>;

interface Given {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

export function createConsoleCall(deps: {
  readonly whenUp: Supervisor['whenUp'];
  /** How long a call waits for a server that is starting. */
  readonly waitMs?: number;
}): ConsoleCall {
  const { whenUp, waitMs = ANSWER_MS } = deps;
  return async (endpoint, parts) => {
    const { params, query, body } = parts as Given;
    const upstream = await whenUp(waitMs);
    if (!upstream) throw new ConsoleCallError('server_away', 'The server is not running.');
    const { status, text } = await exchange(upstream, {
      method: endpoint.method,
      path: toPath(endpoint.path, params, query),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const json = parseJson(text);
    if (status < 200 || status > 299) {
      const known = problem.safeParse(json).data;
      throw new ConsoleCallError(known?.code ?? `status_${status}`, known?.detail ?? `answered ${status}`);
    }
    return endpoint.answer.parse(json);
  };
}

/**
 * Keeps one live stream open for as long as the app runs: opened anew with backoff whenever it ends, also while the
 * server restarts or nobody is set up yet. `onOpen` is called with each new stream, since events were missed before it.
 */
export function followEvents(deps: {
  readonly whenUp: Supervisor['whenUp'];
  readonly onOpen: () => void;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onBreak: () => void;
}): Disposable {
  const over = new AbortController();
  void follow(deps, over.signal);
  return { [Symbol.dispose]: () => over.abort() };
}

async function follow(deps: Parameters<typeof followEvents>[0], over: AbortSignal): Promise<void> {
  let backoffMs = MIN_BACKOFF_MS;
  while (!over.aborted) {
    const upstream = await deps.whenUp(60_000, over);
    if (over.aborted) return;
    if (upstream) {
      const wasOpen = await readStream(upstream, deps, over);
      if (wasOpen) {
        backoffMs = MIN_BACKOFF_MS;
        deps.onBreak();
      }
    }
    await pause(backoffMs, over);
    backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
  }
}

/** Resolves when the stream is over; true when it was ever open. */
function readStream(
  upstream: Upstream,
  { onOpen, onEvent }: Pick<Parameters<typeof followEvents>[0], 'onOpen' | 'onEvent'>,
  over: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    let isOpen = false;
    const outgoing = httpRequest({
      socketPath: upstream.socketPath,
      path: '/api/console/events',
      headers: { ...headersOf(upstream), accept: 'text/event-stream' },
      agent: false,
      signal: over,
    });
    outgoing.on('error', () => resolve(isOpen));
    outgoing.on('response', (incoming) => {
      if (incoming.statusCode !== 200) {
        incoming.resume();
        incoming.on('close', () => resolve(false));
        return;
      }
      isOpen = true;
      onOpen();
      readEvents(incoming, onEvent);
      incoming.on('error', () => undefined);
      incoming.on('close', () => resolve(true));
    });
    outgoing.end();
  });
}

function readEvents(incoming: IncomingMessage, onEvent: (event: LiveEvent) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  incoming.on('data', (bytes: Buffer) => {
    const blocks = (rest + decoder.write(bytes)).split('\n\n');
    rest = (blocks.pop() ?? '').slice(0, MAX_EVENT_CHARS);
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice('data:'.length))
        .join('\n');
      if (data === '') continue;
      const event = liveEvent.safeParse(parseJson(data));
      if (event.success) onEvent(event.data);
    }
  });
}

function exchange(
  upstream: Upstream,
  call: { readonly method: string; readonly path: string; readonly body: string | undefined },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: upstream.socketPath,
      method: call.method,
      path: call.path,
      headers: {
        ...headersOf(upstream),
        ...(call.body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(call.body) }),
      },
      agent: false,
      timeout: ANSWER_MS,
    });
    const fail = (error: Error): void => reject(new ConsoleCallError('server_away', error.message));
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (bytes: Buffer) => {
        size += bytes.length;
        if (size > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is too long'));
        else chunks.push(bytes);
      });
      incoming.on('error', fail);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 502, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    outgoing.end(call.body);
  });
}

function headersOf(upstream: Upstream): Record<string, string> {
  return {
    host: 'console',
    [SOCKET_SECRET_HEADER]: upstream.secret,
    [SHELL_CHANNEL_HEADER]: NOTIFICATION_CHANNEL,
  };
}

function toPath(template: string, params: Given['params'] = {}, query: Given['query'] = {}): string {
  const path = template.replaceAll(/:(\w+)/g, (_match, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return `/api/console${path}${text === '' ? '' : `?${text}`}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener('abort', done);
  });
}
