import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { text } from '../../contract/common';
import { AppError } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { noteOf, rateLimitHeaders, type Authenticated } from '../http/credentials';
import { isJsonRpcBody, type McpDoor } from '../mcp/mount';
import type { MmaTool, SealAnswer, ToolReply } from './tool';

const gatewayBody = z.object({ tool: text(100, 1), payload: z.unknown().optional() });

/** ERR-14: `{ "ok": true, "data": … }`. */
export const sealOk: SealAnswer = (data) => ({ status: 200, body: JSON.stringify({ ok: true, data }) });

export function sendReply(reply: FastifyReply, answer: ToolReply, seal: SealAnswer): FastifyReply {
  const sealed = answer.replayed ?? seal(answer.data);
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  return reply
    .code(sealed.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(sealed.body);
}

export interface GatewayDeps {
  readonly tools: ReadonlyMap<string, MmaTool>;
  readonly authenticate: (request: FastifyRequest, transport: 'gateway' | 'rest') => Promise<Authenticated>;
  readonly mcp: McpDoor;
  readonly openApi: () => object;
  readonly inputSchemaOf: (tool: MmaTool) => object;
}

/** `POST`/`GET /api/mcp` and its OpenAPI document (MCP-1, MCP-2). JSON-RPC bodies go to the MCP server (C-76). */
export function mountGateway(app: FastifyInstance, deps: GatewayDeps): void {
  const post = {
    config: { dialect: 'mma', isWrite: true },
    // A body that could not be read is answered in the dialect it was written in.
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
      const refused = request.rawBody.includes('"jsonrpc"') ? deps.mcp.refuse(error, reply) : undefined;
      if (refused === undefined) throw error;
    },
  } as const;
  app.post('/api/mcp', post, async (request, reply) => {
    const { body } = request;
    if (isJsonRpcBody(body)) return deps.mcp.answer(request, reply, body);
    const { caller, hasCredential } = await deps.authenticate(request, 'gateway');
    if (typeof body !== 'object' || body === null || !('tool' in body)) {
      throw new AppError('validation', 'body: needs "tool" for the gateway, or "jsonrpc" for MCP.', {
        fields: [{ path: 'tool', message: 'is required' }],
      });
    }
    const { tool: name, payload } = parseOrThrow(gatewayBody, body);
    const tool = deps.tools.get(name) ?? deps.tools.get(dotted(name, deps.tools));
    if (!tool) {
      throw new AppError(
        'tool_not_found',
        `There is no tool "${name.slice(0, 60)}"; GET /api/mcp lists them.`,
      );
    }
    if (!hasCredential && !tool.isOpen) {
      throw new AppError('unauthenticated', `${tool.name} needs an API key: Authorization: Bearer mma_…`);
    }
    const answer = await tool.call(payload, caller, { seal: sealOk, note: noteOf(request) });
    reply.headers(rateLimitHeaders(caller));
    return sendReply(reply, answer, sealOk);
  });

  app.get('/api/mcp', { config: { dialect: 'mma' } }, async (request, reply) => {
    // C-77: the same path is a stream to MCP clients and a list to everybody else.
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? '')) return deps.mcp.refuseMethod(reply);
    const { caller } = await deps.authenticate(request, 'gateway');
    reply.headers(rateLimitHeaders(caller));
    return {
      ok: true,
      data: {
        tools: [...deps.tools.values()].map((tool) => ({
          name: tool.name,
          description: tool.description,
          scope: tool.scope,
          actors: tool.actors,
          payload: deps.inputSchemaOf(tool),
        })),
      },
    };
  });

  app.route({
    method: ['DELETE', 'PUT', 'PATCH'],
    url: '/api/mcp',
    config: { dialect: 'mma' },
    handler: async (_request, reply) => deps.mcp.refuseMethod(reply),
  });

  app.get('/api/mcp/openapi.json', { config: { dialect: 'mma' } }, async (request, reply) => {
    const { caller } = await deps.authenticate(request, 'rest');
    return reply.headers(rateLimitHeaders(caller)).send(deps.openApi());
  });
}

/** `search_query` for `search.query`: hosts that refuse dots send it back so (decisions §1). */
function dotted(name: string, tools: ReadonlyMap<string, MmaTool>): string {
  for (const known of tools.keys()) if (known.replaceAll('.', '_') === name) return known;
  return name;
}
