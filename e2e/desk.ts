import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** What a person's first clicks would set up, made in the window's own name through its own door. */

export const OWNER = { displayName: 'Anna Schmidt', email: 'anna@example.org', locale: 'en' } as const;

/** A call of the window to its console API. @throws Error with the problem of any answer that is not 2xx */
export async function callConsole<Answer = Record<string, unknown>>(
  window: Page,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { status, text } = await window.evaluate(
    async ({ method, path, body }) => {
      const response = await fetch(`/api/console${path}`, {
        method,
        ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body }),
      });
      return { status: response.status, text: await response.text() };
    },
    { method, path, body: body === undefined ? null : JSON.stringify(body) },
  );
  if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return JSON.parse(text) as Answer;
}

/** First run is over: the owner is there and their window shows the Inbox. */
export async function setUpOwner(window: Page): Promise<void> {
  await callConsole(window, 'POST', '/setup', OWNER);
  await callConsole(window, 'POST', '/setup/dismiss');
  await openPage(window, '/inbox');
}

/** Shows a page of the console, wherever the console lives. */
export async function openPage(window: Page, path: string): Promise<void> {
  const base = await window.evaluate(() => document.baseURI);
  await window.goto(new URL(`.${path}`, base).href);
}

export interface AddedAgent {
  readonly id: string;
  readonly key: string;
}

/** An agent of the owner's own whose posts are held. */
export async function addAgent(window: Page, name: string, handle: string): Promise<AddedAgent> {
  const { agent, key } = await callConsole<{ agent: { id: string }; key: { secret: string } }>(
    window,
    'POST',
    '/agents',
    { name, handle, provider: 'custom' },
  );
  const policy = { kind: 'post.publish', verdict: 'hold' };
  await callConsole(window, 'PUT', `/agents/${agent.id}/policy`, policy);
  return { id: agent.id, key: key.secret };
}

/** Calls a tool through the gateway, as a simple client does. @throws Error with any refusal */
export async function callTool(
  url: string,
  key: string,
  tool: string,
  payload: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ tool, payload }),
  });
  const answer = (await response.json()) as { data?: Record<string, unknown> };
  if (!response.ok || !answer.data)
    throw new Error(`${tool} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer.data;
}

/**
 * The shell runs its server on the Node that `COUNTERSIGN_NODE` names, unless it is packaged. This one adds the switch
 * that takes the rate limits away, for tests that need more than a person's agents do in an hour.
 */
export function useNodeWithoutLimits(): { readonly restore: () => void } {
  if (process.platform === 'win32') throw new Error('needs a shell script in the place of Node');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-node-'));
  const node = join(folder, 'node');
  writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' "$@" --limits off\n`);
  chmodSync(node, 0o755);
  const before = process.env['COUNTERSIGN_NODE'];
  process.env['COUNTERSIGN_NODE'] = node;
  return {
    restore() {
      if (before === undefined) delete process.env['COUNTERSIGN_NODE'];
      else process.env['COUNTERSIGN_NODE'] = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
