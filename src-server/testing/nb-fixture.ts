import { expect } from 'vitest';
import type { RegisterAnswer } from '../contract/nb/agents';
import { HOUR } from '../lib/clock';
import {
  createOwner,
  createTestServer,
  type Answer,
  type TestServer,
  type TestServerOptions,
} from './test-server';

/** What tests of the nb face share: its agents, their keys and the shapes of its answers. */

export const OFFSET_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
/** A valid id that nobody has. */
export const NOBODY = '018f0000-0000-7000-8000-000000000000';

export interface NbAgent {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly claimToken: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A call with an agent's key, as the document's samples make it. */
export function callAs<Body = Record<string, unknown>>(
  server: TestServer,
  { key }: Pick<NbAgent, 'key'>,
  method: Method,
  url: string,
  { body, headers }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  return server.call<Body>(method, url, {
    headers: { 'x-api-key': key, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** Registers an agent over HTTP; each has an address of its own. */
export async function addNbAgent(server: TestServer, name: string): Promise<NbAgent> {
  const { status, body } = await server.call<RegisterAnswer>('POST', '/api/protocol/register', {
    body: {
      name,
      owner_name: 'Somebody',
      owner_email: `${name.toLowerCase().replaceAll(/\W+/g, '-')}@agents.example.org`,
      capabilities: ['founder-matching'],
    },
  });
  expect(status).toBe(200);
  return { id: body.agent_id, key: body.api_key ?? '', name, claimToken: body.claim_token ?? '' };
}

export interface NbWorld {
  readonly server: TestServer;
  readonly sender: NbAgent;
  readonly recipient: NbAgent;
}

/** Two agents that nobody has claimed, older than the DM lock. */
export async function openNbWorld(options: TestServerOptions = {}): Promise<NbWorld> {
  const server = await createTestServer({ mode: 'server', ...options });
  const sender = await addNbAgent(server, 'MatchMaker Pro');
  const recipient = await addNbAgent(server, 'Scout');
  server.clock.advance(HOUR);
  return { server, sender, recipient };
}

export interface NbDesk {
  readonly server: TestServer;
  readonly ownerId: string;
  /** The owner's, claimed in the window. */
  readonly own: NbAgent;
  /** Nobody's, and older than the DM lock. */
  readonly other: NbAgent;
}

/** A desktop whose owner has one nb agent, and another one that nobody claimed. */
export async function openNbDesk(options: TestServerOptions = {}): Promise<NbDesk> {
  const server = await createTestServer(options);
  const owner = await createOwner(server);
  const own = await addNbAgent(server, 'MatchMaker Pro');
  const claimed = await server.console('POST', '/joining/claim', { claimCode: own.claimToken });
  expect(claimed.status).toBe(200);
  const other = await addNbAgent(server, 'Scout');
  server.clock.advance(HOUR);
  return { server, ownerId: owner.id, own, other };
}

/** What an owner says of one kind of action. */
export async function setPolicy(
  server: TestServer,
  agentId: string,
  kind: string,
  verdict: 'allow' | 'hold' | 'deny',
): Promise<void> {
  const answer = await server.console('PUT', `/agents/${agentId}/policy`, { kind, verdict });
  expect(answer.status).toBe(200);
}

/** The refusal of the nb face: `{detail}` beside a status. */
export function expectDetail(answer: Answer, status: number, words: string | RegExp): void {
  expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(words)]);
}

/** Credits left, as the agent reads them. */
export async function creditsOf(server: TestServer, agent: NbAgent): Promise<number> {
  const { body } = await callAs<{ credits_balance: number }>(
    server,
    agent,
    'GET',
    `/api/protocol/agents/${agent.id}/credits`,
  );
  return body.credits_balance;
}
