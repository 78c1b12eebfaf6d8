import { once } from 'node:events';
import type { Locator, Page } from '@playwright/test';
import type { InboxDetail, InboxItem } from '../src-server/contract/console/inbox';
import { addAgent, callConsole, callTool, setUpOwner } from './desk';
import { expect, test, type Desktop } from './fixtures';

/**
 * The app itself is killed at each step of approving, editing and undoing, and started again on what it left: what was
 * answered holds, what was not is done whole or not at all, and nothing twice.
 */

const TEXT = 'says a few plain words.';
const EDITED = 'says a few better words.';
/** Long enough to press a key within it, short enough to wait for its end. */
const GRACE_SECONDS = 8;

/** What the agent is told, of which version. */
interface Outcome {
  readonly status: 'PENDING_CONFIRMATION' | 'PUBLISHED';
  readonly version: 1 | 2;
}

interface Kill {
  readonly name: string;
  readonly grace: boolean;
  /** What was done when the kill comes. */
  readonly until: (window: Page) => Promise<void>;
  /** Each of these is right, once the grace is over; the first where the kill came before the answer did. */
  readonly outcomes: readonly Outcome[];
}

const PENDING: Outcome = { status: 'PENDING_CONFIRMATION', version: 1 };
const SAVED: Outcome = { status: 'PENDING_CONFIRMATION', version: 2 };
const PUBLISHED: Outcome = { status: 'PUBLISHED', version: 1 };
const PUBLISHED_EDITED: Outcome = { status: 'PUBLISHED', version: 2 };

const receipt = (window: Page): Locator => window.getByTestId('receipt');

async function edit(window: Page): Promise<void> {
  await window.keyboard.press('e');
  const text = window.getByRole('textbox', { name: /^Text/ });
  await text.fill((await text.inputValue()).replace(TEXT, EDITED));
}

async function approve(window: Page): Promise<void> {
  await window.keyboard.press('a');
  await expect(receipt(window)).toContainText('Approved');
}

const KILLS: readonly Kill[] = [
  { name: 'Only read', grace: false, until: async () => undefined, outcomes: [PENDING] },
  {
    name: 'Approve pressed',
    grace: false,
    until: (window) => window.keyboard.press('a'),
    outcomes: [PENDING, PUBLISHED],
  },
  { name: 'Approved', grace: false, until: approve, outcomes: [PUBLISHED] },
  { name: 'Approved in grace', grace: true, until: approve, outcomes: [PUBLISHED] },
  { name: 'Edit typed', grace: false, until: edit, outcomes: [PENDING] },
  {
    name: 'Save pressed',
    grace: false,
    until: async (window) => {
      await edit(window);
      await window.keyboard.press('Control+s');
    },
    outcomes: [PENDING, SAVED],
  },
  {
    name: 'Edit saved',
    grace: false,
    until: async (window) => {
      await edit(window);
      await window.keyboard.press('Control+s');
      await expect(window.getByTestId('inbox-detail')).toContainText('Version 2');
    },
    outcomes: [SAVED],
  },
  {
    name: 'Save and approve pressed',
    grace: false,
    until: async (window) => {
      await edit(window);
      await window.keyboard.press('Control+Enter');
    },
    outcomes: [PENDING, SAVED, PUBLISHED_EDITED],
  },
  {
    name: 'Undo pressed',
    grace: true,
    until: async (window) => {
      await approve(window);
      await window.keyboard.press('z');
    },
    outcomes: [PUBLISHED, PENDING],
  },
  {
    name: 'Undone',
    grace: true,
    until: async (window) => {
      await approve(window);
      await window.keyboard.press('z');
      await expect(receipt(window)).toContainText('Taken back');
    },
    outcomes: [PENDING],
  },
];

test('what was answered holds and nothing happens twice when the app is killed at any step', async ({
  launchDesktop,
  allowedErrors,
}) => {
  test.setTimeout(600_000);
  allowedErrors.push(/ERR_FAILED|ERR_INCOMPLETE_CHUNKED_ENCODING|503/);
  let desktop = await launchDesktop();
  await desktop.serverUrl();
  await setUpOwner(desktop.window);
  const { key } = await addAgent(desktop.window, 'Atlas', 'atlas');

  for (const { name, grace, until, outcomes } of KILLS) {
    await test.step(name, async () => {
      const { window } = desktop;
      await callConsole(window, 'PATCH', '/preferences', { graceSeconds: grace ? GRACE_SECONDS : 0 });
      const payload = { title: name, content: `${name} ${TEXT}` };
      const { draftId } = await callTool(await desktop.serverUrl(), key, 'drafts.create', payload);
      await window.getByRole('option', { name: new RegExp(name) }).click();
      await expect(window.getByTestId('inbox-detail')).toContainText(payload.content);
      await expect(window.getByTestId('reading')).toHaveAttribute('data-complete', 'true');
      await expect(window.getByTestId('approve')).toHaveAttribute('data-settling', 'false');
      await until(window);
      await killApp(desktop);

      desktop = await launchDesktop();
      const url = await desktop.serverUrl();
      const ask = () => callTool(url, key, 'proposals.get', { draftId });
      const item = await itemOf(desktop.window, name);
      const isInGrace = () => Date.parse(item.runAt ?? '') > Date.now();
      await expect.poll(isInGrace, { timeout: 2 * GRACE_SECONDS * 1_000 }).toBe(false);
      await expect(async () => {
        const { status, version, input } = await ask();
        expect(outcomes).toContainEqual({ status, version });
        // What their owner did not decide on is not theirs to read.
        const isDecidedEdit = version === 2 && status === 'PUBLISHED';
        expect(input).toMatchObject({ content: `${name} ${isDecidedEdit ? EDITED : TEXT}` });
        const { versions } = await callConsole<InboxDetail>(desktop.window, 'GET', `/inbox/${item.id}`);
        expect(versions.at(-1)?.canonical).toContain(version === 2 ? EDITED : TEXT);
        const found = await callTool(url, key, 'search.query', { q: name, type: 'posts' });
        const mine = (found['results'] as { title: string }[]).filter(({ title }) => title === name);
        expect(mine).toHaveLength(status === 'PUBLISHED' ? 1 : 0);
      }).toPass({ timeout: 20_000 });
    });
  }

  const { items } = await callConsole<{ items: InboxItem[] }>(
    desktop.window,
    'GET',
    '/inbox?tab=decided&limit=100',
  );
  expect(items.length).toBeGreaterThanOrEqual(2);
  expect(items.filter(({ isRead }) => !isRead)).toEqual([]);
  await callConsole(desktop.window, 'POST', '/audit/verification');
  const verified = () =>
    callConsole<{ result: { ok: boolean; problems: unknown[] } | null }>(
      desktop.window,
      'GET',
      '/audit/verification',
    );
  await expect.poll(async () => (await verified()).result).toMatchObject({ ok: true, problems: [] });
});

/** SIGKILL, as the system does when memory runs out; the server must not outlive its app. */
async function killApp(desktop: Desktop): Promise<void> {
  const server = await desktop.serverPid();
  const app = desktop.app.process();
  const gone = once(app, 'exit');
  app.kill('SIGKILL');
  await gone;
  await expect.poll(() => isAlive(server), { message: 'the server ends with its app' }).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function itemOf(window: Page, title: string): Promise<InboxItem> {
  for (const tab of ['pending', 'decided']) {
    const { items } = await callConsole<{ items: InboxItem[] }>(window, 'GET', `/inbox?tab=${tab}&limit=100`);
    const item = items.find((one) => one.title === title);
    if (item) return item;
  }
  throw new Error(`${title} is in neither tab`);
}
