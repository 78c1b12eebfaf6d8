import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { authApi } from '../contract/auth';
import { consoleApi } from '../contract/console';
import type { ConsoleEndpoint } from '../contract/console/endpoint';
import { SOCKET_SECRET_HEADER } from '../contract/process';
import type { RouteRow } from '../doors/http/base-app';
import { fuzzRoute, type FuzzRoute } from './fuzz';
import type { JsonSchema } from './fuzz-bodies';
import { addPerson, openDesk, openOffice, signIn, type HeldData, type MmaOk } from './mma-fixture';
import { claimedAgent, registerAgent, type TestServer } from './test-server';

/** The walk over everything there is: both listeners, every route, every tool through both of its doors. */

export interface FuzzPlan {
  readonly seed: number;
  /** Requests to each route; no more than `minRuns` once `maxMs` are over for it. */
  readonly runs: number;
  readonly minRuns: number;
  readonly maxMs: number;
}

export interface FuzzReport {
  routes: number;
  sent: number;
  succeeded: number;
  /** Routes that never answered with success: hardly more than their schemas were reached. */
  readonly unreached: string[];
}

interface ListedTool {
  readonly name: string;
  readonly payload: JsonSchema;
}

/** What the requests to one route are made with. */
interface World {
  readonly app: FastifyInstance;
  readonly server: TestServer;
  /** Ids, codes and hashes of things that are there now, made anew for each route. */
  readonly freshIds: () => Promise<string[]>;
  readonly headers: (path: string) => Record<string, string>;
  readonly onKey?: (key: string) => void;
}

/** A stream has no end to wait for; who may open it is tested where it is. */
const STREAMS = ['/api/console/events'];
const HOST = '127.0.0.1:7423';

/** Walks everything. @throws with the shortest request that was answered badly */
export async function fuzzEverything(plan: FuzzPlan): Promise<FuzzReport> {
  const report: FuzzReport = { routes: 0, sent: 0, succeeded: 0, unreached: [] };
  await walkServer(plan, report);
  await walkDesktop(plan, report);
  return report;
}

/** A server with its console: the TCP app has every route there is but the desktop's own. */
async function walkServer(plan: FuzzPlan, report: FuzzReport): Promise<void> {
  const office = await openOffice();
  const { server, person } = office;
  const bob = await signIn(server, 'bob@example.org', 'Bob');
  let { key } = office;
  let { token } = person;
  const own = await server.call<{ agent: { id: string } }>('POST', '/api/console/agents', {
    key: token,
    body: { name: 'Second', handle: 'second-agent' },
  });
  let made = 0;
  const world: World = {
    app: server.agentApp,
    server,
    async freshIds() {
      const session = await server.call('GET', '/api/auth/session', { key: token });
      if (session.status !== 200) ({ token } = await signIn(server, person.email));
      made += 1;
      const joining = await registerAgent(server, person.email.replace('@', `+${made}@`));
      const proposal = await propose(server, key, `Words ${made}`);
      return [...proposal, own.body.agent.id, bob.userId, joining.agentId, joining.claimCode];
    },
    headers(path): Record<string, string> {
      const isPersons =
        path.startsWith('/api/auth') || path.startsWith('/api/console') || path === '/api/v1/claim';
      if (isPersons) return { host: HOST, authorization: `Bearer ${token}` };
      return path.startsWith('/api/') ? { host: HOST, authorization: `Bearer ${key}` } : { host: HOST };
    },
    onKey(replaced) {
      key = replaced;
    },
  };
  await walkRoutes(world, plan, report);
  let calls = 0;
  const turns = (): Record<string, string> => {
    calls += 1;
    // Every fourth call is a person's: some tools are theirs.
    return { host: HOST, authorization: `Bearer ${calls % 4 === 0 ? token : key}` };
  };
  await walkTools({ ...world, headers: turns }, plan, report);
  assertSound(server);
}

/** A desktop: the private socket's routes, as its window would call them. */
async function walkDesktop(plan: FuzzPlan, report: FuzzReport): Promise<void> {
  const { server, key } = await openDesk();
  const other = await claimedAgent(server);
  const bob = addPerson(server);
  let made = 0;
  const world: World = {
    app: server.consoleApp,
    server,
    async freshIds() {
      made += 1;
      const joining = await registerAgent(server, `joining-${made}@example.org`);
      const proposal = await propose(server, key, `Words ${made}`);
      return [...proposal, bob, other.agentId, joining.claimCode, joining.agentId];
    },
    headers: () => ({ host: 'console.local', [SOCKET_SECRET_HEADER]: server.socketSecret }),
  };
  await walkRoutes(world, plan, report);
  assertSound(server);
}

/** A proposal's id for its agent, its id for its owner, and the hash to decide on. */
async function propose(server: TestServer, key: string, content: string): Promise<string[]> {
  const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content });
  const { draftId, payloadSha256 } = held.body.data;
  const { read } = server.context.database.raw;
  const actionId = read.prepare('select id from actions where subject_id = ?').pluck().get(draftId);
  return [draftId, String(actionId), payloadSha256];
}

async function walkRoutes(world: World, plan: FuzzPlan, report: FuzzReport): Promise<void> {
  const schemas = await schemasOf(world.server);
  for (const row of world.app.routeTable) {
    if (STREAMS.includes(row.path)) continue;
    const name = `${row.method} ${row.path}`;
    const schema = schemas.get(name) ?? { type: 'object' };
    await walkOne(world, { ...row, name, dialect: dialectOf(row), schema }, plan, report);
  }
}

/** Every tool at the gateway and over JSON-RPC, with payloads of its own. */
async function walkTools(world: World, plan: FuzzPlan, report: FuzzReport): Promise<void> {
  const { body } = await world.server.call<MmaOk<{ tools: ListedTool[] }>>('GET', '/api/mcp');
  for (const { name, payload } of body.data.tools) {
    const forms: readonly [path: string, schema: JsonSchema][] = [
      ['/api/mcp', gatewaySchema(name, payload)],
      ['/api/mcp/stream', rpcSchema(name, payload)],
    ];
    for (const [path, schema] of forms) {
      const route = { name: `${name} at ${path}`, method: 'POST', path, dialect: 'mma', schema } as const;
      await walkOne(world, route, plan, report);
    }
  }
}

async function walkOne(
  { app, server, freshIds, headers, onKey }: World,
  route: Omit<FuzzRoute, 'app'> & { readonly name: string },
  plan: FuzzPlan,
  report: FuzzReport,
): Promise<void> {
  const ids = await freshIds();
  const { sent, succeeded } = await fuzzRoute(
    { app, ...route },
    {
      ...plan,
      ids,
      headers: () => headers(route.path),
      onAnswer(response) {
        if (!route.path.endsWith('/rotate-key') || response.statusCode !== 200) return;
        onKey?.(response.json<{ apiKey: string }>().apiKey);
      },
    },
  );
  report.routes += 1;
  report.sent += sent;
  report.succeeded += succeeded;
  if (succeeded === 0) report.unreached.push(route.name);
  putAside(server);
}

/** What full lists, pauses and caps would stop is cleared, so that the next route is reached. */
function putAside(server: TestServer): void {
  const { write } = server.context.database.raw;
  write.exec(`
    update actions set status = 'withdrawn', tab = 'decided' where status = 'pending';
    update agents set status = 'active' where status = 'paused';
    update agents set frozen_at = null;
    update users set plan = 'enterprise', frozen_at = null;
    delete from policies;
    delete from daily_counts;
  `);
}

function assertSound(server: TestServer): void {
  const check = server.context.database.raw.write.pragma('quick_check', { simple: true });
  if ('polluted' in {}) throw new Error('A body reached the prototype of objects');
  if (check !== 'ok') throw new Error(`The file is damaged: ${String(check)}`);
}

function dialectOf({ dialect, path }: RouteRow): FuzzRoute['dialect'] {
  return dialect ?? (path.startsWith('/api/mcp') ? 'mma' : 'nb');
}

/** Bodies by route, from the documents and contracts that the routes themselves are made of. */
async function schemasOf(server: TestServer): Promise<Map<string, JsonSchema>> {
  const schemas = new Map<string, JsonSchema>();
  const { body: document } = await server.call<{
    paths: Record<
      string,
      Record<string, { requestBody?: { content: Record<string, { schema: JsonSchema }> } }>
    >;
  }>('GET', '/api/mcp/openapi.json');
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema) schemas.set(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, schema);
    }
  }
  const toSchema = (body: z.ZodType): JsonSchema =>
    z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  schemas.set('POST /api/mcp/stream', ANY_RPC);
  for (const group of Object.values(consoleApi)) {
    for (const { method, path, body } of Object.values<ConsoleEndpoint>(group)) {
      if (body) schemas.set(`${method} /api/console${path}`, toSchema(body));
    }
  }
  for (const endpoint of Object.values(authApi)) {
    if ('body' in endpoint) schemas.set(`${endpoint.method} ${endpoint.path}`, toSchema(endpoint.body));
  }
  return schemas;
}

function gatewaySchema(name: string, payload: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { tool: { const: name }, payload },
    required: ['tool', 'payload'],
  };
}

/** Messages of both protocol eras, most of them not for us. */
const ANY_RPC: JsonSchema = {
  type: 'object',
  properties: {
    jsonrpc: { enum: ['2.0', '2.0', '2.0', '1.0'] },
    id: { anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 10 }] },
    method: {
      enum: [
        'initialize',
        'ping',
        'tools/list',
        'tools/call',
        'server/discover',
        'notifications/initialized',
        'notifications/cancelled',
        'resources/read',
        'completion/complete',
        'logging/setLevel',
        'no/such',
      ],
    },
    params: {
      type: 'object',
      properties: {
        name: { enum: ['drafts.create', 'search.query', 'health_snapshot', 'none'] },
        arguments: { type: 'object' },
        cursor: { type: 'string', maxLength: 20 },
        protocolVersion: { enum: ['2025-11-25', '2024-11-05', '2026-07-28', '1'] },
        capabilities: { type: 'object' },
        clientInfo: {
          type: 'object',
          properties: {
            name: { type: 'string', maxLength: 200 },
            version: { type: 'string', maxLength: 20 },
          },
        },
        _meta: {
          type: 'object',
          properties: {
            progressToken: { type: 'integer' },
            'io.modelcontextprotocol/protocolVersion': { const: '2026-07-28' },
            'io.modelcontextprotocol/clientInfo': { type: 'object' },
            'io.modelcontextprotocol/clientCapabilities': { type: 'object' },
          },
        },
      },
    },
    result: { type: 'object' },
  },
  required: ['jsonrpc', 'id', 'method'],
};

function rpcSchema(name: string, payload: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      jsonrpc: { const: '2.0' },
      id: { anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 10 }] },
      method: { const: 'tools/call' },
      params: {
        type: 'object',
        properties: { name: { const: name }, arguments: payload },
        required: ['name', 'arguments'],
      },
    },
    required: ['jsonrpc', 'id', 'method', 'params'],
  };
}
