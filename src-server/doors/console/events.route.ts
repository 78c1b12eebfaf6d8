import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LiveEvent } from '../../contract/console/events';
import type { Caller } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import { SECOND } from '../../lib/clock';
import type { LiveBus } from '../../outbox/live';
import { CONSOLE_PREFIX } from './mount-console';

/** Keeps proxies and dead sockets honest. */
const HEARTBEAT_MS = 25 * SECOND;
/** Chromium waits three seconds by default; the window should be live again at once. */
const RETRY_MS = 250;

/** The live stream of the console: one SSE connection per window. */
export function mountEvents(
  app: FastifyInstance,
  {
    live,
    callerOf,
  }: { readonly live: LiveBus; readonly callerOf: (request: FastifyRequest) => Promise<Caller> | Caller },
): void {
  app.get(`${CONSOLE_PREFIX}/events`, { config: { dialect: 'console' } }, async (request, reply) => {
    const caller = await callerOf(request);
    if (caller.actor.type !== 'user') throw new AppError('unauthenticated', 'Sign in first.');
    const { userId } = caller.actor;
    const write = (event: LiveEvent): void => {
      reply.raw.write(`event: ${event.topic}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const unsubscribe = live.subscribe(userId, write);
    if (!unsubscribe)
      throw new AppError('rate_limited', 'Too many windows are open for this person.', {
        reason: 'windows_full',
        retryAfterSeconds: 5,
      });
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    reply.raw.write(`retry: ${RETRY_MS}\n\n`);
    write({ topic: 'hello', id: null, change: 'connected' });
    const heartbeat = setInterval(() => reply.raw.write(': \n\n'), HEARTBEAT_MS);
    heartbeat.unref();
    reply.raw.on('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
    });
    return reply;
  });
}
