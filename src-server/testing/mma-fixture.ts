import { expect } from 'vitest';
import type { Scope } from '../contract/common';
import type { TokenAnswer } from '../contract/auth';
import type { InboxDetail } from '../contract/console/inbox';
import type { Problem } from '../contract/console/problem';
import {
  claimedAgent,
  createOwner,
  createTestServer,
  endGrace,
  registerAgent,
  type Answer,
  type TestAgent,
  type TestServer,
  type TestServerOptions,
} from './test-server';

/** What tests of the mma face share: people, keys, JSON-RPC calls and the shapes of the seed. */

/** ERR-15, all there are. */
export const MMA_CODES = [
  'TOOL_NOT_FOUND',
  'MISSING_SCOPE',
  'ACTOR_DENIED',
  'RATE_LIMITED',
  'PAYLOAD_INVALID',
  'NOT_FOUND',
  'FORBIDDEN',
  'INVALID_TRANSITION',
] as const;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const MMA_KEY = /^mma_[A-Za-z0-9_-]{43}$/;
export const SHA256 = /^[0-9a-f]{64}$/;
/** A key of the right form that nobody was ever given. */
export const BAD_KEY = `mma_${'A'.repeat(43)}`;

export interface MmaError {
  readonly ok: false;
  readonly error: string;
  readonly error_code: (typeof MMA_CODES)[number];
  readonly fields?: readonly { readonly path: string; readonly message: string }[];
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface MmaOk<Data = Record<string, unknown>> {
  readonly ok: true;
  readonly data: Data;
}

/** What a held write answers (decisions §3). */
export interface HeldData extends Record<string, unknown> {
  readonly status: string;
  readonly draftId: string;
  readonly version: number;
  readonly payloadSha256: string;
}

/** What a decision answers: the proposal, or the problem with deciding. */
export type Outcome = Omit<Problem, 'status'> & InboxDetail;

export interface Desk {
  readonly server: TestServer;
  readonly ownerId: string;
  readonly agent: TestAgent;
  /** The agent's key. */
  readonly key: string;
}

/** A desktop with its owner and a claimed agent. */
export async function openDesk(options: TestServerOptions = {}): Promise<Desk> {
  const server = await createTestServer(options);
  const owner = await createOwner(server);
  const agent = await claimedAgent(server);
  return { server, ownerId: owner.id, agent, key: agent.key };
}

/** Somebody else on the same desktop, to write to; nobody can sign in as them. */
export function addPerson(server: TestServer, displayName = 'Bob Baker'): string {
  const id = server.context.ids.uuid();
  server.context.database.raw.write
    .prepare(
      "insert into users (id, email, display_name, role, plan, created_at) values (?, ?, ?, 'owner', 'free', ?)",
    )
    .run(id, `${id}@example.org`, displayName, server.clock.now());
  return id;
}

/** A further key of the desktop owner's agent, with exactly these scopes, made in the console. */
export async function keyWith(
  server: TestServer,
  agentId: string,
  scopes: readonly Scope[],
): Promise<string> {
  const answer = await server.console<{ key: { secret: string } }>('POST', `/agents/${agentId}/keys`, {
    name: `Key for ${scopes.join(', ')}`,
    scopes,
  });
  expect(answer.status).toBe(200);
  return answer.body.key.secret;
}

export interface Person {
  readonly userId: string;
  readonly email: string;
  /** Bearer token of a signed-in session. */
  readonly token: string;
}

/** The newest six digits mailed to an address, as its owner would read them. */
export function mailedCode(server: TestServer, email: string): string {
  const mails = server.context.identity.mail.listMails({ to: email });
  const code = mails
    .map(({ subject, text }) => /\b\d{6}\b/.exec(`${subject}\n${text}`)?.[0])
    .find((found) => found !== undefined);
  if (code === undefined) throw new Error(`No code was mailed to ${email}`);
  return code;
}

/** Signs a person in over HTTP, joining them where they are new (server mode). */
export async function signIn(server: TestServer, email: string, displayName = 'Somebody'): Promise<Person> {
  await server.call('POST', '/api/auth/otp/request', { body: { email } });
  const answer = await server.call<TokenAnswer>('POST', '/api/auth/otp/verify', {
    body: { email, otp: mailedCode(server, email), display_name: displayName },
  });
  expect(answer.status).toBe(200);
  return { userId: answer.body.user.id, email, token: answer.body.access_token };
}

export interface Office extends Desk {
  readonly person: Person;
}

/** A server with a signed-in person who claimed an agent registered with their own address. */
export async function openOffice(
  options: TestServerOptions = {},
  email = 'anna@example.org',
): Promise<Office> {
  const server = await createTestServer({ mode: 'server', ...options });
  const person = await signIn(server, email, 'Anna Schmidt');
  const agent = await registerAgent(server, email);
  const claimed = await server.call('POST', '/api/v1/claim', {
    key: person.token,
    body: { claimCode: agent.claimCode },
  });
  expect(claimed.status).toBe(200);
  return { server, ownerId: person.userId, agent, key: agent.key, person };
}

export interface RpcAnswer {
  readonly jsonrpc: '2.0';
  readonly id: string | number | null;
  readonly result?: Record<string, unknown> & {
    readonly content?: readonly { readonly type: string; readonly text: string }[];
    readonly structuredContent?: Record<string, unknown>;
    readonly isError?: boolean;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** One JSON-RPC message at `/api/mcp/stream`, with `Accept: application/json` alone as hand-written clients send it. */
export async function rpc(
  server: TestServer,
  method: string,
  params?: unknown,
  {
    key,
    headers,
    url = '/api/mcp/stream',
  }: { key?: string; headers?: Record<string, string>; url?: string } = {},
): Promise<Answer<RpcAnswer>> {
  return server.call<RpcAnswer>('POST', url, {
    ...(key === undefined ? {} : { key }),
    headers: { accept: 'application/json', ...headers },
    body: { jsonrpc: '2.0', id: 1, method, ...(params === undefined ? {} : { params }) },
  });
}

/** `tools/call`, and the JSON of its first text block, which is what the published SDK reads. */
export async function rpcTool(
  server: TestServer,
  name: string,
  args: unknown,
  options: { key?: string; headers?: Record<string, string>; url?: string } = {},
): Promise<{
  answer: Answer<RpcAnswer>;
  isError: boolean;
  data: Record<string, unknown>;
}> {
  const answer = await rpc(server, 'tools/call', { name, arguments: args }, options);
  const first = answer.body.result?.content?.find(({ text }) => text.startsWith('{'))?.text ?? 'null';
  return {
    answer,
    isError: answer.body.result?.isError === true,
    data: JSON.parse(first) as Record<string, unknown>,
  };
}

/** The refusal of the mma face: status, one of its eight codes, and words. */
export function expectMmaError(
  answer: Answer<unknown>,
  status: number,
  code: (typeof MMA_CODES)[number],
): MmaError {
  const body = answer.body as MmaError;
  expect([answer.status, body.error_code, body.ok]).toEqual([status, code, false]);
  expect(body.error.length).toBeGreaterThan(0);
  return body;
}

/** 401 as U-9 wants it: with a challenge that says where to go. */
export function expectChallenge(answer: Answer<unknown>): void {
  expectMmaError(answer, 401, 'FORBIDDEN');
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*resource_metadata="http[^"]+"/);
}

/** Runs the owner's window: reads the newest proposal of a subject and approves it. */
export async function approve(server: TestServer, draftId: string): Promise<void> {
  const { write } = server.context.database.raw;
  const action = write.prepare('select id, version, hash from actions where subject_id = ?').get(draftId) as {
    id: string;
    version: number;
    hash: string;
  };
  const { version, hash } = action;
  await server.console('POST', `/inbox/${action.id}/read`, { version, hash });
  const decided = await server.console<InboxDetail>('POST', `/inbox/${action.id}/decide`, {
    version,
    hash,
    verdict: 'approve',
  });
  expect(decided.status).toBe(200);
  await endGrace(server, decided.body);
}
