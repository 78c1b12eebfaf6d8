import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PROPOSAL_STATUSES } from '../../contract/mma/tools';
import type { Caller } from '../../gate/caller';
import { isAppError, publicField } from '../../lib/errors';
import { sha256Hex } from '../../lib/vault';
import type { Logger } from '../../lib/logger';
import { addressOf } from '../http/address';
import { idempotencyOf, rateLimitHeaders } from '../http/credentials';
import type { McpRequestContext, McpTool, McpToolAnswer, McpToolHost } from '../mcp/tool';
import type { MmaTool, SealAnswer } from './tool';

/** JSON Schema of a payload as clients get it, made once at start. */
export function inputSchemaOf(tool: MmaTool): object {
  return z.toJSONSchema(tool.payload, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
}

/** Plain tools of the platform, as MCP prints them: every result is an object, errors are `isError` results. */
function toMcpTool(tool: MmaTool): McpTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchemaOf(tool),
    outputSchema: OUTPUT_SCHEMAS[tool.name],
    annotations: tool.annotations,
    isOpen: tool.isOpen,
  };
}

const HELD = {
  type: 'object',
  properties: {
    status: { type: 'string', description: 'PENDING_CONFIRMATION until a person decided' },
    draftId: { type: 'string', description: 'Ask proposals.get with it' },
    message: { type: 'string' },
  },
  required: ['status'],
} as const;
/** A proposal as its agent reads it, on MCP and in the OpenAPI document. */
export const PROPOSAL_SCHEMA = {
  type: 'object',
  properties: {
    draftId: { type: 'string' },
    status: {
      enum: PROPOSAL_STATUSES,
      description: 'REMOVED: it was executed, and the owner took it back later',
    },
    version: { type: 'integer' },
    payloadSha256: { type: 'string' },
    input: { type: 'object' },
    decision: { type: ['object', 'null'] },
    removedAt: { type: ['string', 'null'], description: 'When the owner took the executed action back' },
  },
  required: ['draftId', 'status', 'version', 'payloadSha256', 'input', 'decision', 'removedAt'],
} as const;

/** Only what every result conforms to; unknown members are allowed by JSON Schema's default. */
const OUTPUT_SCHEMAS: Readonly<Record<string, object>> = {
  'search.query': {
    type: 'object',
    properties: {
      results: { type: 'array', items: { type: 'object' } },
      type: { enum: ['posts', 'profiles', 'jobs'] },
      nextCursor: { type: ['string', 'null'] },
    },
    required: ['results', 'type', 'nextCursor'],
  },
  'moderation.check': {
    type: 'object',
    properties: { allowed: { type: 'boolean' }, issues: { type: 'array', items: { type: 'object' } } },
    required: ['allowed', 'issues'],
  },
  'health.snapshot': { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] },
  'drafts.create': HELD,
  'connections.request': HELD,
  'messages.sendHuman': HELD,
  'drafts.list': {
    type: 'object',
    properties: {
      drafts: { type: 'array', items: { type: 'object' } },
      nextCursor: { type: ['string', 'null'] },
    },
    required: ['drafts', 'nextCursor'],
  },
  'proposals.list': {
    type: 'object',
    properties: {
      proposals: { type: 'array', items: PROPOSAL_SCHEMA },
      nextCursor: { type: ['string', 'null'] },
    },
    required: ['proposals', 'nextCursor'],
  },
  'proposals.guidance': {
    type: 'object',
    properties: {
      guidance: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            id: { type: 'string' },
            kind: { type: ['string', 'null'] },
            text: { type: 'string' },
            draftId: { type: ['string', 'null'] },
            createdAt: { type: 'string' },
          },
          required: ['id', 'kind', 'text', 'draftId', 'createdAt'],
        },
      },
    },
    required: ['guidance'],
  },
  'proposals.get': PROPOSAL_SCHEMA,
  'proposals.withdraw': PROPOSAL_SCHEMA,
};

/** What an idempotent repeat gets back: the structured result alone. */
const sealStructured: SealAnswer = (data) => ({ status: 200, body: JSON.stringify(data) });

/** The gate's tools behind the MCP door. */
export function createMcpHost({
  tools,
  anonymousCaller,
  log,
}: {
  readonly tools: ReadonlyMap<string, MmaTool>;
  /** For open tools called without a key. */
  readonly anonymousCaller: (request: McpRequestContext<Caller>) => Promise<Caller>;
  readonly log: Logger;
}): McpToolHost<Caller> {
  const listed = [...tools.values()].map(toMcpTool);
  return {
    listTools: () => listed,
    async callTool(name, args, request): Promise<McpToolAnswer> {
      const tool = tools.get(name);
      if (!tool)
        return { structured: { error: `Unknown tool ${name}`, error_code: 'TOOL_NOT_FOUND' }, isError: true };
      let caller: Caller | undefined;
      try {
        caller = forTool(
          request.auth ?? fromAddress(await anonymousCaller(request), request),
          name,
          args,
          request,
        );
        const reply = await tool.call(args, caller, {
          seal: sealStructured,
          toolName: (wanted) => request.toolName(wanted),
        });
        return {
          structured: reply.replayed
            ? (JSON.parse(reply.replayed.body) as Record<string, unknown>)
            : reply.data,
          foreignText: tool.hasForeignText,
          headers: {
            ...rateLimitHeaders(caller),
            ...(reply.replayed ? { 'idempotent-replayed': 'true' } : {}),
          },
        };
      } catch (error) {
        if (!isAppError(error)) {
          log.error({ err: error, tool: name }, 'tool failed unexpectedly');
          throw error;
        }
        return {
          structured: {
            error: error.message,
            error_code: error.catalogue.mma,
            ...(error.fields.length > 0 ? { fields: error.fields.map(publicField) } : {}),
            ...(Object.keys(error.details).length > 0 ? { details: error.details } : {}),
            ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
          },
          isError: true,
          headers: {
            ...rateLimitHeaders(caller, error),
            ...(error.retryAfterSeconds === undefined
              ? {}
              : { 'retry-after': String(error.retryAfterSeconds) }),
          },
        };
      }
    },
  };
}

/** A stranger is known by address alone: limits, audit and the registration itself go by it. */
function fromAddress(caller: Caller, { http }: McpRequestContext<Caller>): Caller {
  return {
    ...caller,
    ip: addressOf(http),
    traceId: http.id,
    idempotency: idempotencyOf(http, `ip:${addressOf(http)}`),
  };
}

/** An idempotency key counts per tool and arguments: the HTTP body also holds the JSON-RPC id, which a retry changes. */
function forTool(caller: Caller, name: string, args: unknown, request: McpRequestContext<Caller>): Caller {
  const { idempotency } = caller;
  const client = request.clientInfo
    ? `${request.clientInfo.name} ${request.clientInfo.version}`
    : caller.client;
  return {
    ...caller,
    client,
    idempotency: idempotency && {
      ...idempotency,
      route: `tool ${name}`,
      bodyHash: sha256Hex(JSON.stringify(args)),
    },
  };
}

export type { FastifyRequest };
