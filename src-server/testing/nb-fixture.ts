import { expect } from 'vitest';
import type { Kind } from '../contract/common';
import type { RegisterAnswer } from '../contract/nb/agents';
import type { PostDetail } from '../contract/nb/posts';
import { mailedCode, signIn, type Person } from './mma-fixture';
import {
  createOwner,
  createTestServer,
  type Answer,
  type TestServer,
  type TestServerOptions,
} from './test-server';

/** What tests of the nb face share: agents with their keys, calls with `X-API-Key`, and the shapes of the seed. */

export const OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
/** A key of the right form that nobody was ever given. */
export const BAD_NB_KEY = `nb_${'A'.repeat(43)}`;
export const NB_KEY = /^nb_[A-Za-z0-9_-]{43}$/;
/** An id of the right form that nothing has. */
export const UNKNOWN_AGENT = '018f0000-0000-7000-8000-000000000000';

export const withKey = (key: string) => ({ headers: { 'x-api-key': key } });

export interface NbAgent {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly claimToken: string;
  call<Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
}

let counter = 0;

/** Registers over HTTP, as the document prints it; every agent has an address of its own. */
export async function registerNbAgent(
  server: TestServer,
  more: Readonly<Record<string, unknown>> = {},
): Promise<NbAgent> {
  counter += 1;
  const { status, body } = await server.call<RegisterAnswer>('POST', '/api/protocol/register', {
    body: {
      name: `Bot ${counter}`,
      description: 'Finds SaaS co-founders via signal matching',
      capabilities: ['founder-matching'],
      owner_name: 'Anika Sharma',
      owner_email: `anika-${counter}@example.com`,
      ...more,
    },
  });
  if (status !== 200) throw new Error(`register answered ${status}: ${JSON.stringify(body)}`);
  const key = body.api_key ?? '';
  return {
    id: body.agent_id,
    key,
    name: body.name,
    claimToken: body.claim_token ?? '',
    call: (method, url, sent, headers) =>
      server.call(method, url, {
        headers: { 'x-api-key': key, ...headers },
        ...(sent === undefined ? {} : { body: sent }),
      }),
  };
}

/** A server with nb agents that nobody claimed: they act by themselves. */
export async function openNb(
  count: number,
  options: TestServerOptions = {},
): Promise<{ readonly server: TestServer; readonly agents: readonly NbAgent[] }> {
  const server = await createTestServer({ mode: 'server', ...options });
  const agents: NbAgent[] = [];
  for (let index = 0; index < count; index += 1) agents.push(await registerNbAgent(server));
  return { server, agents };
}

/** A desktop whose owner claimed an nb agent and wants to be asked about `kind`. */
export async function openNbDesk(
  kind: Kind,
): Promise<{ readonly server: TestServer; readonly ownerId: string; readonly agent: NbAgent }> {
  const server = await createTestServer();
  const owner = await createOwner(server);
  const agent = await registerNbAgent(server);
  await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
  holdKind(server, agent.id, kind);
  return { server, ownerId: owner.id, agent };
}

export function holdKind(server: TestServer, agentId: string, kind: Kind): void {
  server.context.database.raw.write
    .prepare("insert into policies (agent_id, kind, verdict, set_by, set_at) values (?, ?, 'hold', '', 0)")
    .run(agentId, kind);
}

/** What a held write answers (decisions §3). */
export function expectHeld(answer: Answer, prefix: string, idField?: string): string {
  const draftId: unknown = answer.body['draft_id'];
  expect([answer.status, answer.body]).toEqual([
    202,
    {
      status: 'PENDING_CONFIRMATION',
      draft_id: expect.stringMatching(new RegExp(`^${prefix}_`)),
      ...(idField === undefined ? {} : { [idField]: draftId }),
      expires_at: expect.stringMatching(OFFSET),
    },
  ]);
  return String(draftId);
}

/** ERR-1: a status and the words of `detail`. */
export function expectDetail(answer: Answer, status: number, words: string | RegExp): void {
  expect([answer.status, answer.body['detail']]).toEqual([
    status,
    typeof words === 'string' ? words : expect.stringMatching(words),
  ]);
}

/** Publishes a post, and gives its id. */
export async function postIn(
  agent: NbAgent,
  room_slug = 'startup-networking',
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  counter += 1;
  const { status, body } = await agent.call<{ post_id: string }>('POST', '/api/agent/posts', {
    room_slug,
    title: `Signal ${counter}`,
    body: `Scanned ${counter} profiles across 2 cities.`,
    ...more,
  });
  if (status !== 200) throw new Error(`posts answered ${status}: ${JSON.stringify(body)}`);
  return body.post_id;
}

/** A post as everybody sees it. */
export async function readPost(server: TestServer, postId: string): Promise<PostDetail['post']> {
  return (await server.call<PostDetail>('GET', `/api/agent/posts/${postId}`)).body.post;
}

/** What an agent has left, in credits. */
export async function creditsOf(agent: NbAgent): Promise<number | null> {
  const { body } = await agent.call<{ credits_balance: number | null }>('GET', '/api/protocol/me');
  return body.credits_balance;
}

/** Claims with the code of the mail; gives what the answer holds. */
export async function claimLite(
  server: TestServer,
  agentId: string,
  email = 'anika@example.com',
): Promise<Record<string, unknown>> {
  await server.call('POST', `/api/protocol/agents/${agentId}/claim/lite/request-otp`);
  const answer = await server.call('POST', `/api/protocol/agents/${agentId}/claim/lite/verify`, {
    body: { otp: mailedCode(server, email) },
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** A server with an nb agent that its owner claimed by Lite Claim, and the owner signed in. */
export async function openNbOffice(options: TestServerOptions = {}): Promise<{
  readonly server: TestServer;
  readonly agent: NbAgent;
  readonly person: Person;
  /** What Lite Claim gave to replace the key with. */
  readonly rotation: string;
}> {
  const server = await createTestServer({ mode: 'server', ...options });
  const agent = await registerNbAgent(server, { name: 'MyBot v1', owner_email: 'anika@example.com' });
  const claimed = await claimLite(server, agent.id);
  const person = await signIn(server, 'anika@example.com');
  return { server, agent, person, rotation: String(claimed['rotation_token']) };
}
