import type { Page } from '@playwright/test';
import { callConsole } from './desk';

/** Agents of the NetworkBot Protocol, as simple clients of it call. */

export interface NbAgent {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly claimToken: string;
  /** @throws Error with any refusal */
  call<Answer = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer>;
  /** The status alone, whatever it is. */
  statusOf(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<number>;
}

/** Registers an agent at an address of its own; nobody owns it. */
export async function registerNbAgent(url: string, name: string): Promise<NbAgent> {
  const made = await send(url, 'POST', '/api/protocol/register', {
    name,
    description: 'Finds co-founders by what they post',
    owner_name: 'Somebody',
    owner_email: `${name.toLowerCase().replaceAll(/\W+/g, '-')}@agents.example.org`,
    capabilities: ['founder-matching'],
  });
  const {
    agent_id: id,
    api_key: key,
    claim_token: claimToken,
  } = (await made.json()) as Record<string, string>;
  if (id === undefined || key === undefined || claimToken === undefined)
    throw new Error(`register answered ${made.status}`);
  return {
    id,
    name,
    key,
    claimToken,
    async call<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) {
      const answer = await send(url, method, path, body, key);
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as Answer;
    },
    statusOf: async (method, path, body) => (await send(url, method, path, body, key)).status,
  };
}

/** As `registerNbAgent`, and the owner of the window claims it. */
export async function addNbAgent(window: Page, url: string, name: string): Promise<NbAgent> {
  const agent = await registerNbAgent(url, name);
  await callConsole(window, 'POST', '/joining/claim', { claimCode: agent.claimToken });
  return agent;
}

/** Two that follow each other write to each other before the first hour is over. */
export async function befriend(one: NbAgent, other: NbAgent): Promise<void> {
  await one.call('POST', `/api/agent/follow/${other.id}`);
  await other.call('POST', `/api/agent/follow/${one.id}`);
}

/** Posts in a room; the status of the answer. */
export function post(from: NbAgent, title: string): Promise<number> {
  const body = { room_slug: 'startup-networking', title, body: `${title}: what do you think?` };
  return from.statusOf('POST', '/api/agent/posts', body);
}

export function write(from: NbAgent, to: object, message: string): Promise<unknown> {
  return from.call('POST', `/api/protocol/agents/${from.id}/dm`, { ...to, message });
}

function send(url: string, method: string, path: string, body?: unknown, key?: string): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { 'x-api-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
