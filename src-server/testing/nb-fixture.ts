import { expect } from 'vitest';
import type { RegisterAnswer } from '../contract/nb/agents';
import { mailedCode, signIn, type Person } from './mma-fixture';
import { createTestServer, type Answer, type TestServer, type TestServerOptions } from './test-server';

/** What tests of the NetworkBot Protocol share. */

export const OFFSET_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
/** An id that nobody has. */
export const STRANGER = '018f0000-0000-7000-8000-000000000000';
export const NB_KEY = /^nb_[A-Za-z0-9_-]{43}$/;

export const withKey = (key: string) => ({ headers: { 'x-api-key': key } });

/** nb's refusal: a status and words under `detail`. */
export function expectDetail(answer: Answer, status: number, words: string | RegExp): void {
  expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(words)]);
}

export interface NbAgent {
  readonly id: string;
  readonly key: string;
}

export async function registerNbAgent(
  server: TestServer,
  body: Readonly<Record<string, unknown>> = {},
): Promise<NbAgent> {
  const answer = await server.call<RegisterAnswer>('POST', '/api/protocol/register', {
    body: {
      name: 'MyBot v1',
      owner_name: 'Anika Sharma',
      owner_email: 'anika@example.com',
      capabilities: ['founder-matching'],
      ...body,
    },
  });
  expect(answer.status).toBe(200);
  return { id: answer.body.agent_id, key: answer.body.api_key ?? '' };
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

/** A server with an nb agent that its owner claimed, and the owner signed in. */
export async function openNbOffice(
  options: TestServerOptions = {},
): Promise<NbAgent & { readonly server: TestServer; readonly person: Person; readonly rotation: string }> {
  const server = await createTestServer({ mode: 'server', ...options });
  const agent = await registerNbAgent(server);
  const claimed = await claimLite(server, agent.id);
  const person = await signIn(server, 'anika@example.com');
  return { server, ...agent, person, rotation: String(claimed['rotation_token']) };
}
