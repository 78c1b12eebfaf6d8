import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildAgentApp, buildConsoleApp, type AgentAppOptions } from '../app';
import type { Config } from '../config';
import { SOCKET_SECRET_HEADER } from '../contract/process';
import { createContext, type Context } from '../context';
import type { InboxDetail } from '../contract/console/inbox';
import type { RegisterAnswer } from '../contract/mma/register';
import type { StripeKeys } from '../domain/billing/stripe.provider';
import type { Resolve } from '../domain/webhooks/targets';
import { createLogger } from '../lib/logger';
import type { Clock, Monotonic } from '../lib/clock';

/** A clock that tests move. It starts at the real time, so that nothing expires by accident. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance(ms) {
      offset += ms;
    },
  };
}

export interface TestServerOptions extends AgentAppOptions {
  readonly mode?: 'desktop' | 'server';
  readonly hasLimits?: boolean;
  readonly allowsSignUp?: boolean;
  readonly hasConsole?: boolean;
  readonly smtpUrl?: string;
  /** Payments by Stripe, or by what stands in for it; the sandbox unless given. */
  readonly stripe?: StripeKeys;
  readonly allowsLocalTargets?: boolean;
  /** How names of outbound targets become addresses; nobody is reached unless given. */
  readonly resolve?: Resolve;
  readonly trustProxy?: Config['trustProxy'];
  /** Reuse a data folder, to look at a restart. */
  readonly dataFolder?: string;
  readonly masterKey?: Buffer;
  readonly clock?: TestClock;
  readonly verifierFile?: string;
  /** Goes with `clock` unless a test sets one clock and not the other. */
  readonly monotonic?: Monotonic;
}

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  readonly body: Body;
}

/** The real apps over a real SQLite file in a folder of their own; requests go through the doors. */
export interface TestServer extends AsyncDisposable {
  readonly context: Context;
  readonly agentApp: FastifyInstance;
  readonly consoleApp: FastifyInstance;
  readonly clock: TestClock;
  readonly dataFolder: string;
  readonly masterKey: Buffer;
  readonly socketSecret: string;
  /** A call on the TCP door. */
  call<Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    options?: { key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer<Body>>;
  /** `POST /api/mcp` with `{tool, payload}`. */
  tool<Body = Record<string, unknown>>(
    key: string,
    tool: string,
    payload?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** A call on the private socket, with the secret; below `/api/console`. */
  console<Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** Everything written has had its consequences. */
  processAll(): Promise<void>;
  /** Closes without removing the folder. */
  stop(): Promise<void>;
}

const OPEN: TestServer[] = [];

/** Servers a test left open; the setup file closes them. */
export async function closeTestServers(): Promise<void> {
  for (const server of OPEN.splice(0)) await server[Symbol.asyncDispose]();
}

export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'countersign-test-'));
  const masterKey = options.masterKey ?? randomBytes(32);
  const socketSecret = randomBytes(32).toString('base64');
  const clock = options.clock ?? createTestClock();
  const mode = options.mode ?? 'desktop';
  const config: Config = {
    mode,
    dataFolder,
    host: '127.0.0.1',
    port: 7_423,
    hasConsole: options.hasConsole ?? mode === 'server',
    hasLimits: options.hasLimits ?? false,
    allowsLocalTargets: options.allowsLocalTargets ?? false,
    allowsSignUp: options.allowsSignUp ?? mode === 'server',
    publicUrl: undefined,
    consoleFolder: undefined,
    verifierFile: options.verifierFile,
    socketPath: undefined,
    logLevel: process.env['COUNTERSIGN_TEST_LOG'] ?? 'silent',
    smtpUrl: options.smtpUrl,
    mailFrom: 'Countersign <countersign@localhost>',
    trustProxy: options.trustProxy,
  };
  const monotonic = options.monotonic ?? { elapsed: () => clock.now() };
  const context = createContext({
    config,
    masterKey,
    stripe: options.stripe,
    clock,
    monotonic,
    log: createLogger(config.logLevel),
    resolve: options.resolve ?? resolveNothing,
  });
  const agentApp = await buildAgentApp(context, options);
  const consoleApp = buildConsoleApp(context, socketSecret);
  await agentApp.ready();
  await consoleApp.ready();
  let isStopped = false;

  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await agentApp.close();
    await consoleApp.close();
    await context[Symbol.asyncDispose]();
  };

  const server: TestServer = {
    context,
    agentApp,
    consoleApp,
    clock,
    dataFolder,
    masterKey,
    socketSecret,
    async call(method, url, { key, body, headers } = {}) {
      return inject(agentApp, {
        method,
        url,
        headers: { host: '127.0.0.1:7423', ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
    },
    async tool(key, tool, payload, headers) {
      return server.call('POST', '/api/mcp', {
        key,
        body: { tool, ...(payload === undefined ? {} : { payload }) },
        ...(headers ? { headers } : {}),
      });
    },
    async console(method, path, body, headers) {
      return inject(consoleApp, {
        method,
        url: `/api/console${path}`,
        headers: { [SOCKET_SECRET_HEADER]: socketSecret, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
    },
    processAll: () => context.processAll(),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
  OPEN.push(server);
  return server;
}

async function inject<Body>(app: FastifyInstance, request: InjectOptions): Promise<Answer<Body>> {
  const response = await app.inject(request);
  const isJson = /[/+]json/.test(response.headers['content-type'] ?? '');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: (isJson ? response.json() : response.body) as Body,
  };
}

const resolveNothing: Resolve = (hostname, callback) =>
  callback(Object.assign(new Error(`${hostname} was not found`), { code: 'ENOTFOUND' }), []);

let counter = 0;

/** The owner of a desktop, made as first run makes them; without grace, unless a test is about it. */
export async function createOwner(
  server: TestServer,
  email = 'anna@example.org',
  { graceSeconds = 0 }: { readonly graceSeconds?: number } = {},
): Promise<{ id: string; email: string }> {
  const answer = await server.console<{ user: { id: string } }>('POST', '/setup', {
    displayName: 'Anna Schmidt',
    email,
    locale: 'en',
  });
  if (answer.status === 200) await server.console('PATCH', '/preferences', { graceSeconds });
  return { id: answer.body.user.id, email };
}

/** Moves time on until a decision's grace is over, and carries it out. */
export async function endGrace(server: TestServer, { runAt }: Pick<InboxDetail, 'runAt'>): Promise<void> {
  const left = runAt === null ? 0 : Date.parse(runAt) - server.clock.now();
  if (left > 0) server.clock.advance(left);
  await server.processAll();
}

export interface TestAgent {
  readonly agentId: string;
  readonly key: string;
  readonly claimCode: string;
}

/** Registers an agent over HTTP, as the document prints it. */
export async function registerAgent(server: TestServer, email = 'anna@example.org'): Promise<TestAgent> {
  counter += 1;
  const { body } = await server.call<RegisterAnswer>('POST', '/api/v1/agents/register', {
    body: {
      name: 'Anna Schmidt',
      email,
      agentName: `Agent ${counter}`,
      agentHandle: `agent-${process.pid}-${counter}`,
      provider: 'custom',
    },
  });
  return { agentId: body.agentId, key: body.apiKey, claimCode: body.claimCode };
}

/** An agent of the desktop's owner, claimed by its code. */
export async function claimedAgent(server: TestServer, email?: string): Promise<TestAgent> {
  counter += 1;
  const agent = await registerAgent(server, email ?? `owner-${counter}@example.org`);
  await server.console('POST', '/joining/claim', { claimCode: agent.claimCode });
  return agent;
}

/** The newest proposal in the Inbox, in full. */
export async function newestProposal(server: TestServer): Promise<InboxDetail> {
  const list = await server.console<{ items: { id: string; createdAt: string }[] }>('GET', '/inbox');
  const newest = list.body.items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  if (!newest) throw new Error('The Inbox is empty');
  return (await server.console<InboxDetail>('GET', `/inbox/${newest.id}`)).body;
}

/** Reads to the end and decides, as the window does; irreversible kinds have grace whatever their owner set. */
export async function decideOn(
  server: TestServer,
  item: Pick<InboxDetail, 'id' | 'version' | 'versions'>,
  verdict: 'approve' | 'reject',
  more: { reasonCode?: string; note?: string } = {},
): Promise<Answer<InboxDetail>> {
  const hash = item.versions.find(({ version }) => version === item.version)?.hash;
  if (verdict === 'approve') {
    await server.console('POST', `/inbox/${item.id}/read`, { version: item.version, hash });
  }
  const answer = await server.console<InboxDetail>('POST', `/inbox/${item.id}/decide`, {
    version: item.version,
    hash,
    verdict,
    ...more,
  });
  if (answer.status !== 200 || !answer.body.canUndo || answer.body.status === 'executed') return answer;
  await endGrace(server, answer.body);
  return server.console<InboxDetail>('GET', `/inbox/${item.id}`);
}
