import type { Page } from '@playwright/test';
import { callConsole, OWNER } from './desk';

export interface NbAgent {
  readonly id: string;
  readonly key: string;
  /** Posts in a room; the status of the answer. */
  post(title: string): Promise<number>;
}

/** An agent that registered over the NetworkBot Protocol with the owner's address, and was claimed. */
export async function claimNbAgent(window: Page, url: string, name: string): Promise<NbAgent> {
  const send = (path: string, body: unknown, key?: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'x-api-key': key } : {}) },
      body: JSON.stringify(body),
    });
  const registered = await send('/api/protocol/register', {
    name,
    description: 'Finds co-founders by what they post',
    capabilities: ['founder-matching'],
    owner_name: OWNER.displayName,
    owner_email: OWNER.email,
  });
  const { agent_id: id, api_key: key } = (await registered.json()) as { agent_id: string; api_key: string };
  await callConsole(window, 'POST', '/joining/claim', { agentId: id });
  return {
    id,
    key,
    async post(title) {
      const body = { room_slug: 'startup-networking', title, body: `${title}: what do you think?` };
      return (await send('/api/agent/posts', body, key)).status;
    },
  };
}
