import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rateLimitHeaders } from '../http/credentials';
import { publicField } from '../../lib/errors';
import { toAppError } from '../http/dialect';
import type { McpAnswerer } from './answer';
import { INVALID_REQUEST, PARSE_ERROR, sendFault, TRANSPORT_ERROR } from './json-rpc';
import type { McpSurface } from './open-access';
import type { McpDoorOptions } from './tool';
import { createToolCatalogue } from './tool-catalogue';

export { isJsonRpcBody } from './json-rpc';

const STREAM_PATH = '/api/mcp/stream';
const REFUSED_METHODS = ['GET', 'DELETE', 'PUT', 'PATCH'];

/** What the gateway route on `/api/mcp` needs of the MCP server. */
export interface McpDoor {
  /** Answers a JSON-RPC body posted to `/api/mcp` (see `isJsonRpcBody`). */
  answer(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<FastifyReply>;
  /** `GET /api/mcp` with `Accept: text/event-stream`, and `DELETE`: a stateless server has no stream, 405. */
  refuseMethod(reply: FastifyReply): FastifyReply;
  /** A refusal of ours as JSON-RPC words it: -32700 for malformed JSON. Undefined for errors that are unexpected. */
  refuse(error: unknown, reply: FastifyReply): FastifyReply | undefined;
}

/**
 * Mounts the MCP server at `POST /api/mcp/stream`. Origin and Host are checked by the app's own hook.
 * @throws Error when the host's tools cannot be listed: a malformed or ambiguous name, a schema of no object.
 */
export async function mountMcp<Caller>(
  app: FastifyInstance,
  options: McpDoorOptions<Caller>,
): Promise<McpDoor> {
  const catalogue = createToolCatalogue(options.host.listTools());
  let loading: Promise<McpAnswerer> | undefined;
  // The SDK takes longer to load than the rest of the door; the server is ready before it.
  const load = () => {
    loading ??= import('./answer').then(({ createAnswerer }) => createAnswerer(options, catalogue));
    return loading;
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply, body: unknown, surface: McpSurface) => {
    const answerer = await load();
    return answerer.answer(request, reply, body, surface);
  };

  app.addHook('onListen', async () => {
    await load();
  });
  app.addHook('preClose', async () => {
    if (loading !== undefined) await (await loading).close();
  });

  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      if (request.method !== 'POST' || isJson(request.headers['content-type'])) return;
      const message = 'Unsupported Media Type: Content-Type must be application/json';
      await sendFault(reply, { status: 415, code: TRANSPORT_ERROR, message }, null);
    });
    scope.setErrorHandler((error, _request, reply) => {
      const refused = refuse(error, reply);
      if (refused === undefined) throw error;
      return refused;
    });
    scope.post(STREAM_PATH, (request, reply) => answer(request, reply, request.body, 'stream'));
    scope.route({
      method: REFUSED_METHODS,
      url: STREAM_PATH,
      handler: async (_request, reply) => refuseMethod(reply),
    });
  });

  return {
    answer: (request, reply, body) => answer(request, reply, body, 'gateway'),
    refuseMethod,
    refuse,
  };
}

function refuseMethod(reply: FastifyReply): FastifyReply {
  reply.header('allow', 'POST');
  return sendFault(reply, { status: 405, code: TRANSPORT_ERROR, message: 'Method not allowed.' }, null);
}

function refuse(error: unknown, reply: FastifyReply): FastifyReply | undefined {
  const known = toAppError(error);
  if (known === undefined) return undefined;
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds));
  reply.headers(rateLimitHeaders(undefined, known));
  const status = known.catalogue.mmaStatus;
  if (isSyntaxError(error)) {
    const message = 'Parse error: the request body is not valid JSON';
    return sendFault(reply, { status, code: PARSE_ERROR, message }, null);
  }
  const code = known.code === 'validation' ? INVALID_REQUEST : TRANSPORT_ERROR;
  const data = known.fields.length > 0 ? { fields: known.fields.map(publicField) } : undefined;
  return sendFault(reply, { status, code, message: known.message, data }, null);
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

function isSyntaxError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof SyntaxError || isSyntaxError(error.cause)) return true;
  return 'code' in error && SYNTAX_ERROR_CODES.has(String(error.code));
}

const SYNTAX_ERROR_CODES = new Set(['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY']);
