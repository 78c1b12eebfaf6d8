import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProtocolError } from '@modelcontextprotocol/server';
import { clientInfoOf, withHandshakeDefaults } from './client-info';
import { readDirectCall } from './direct-call';
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  requestIdOf,
  requestMethodOf,
  sendFault,
  sendJson,
  toFaultJson,
  TRANSPORT_ERROR,
  type RequestId,
} from './json-rpc';
import { isOpenToStrangers, type McpSurface } from './open-access';
import { createRequestContext } from './request-context';
import { createSdkLeg, type SdkExchange } from './sdk-leg';
import {
  isRefusal,
  type McpDoorOptions,
  type McpRefusal,
  type McpRequestContext,
  type McpTool,
} from './tool';
import type { ToolCatalogue } from './tool-catalogue';
import { chooseNaming } from './tool-naming';
import { renderResult, toCallToolResult, toResultJson, type RenderedResult } from './tool-result';

export interface McpAnswerer {
  answer(
    request: FastifyRequest,
    reply: FastifyReply,
    body: unknown,
    surface: McpSurface,
  ): Promise<FastifyReply>;
  close(): Promise<void>;
}

type ToolOutcome =
  | {
      readonly kind: 'result';
      readonly rendered: RenderedResult;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'refusal'; readonly refusal: McpRefusal }
  | { readonly kind: 'failed' };

const FAILED: ToolOutcome = { kind: 'failed' };
const INTERNAL_FAULT = { code: INTERNAL_ERROR, message: 'Internal error' };
const SERVER_INFO_META_KEY = 'io.modelcontextprotocol/serverInfo';

/** Answers one JSON-RPC message over HTTP: who asks, whether they may, and by which way it is answered. */
export function createAnswerer<Caller>(
  options: McpDoorOptions<Caller>,
  catalogue: ToolCatalogue,
): McpAnswerer {
  const { host, log } = options;
  const serverInfoMeta = `"${SERVER_INFO_META_KEY}":${JSON.stringify(options.serverInfo)}`;
  const sdk = createSdkLeg({
    ...options,
    catalogue,
    // Every message that the SDK refuses comes by here; its client is told.
    onError: (error) => log.debug({ err: error }, 'mcp message refused'),
  });

  async function runTool(
    tool: McpTool,
    args: Record<string, unknown>,
    context: McpRequestContext<Caller>,
    request: FastifyRequest,
  ): Promise<ToolOutcome> {
    if (context.auth === null && !tool.isOpen)
      return { kind: 'refusal', refusal: options.challenge(request) };
    try {
      const answer = await host.callTool(tool.name, args, context);
      if (isRefusal(answer)) return { kind: 'refusal', refusal: answer };
      const rendered = renderResult(tool, answer);
      return { kind: 'result', rendered, headers: answer.headers ?? {} };
    } catch (error) {
      log.error({ err: error, tool: tool.name, requestId: request.id }, 'mcp tool failed');
      return FAILED;
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, body: unknown, surface: McpSurface) {
    if (Array.isArray(body)) {
      const message = 'Batches are not supported: send one JSON-RPC message per request';
      return sendFault(reply, { status: 400, code: INVALID_REQUEST, message }, null);
    }
    const authentication = await options.authenticate(request);
    if (authentication !== null && 'refusal' in authentication) {
      return sendRefusal(reply, authentication.refusal, requestIdOf(body));
    }
    const auth = authentication === null ? null : authentication.caller;
    if (auth === null && !isOpenToStrangers(body, surface, catalogue)) {
      return sendRefusal(reply, options.challenge(request), requestIdOf(body));
    }
    const named = clientInfoOf(body);
    if (auth !== null && named !== undefined) {
      options.noteClient?.(auth, named);
      if (requestMethodOf(body) === 'initialize') options.rememberClient(auth, named);
    }
    const clientInfo = named ?? (auth === null ? undefined : options.clientOf(auth));
    const naming = () => {
      const setting = auth === null ? undefined : options.namesSetting(auth);
      return chooseNaming({ query: request.query, setting, clientInfo });
    };
    const context = createRequestContext({ auth, clientInfo, naming, request, reply });
    const stream = readAccept(request.headers.accept);

    const call = readDirectCall(request.headers, body);
    const tool = call === undefined ? undefined : catalogue.find(call.name);
    if (call === undefined || tool === undefined) {
      return answerBySdk({ request, reply, body, context, naming: naming(), stream });
    }
    const outcome = await runTool(tool, call.args, context, request);
    if (outcome.kind === 'refusal') return sendRefusal(reply, outcome.refusal, call.id);
    if (outcome.kind === 'failed') {
      return sendMessage(reply, 200, toFaultJson(INTERNAL_FAULT, call.id), stream);
    }
    const result =
      call.era === 'modern'
        ? toResultJson(outcome.rendered, serverInfoMeta, 'complete')
        : toResultJson(outcome.rendered);
    reply.headers(outcome.headers);
    const message = `{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(call.id)}}`;
    return sendMessage(reply, 200, message, stream);
  }

  async function answerBySdk(parts: {
    request: FastifyRequest;
    reply: FastifyReply;
    body: unknown;
    context: McpRequestContext<Caller>;
    naming: SdkExchange['naming'];
    stream: SdkExchange['stream'];
  }): Promise<FastifyReply> {
    const { request, reply, context, naming, stream } = parts;
    let refusal: McpRefusal | undefined;
    const response = await sdk.serve({
      body: withHandshakeDefaults(parts.body),
      request: toWebRequest(request, context.signal),
      naming,
      stream,
      async callTool(name, args) {
        const tool = catalogue.find(name);
        if (tool === undefined) {
          throw new ProtocolError(INVALID_PARAMS, `Tool ${name} not found`);
        }
        const outcome = await runTool(tool, args, context, request);
        if (outcome.kind === 'result') {
          reply.headers(outcome.headers);
          return toCallToolResult(outcome.rendered);
        }
        if (outcome.kind === 'failed') throw new ProtocolError(INTERNAL_ERROR, INTERNAL_FAULT.message);
        // The refusal takes the place of whatever the SDK makes of this, unless a stream is already open.
        refusal = outcome.refusal;
        throw new ProtocolError(TRANSPORT_ERROR, refusal.message);
      },
    });
    if (refusal !== undefined && !isEventStream(response)) {
      return sendRefusal(reply, refusal, requestIdOf(parts.body));
    }
    return sendResponse(reply, response, stream);
  }

  return { answer, close: () => sdk.close() };
}

function sendRefusal(reply: FastifyReply, refusal: McpRefusal, id: RequestId | null): FastifyReply {
  const { status, headers, message, data } = refusal;
  reply.headers(headers);
  return sendFault(reply, { status, code: TRANSPORT_ERROR, message, data }, id);
}

async function sendResponse(
  reply: FastifyReply,
  response: Response,
  stream: SdkExchange['stream'],
): Promise<FastifyReply> {
  for (const [name, value] of response.headers) {
    if (!SET_BY_US.has(name)) reply.header(name, value);
  }
  if (isEventStream(response)) {
    // Fastify reads a web stream itself, and cancels it when the client goes.
    return reply.code(response.status).header('content-type', 'text/event-stream').send(response.body);
  }
  if (response.body === null) return reply.code(response.status).send();
  return sendMessage(reply, response.status, await response.text(), stream);
}

const SET_BY_US = new Set(['connection', 'content-length', 'content-type']);

/** An answer as JSON, or as the one event of a stream for the client that can read nothing else. */
function sendMessage(
  reply: FastifyReply,
  status: number,
  json: string,
  stream: SdkExchange['stream'],
): FastifyReply {
  if (stream !== 'only' || status !== 200) return sendJson(reply, status, json);
  reply.header('content-type', 'text/event-stream').header('cache-control', 'no-cache, no-transform');
  return reply.code(status).send(`event: message\ndata: ${json}\n\n`);
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/**
 * What the client can read. A stream only where it says so and does not take JSON: both eras allow plain JSON for
 * an answer without events, and many hand-written clients name JSON alone, or nothing.
 */
function readAccept(accept: string | undefined): SdkExchange['stream'] {
  if (accept?.includes('text/event-stream') !== true) return 'never';
  return accept.includes('application/json') || accept.includes('*/*') ? 'possible' : 'only';
}

/** The SDK's view of the request: the protocol's own headers, and an `Accept` that it takes from anybody. */
function toWebRequest(request: FastifyRequest, signal: AbortSignal): Request {
  const headers = new Headers({
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  });
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith('mcp-') || value === undefined) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request('http://mcp.invalid/', { method: 'POST', headers, signal });
}
