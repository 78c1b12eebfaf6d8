import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError, isAppError } from '../../lib/errors';
import type { TrustProxy } from '../../config';
import type { Ids } from '../../lib/ids';
import type { Logger } from '../../lib/logger';
import type { Caller } from '../../gate/caller';
import { rateLimitHeaders } from './credentials';
import { toAppError, wordError, type Dialect } from './dialect';
import { assertReadable } from './readable';

/** decisions §1: bodies 256 KB. */
export const BODY_LIMIT_BYTES = 256 * 1024;
const MAX_PARAM_LENGTH = 200;

/** What every answer carries that does not say otherwise: it is data, ours alone, and not kept. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** One registered route, for walks over the whole table and `cli routes`. */
export interface RouteRow {
  readonly method: string;
  readonly path: string;
  readonly dialect: Dialect | undefined;
  readonly isWrite: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly routeTable: RouteRow[];
  }
  interface FastifyRequest {
    /** The body as it came, for the hash of an idempotent request. */
    rawBody: string;
    caller: Caller | undefined;
  }
}

/** What both listeners share: body parsing, ids, error words, no framework defaults that leak. */
export function createBaseApp({
  log,
  ids,
  dialect,
  trustProxy,
}: {
  readonly log: Logger;
  readonly ids: Ids;
  readonly dialect: (url: string) => Dialect;
  readonly trustProxy?: TrustProxy | undefined;
}): FastifyInstance {
  const app = Fastify({
    // Off unless set: a header anybody can write would choose whose limits and whose audit rows a call counts for.
    trustProxy:
      typeof trustProxy === 'number'
        ? (_address, hop) => hop < trustProxy
        : trustProxy
          ? [...trustProxy]
          : false,
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    keepAliveTimeout: 30_000,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: () => ids.prefixed('tr'),
    frameworkErrors: (error, request, reply) => {
      sendError(error, request.url ?? '/', request.id, reply);
    },
  });

  const routeTable: RouteRow[] = [];
  app.decorate('routeTable', routeTable);
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) {
      if (one === 'HEAD') continue;
      routeTable.push({
        method: one,
        path: url,
        dialect: config?.dialect,
        isWrite: config?.isWrite === true,
      });
    }
  });

  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.decorateRequest('rawBody', '');
  app.decorateRequest('caller', undefined);
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json\b/i,
    { parseAs: 'string' },
    (request, text, done) => {
      const raw = String(text);
      request.rawBody = raw;
      // A POST without a body is common among agents; schemas say what is missing.
      if (raw.trim() === '') {
        done(null, undefined);
        return;
      }
      void parseJson(request, raw, (error, body) => {
        if (error) {
          done(new AppError('validation', 'The body is not valid JSON.', { cause: error }));
          return;
        }
        try {
          assertReadable(body, '');
        } catch (refusal) {
          done(refusal instanceof Error ? refusal : new Error('unreadable body'));
          return;
        }
        done(null, body);
      });
    },
  );

  const sendError = (error: unknown, url: string, requestId: string, reply: FastifyReply): void => {
    const known = toAppError(error);
    if (!known) log.error({ err: error, requestId, url: url.split('?', 1)[0] }, 'unexpected error');
    const routeDialect = reply.request?.routeOptions?.config?.dialect;
    const worded = wordError(known, routeDialect ?? dialect(url), requestId);
    void reply
      .code(worded.status)
      // No hook runs for an address that is no address.
      .headers({ ...SAFE_HEADERS, ...rateLimitHeaders(reply.request?.caller, error), ...worded.headers })
      .header('content-type', worded.contentType)
      .send(JSON.stringify(worded.body));
  };

  answerWhatBegan(app);

  // Bodies are looked at when they are parsed; a query can hold the same.
  app.addHook('preValidation', async (request) => assertReadable(request.query, ''));
  app.setErrorHandler((error, request, reply) => sendError(error, request.url, request.id, reply));
  app.setNotFoundHandler((request: FastifyRequest, reply) =>
    sendError(new AppError('not_found', 'There is nothing at this address.'), request.url, request.id, reply),
  );
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
  return app;
}

export { isAppError };

/** Longest that a stop waits for answers, ms; a write is on disk within a turn or two of the event loop. */
const ANSWER_WITHIN_MS = 3_000;

/**
 * A stop ends every connection, and a write may be done while its answer still waits for the commit it shares with
 * others: those are answered first. Reads may be cut off, and what comes later is refused.
 */
function answerWhatBegan(app: FastifyInstance): void {
  const begun = new Set<object>();
  let wake = (): void => undefined;
  app.addHook('preValidation', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    begun.add(reply.raw);
    reply.raw.once('close', () => {
      begun.delete(reply.raw);
      if (begun.size === 0) wake();
    });
  });
  app.addHook('preClose', async () => {
    if (begun.size === 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, ANSWER_WITHIN_MS).unref();
    });
  });
}
