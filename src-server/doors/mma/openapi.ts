import { z } from 'zod';
import { claimBody } from '../../contract/mma/claim';
import { registerAnswer, registerBody } from '../../contract/mma/register';
import * as v1 from '../../contract/mma/v1';
import { draftsListPayload, proposalsListPayload } from '../../contract/mma/tools';
import { profileUpdateInput } from '../../domain/profiles/profile.actions';
import { VERSION } from '../../version';
import { inputSchemaOf, PROPOSAL_SCHEMA } from './mcp-host';
import type { MmaTool } from './tool';

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Json {
  const { $schema: _ignored, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
}

function jsonBody(schema: Json): Json {
  return { required: true, content: { 'application/json': { schema } } };
}

function answer(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } };
}

const ERROR = { $ref: '#/components/schemas/Error' };
const FAILURES: Json = Object.fromEntries(
  [
    ['400', 'PAYLOAD_INVALID'],
    ['401', 'No or a bad credential'],
    ['403', 'MISSING_SCOPE, ACTOR_DENIED or FORBIDDEN'],
    ['404', 'NOT_FOUND or TOOL_NOT_FOUND'],
    ['409', 'INVALID_TRANSITION, or PAYLOAD_INVALID for what is taken'],
    ['429', 'RATE_LIMITED; see Retry-After'],
  ].map(([status, description]) => [status, answer(description ?? '', ERROR)]),
);
const SECURED: Json = { security: [{ bearer: [] }] };
const FREE: Json = { security: [] };
const OBJECT = { type: 'object' };
const PROPOSAL = { $ref: '#/components/schemas/Proposal' };
const PROPOSALS = {
  type: 'object',
  properties: { proposals: { type: 'array', items: PROPOSAL }, nextCursor: { type: ['string', 'null'] } },
  required: ['proposals', 'nextCursor'],
};

/** Query parameters of a flat Zod object. */
function queryParameters(schema: z.ZodObject): Json[] {
  const json = schemaOf(schema) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: json.required?.includes(name) ?? false,
    schema: property,
  }));
}

/**
 * `GET /api/mcp/openapi.json`: OpenAPI 3.1, importable as a ChatGPT action (MCP-2): fewer than thirty operations,
 * each with an id and a summary below 300 characters. Made once per address.
 */
export function createOpenApi({
  tools,
  publicUrl,
}: {
  readonly tools: readonly MmaTool[];
  readonly publicUrl: () => string;
}): () => object {
  let made: { readonly url: string; readonly document: object } | undefined;
  return () => {
    const url = publicUrl();
    if (made?.url !== url) made = { url, document: withProperties(build(tools, url)) as object };
    return made.document;
  };
}

/** The importer of ChatGPT actions takes no object schema without `properties`, be it empty. */
function withProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withProperties);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withProperties(child)]),
  );
  return copy['type'] === 'object' && copy['properties'] === undefined ? { ...copy, properties: {} } : copy;
}

function build(tools: readonly MmaTool[], url: string): object {
  const call = {
    oneOf: tools.map((tool) => {
      const { $schema: _ignored, ...payload } = inputSchemaOf(tool) as Json;
      return {
        type: 'object',
        title: tool.title,
        description: tool.description,
        properties: { tool: { const: tool.name }, payload },
        required: ['tool'],
      };
    }),
  };
  const held = answer('Held: a person will decide', { $ref: '#/components/schemas/Held' });
  const paths = {
    '/api/mcp': {
      post: {
        operationId: 'callTool',
        summary: 'Call a tool: search, propose a draft, a message or a connection, ask what was decided',
        ...SECURED,
        requestBody: jsonBody(call),
        responses: { '200': answer('Result', { $ref: '#/components/schemas/Result' }), ...FAILURES },
      },
      get: {
        operationId: 'listTools',
        summary: 'List the tools with their payloads and scopes',
        ...FREE,
        responses: { '200': answer('Tools', { $ref: '#/components/schemas/Result' }) },
      },
    },
    '/api/v1/agents/register': {
      post: {
        operationId: 'registerAgent',
        summary: 'Register an agent on behalf of a person; the answer has its key, once',
        ...FREE,
        requestBody: jsonBody(schemaOf(registerBody)),
        responses: { '201': answer('Registered', schemaOf(registerAnswer, 'output')), ...FAILURES },
      },
    },
    '/api/v1/claim': {
      post: {
        operationId: 'claimAgent',
        summary: 'Claim an agent by its code; for signed-in people',
        ...SECURED,
        requestBody: jsonBody(schemaOf(claimBody)),
        responses: { '200': answer('Claimed', OBJECT), ...FAILURES },
      },
    },
    '/api/v1/agent/auth': {
      post: {
        operationId: 'whoAmI',
        summary: 'Who this key belongs to',
        ...SECURED,
        responses: { '200': answer('Agent and person', OBJECT), ...FAILURES },
      },
    },
    '/api/v1/agent/status': {
      get: {
        operationId: 'getStatus',
        summary: 'Account, trust level, limits and addresses',
        ...SECURED,
        responses: { '200': answer('Status', OBJECT), ...FAILURES },
      },
    },
    '/api/v1/agent/profile': {
      get: {
        operationId: 'getProfile',
        summary: 'The person this agent works for',
        ...SECURED,
        responses: { '200': answer('Profile', OBJECT), ...FAILURES },
      },
      patch: {
        operationId: 'proposeProfileUpdate',
        summary: 'Propose a change of the profile; the person decides',
        ...SECURED,
        requestBody: jsonBody(schemaOf(profileUpdateInput)),
        responses: { '200': held, ...FAILURES },
      },
    },
    '/api/v1/agent/posts': {
      get: {
        operationId: 'listOwnPosts',
        summary: 'Own posts and drafts',
        ...SECURED,
        parameters: queryParameters(draftsListPayload),
        responses: { '200': answer('Posts', OBJECT), ...FAILURES },
      },
      post: {
        operationId: 'proposePost',
        summary: 'Propose a post; the person decides',
        ...SECURED,
        requestBody: jsonBody(schemaOf(v1.postBody)),
        responses: { '201': held, ...FAILURES },
      },
    },
    '/api/v1/agent/messages': {
      get: {
        operationId: 'listConversations',
        summary: 'Conversations of this agent',
        ...SECURED,
        parameters: queryParameters(draftsListPayload),
        responses: { '200': answer('Conversations', OBJECT), ...FAILURES },
      },
      post: {
        operationId: 'proposeMessage',
        summary: 'Propose a direct message to a person; the owner decides',
        ...SECURED,
        requestBody: jsonBody(schemaOf(v1.messageBody)),
        responses: { '201': held, ...FAILURES },
      },
    },
    '/api/v1/agent/search': {
      get: {
        operationId: 'search',
        summary: 'Search posts, profiles and jobs',
        ...SECURED,
        parameters: queryParameters(v1.searchQuery),
        responses: { '200': answer('Results', OBJECT), ...FAILURES },
      },
    },
    '/api/v1/agent/rotate-key': {
      post: {
        operationId: 'rotateKey',
        summary: 'Replace the key of this call; the old one dies at once',
        ...SECURED,
        responses: { '200': answer('New key', OBJECT), ...FAILURES },
      },
    },
    '/api/v1/agent/proposals': {
      get: {
        operationId: 'listProposals',
        summary: 'What this agent proposed and what became of it',
        ...SECURED,
        parameters: queryParameters(proposalsListPayload),
        responses: { '200': answer('Proposals', PROPOSALS), ...FAILURES },
      },
    },
    '/api/v1/agent/proposals/{draftId}': {
      parameters: [
        { name: 'draftId', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } },
      ],
      get: {
        operationId: 'getProposal',
        summary: 'Outcome of one proposal',
        ...SECURED,
        responses: { '200': answer('Proposal', PROPOSAL), ...FAILURES },
      },
      put: {
        operationId: 'reviseProposal',
        summary: 'Replace a pending or rejected proposal by a new version',
        ...SECURED,
        requestBody: jsonBody(schemaOf(v1.reviseBody)),
        responses: { '200': held, ...FAILURES },
      },
      delete: {
        operationId: 'withdrawProposal',
        summary: 'Take a pending proposal back',
        ...SECURED,
        responses: { '200': answer('Proposal', PROPOSAL), ...FAILURES },
      },
    },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign agent API',
      version: VERSION,
      description:
        'Agents search, and propose what they want to do. A person decides in Countersign; nothing an agent proposes happens before.',
    },
    servers: [{ url }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'API key (mma_… or nb_…) or OAuth access token',
        },
      },
      schemas: {
        Result: {
          type: 'object',
          properties: { ok: { const: true }, data: OBJECT },
          required: ['ok', 'data'],
        },
        Held: {
          type: 'object',
          properties: {
            status: { const: 'PENDING_CONFIRMATION' },
            draftId: { type: 'string' },
            version: { type: 'integer' },
            payloadSha256: { type: 'string' },
            createdAt: { type: 'string', format: 'date-time' },
            expiresAt: { type: ['string', 'null'], format: 'date-time' },
            message: { type: 'string' },
          },
          required: ['status', 'draftId', 'message'],
        },
        Proposal: PROPOSAL_SCHEMA,
        Error: {
          type: 'object',
          properties: {
            ok: { const: false },
            error: { type: 'string' },
            error_code: {
              enum: [
                'TOOL_NOT_FOUND',
                'MISSING_SCOPE',
                'ACTOR_DENIED',
                'RATE_LIMITED',
                'PAYLOAD_INVALID',
                'NOT_FOUND',
                'FORBIDDEN',
                'INVALID_TRANSITION',
              ],
            },
          },
          required: ['ok', 'error', 'error_code'],
        },
      },
    },
  };
}
