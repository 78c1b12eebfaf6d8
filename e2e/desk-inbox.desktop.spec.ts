import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Locator, Page } from '@playwright/test';
import { addAgent, callConsole, callTool, openPage, setUpOwner, useNodeWithoutLimits } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

test.skip(process.platform === 'win32', 'puts a shell script in the place of Node');

let unlimited: { readonly restore: () => void } | undefined;
test.beforeAll(() => {
  unlimited = useNodeWithoutLimits();
});
test.afterAll(() => unlimited?.restore());

const rows = (window: Page): Locator => window.getByTestId('inbox-list').getByRole('option');
const row = (window: Page, title: string): Locator => rows(window).filter({ hasText: title });
const pendingTab = (window: Page): Locator => window.getByRole('tab', { name: /Pending/ });

async function propose(url: string, key: string, titles: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const title of titles) {
    const { draftId } = await callTool(url, key, 'drafts.create', {
      title,
      content: `${title} says a few words.`,
    });
    ids.push(String(draftId));
  }
  return ids;
}

async function statusOf(url: string, key: string, draftId: string | undefined): Promise<unknown> {
  return (await callTool(url, key, 'proposals.get', { draftId })).status;
}

test('forty one-screen drafts take at most sixty key presses, and each was read', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  const titles = Array.from({ length: 40 }, (_, index) => `Draft ${String(index + 1).padStart(2, '0')}`);
  await propose(url, key, titles);
  await expect(pendingTab(window)).toContainText('40');
  await rows(window).first().click();

  const openId = () =>
    window.evaluate(
      () => document.querySelector<HTMLElement>('[role=option][aria-selected=true]')?.dataset['id'] ?? 'none',
    );
  let presses = 0;
  for (let left = 40; left > 0; left -= 1) {
    const open = await openId();
    await expect(window.getByTestId('reading')).toHaveAttribute('data-complete', 'true');
    // A press so soon after the last one would be taken for its second tap.
    await expect(window.getByTestId('approve')).toHaveAttribute('data-settling', 'false');
    presses += 1;
    await window.keyboard.press('a');
    await expect.poll(openId, { timeout: 20_000 }).not.toBe(open);
  }
  expect(presses).toBeLessThanOrEqual(60);
  await expect(window.getByText('Nothing waits for you').first()).toBeVisible();
  const { items } = await callConsole<{ items: { isRead: boolean; status: string }[] }>(
    window,
    'GET',
    '/inbox?tab=decided&limit=100',
  );
  expect(items).toHaveLength(40);
  expect(items.filter(({ isRead }) => !isRead)).toEqual([]);
});

test('a decision can be taken back within its grace, by one key, also after the server was killed', async ({
  window,
  serverUrl,
  desktop,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  await callConsole(window, 'PATCH', '/preferences', { graceSeconds: 30 });
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  const [first, second] = await propose(url, key, ['Take me back', 'Say no to me']);

  await row(window, 'Take me back').click();
  await window.keyboard.press('a');
  await expect(window.getByTestId('receipt')).toContainText('Approved: runs in');
  expect(await statusOf(url, key, first)).toBe('PENDING_CONFIRMATION');
  await expectNoAxeViolations(window);

  process.kill(await desktop.serverPid(), 'SIGKILL');
  await expect(window.getByTestId('live-state')).toHaveText('Live', { timeout: 20_000 });
  await window.keyboard.press('z');
  await expect(window.getByTestId('receipt')).toContainText('Taken back');
  await expect(row(window, 'Take me back')).toBeVisible();
  const after = await desktop.serverUrl();
  expect(await statusOf(after, key, first)).toBe('PENDING_CONFIRMATION');

  await row(window, 'Say no to me').click();
  await expect(window.getByTestId('inbox-detail')).toContainText('Say no to me says');
  await window.keyboard.press('r');
  // At once, before the dialog may be there: it must never approve what is being rejected.
  await window.keyboard.press('Control+Enter');
  await window.keyboard.press('3');
  await expect(async () => {
    if (await window.getByRole('dialog').isVisible()) await window.keyboard.press('Control+Enter');
    await expect(window.getByTestId('receipt')).toContainText('the agent hears it in', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  expect(await statusOf(after, key, second)).toBe('PENDING_CONFIRMATION');
  await window.keyboard.press('z');
  await expect(window.getByTestId('receipt')).toContainText('Taken back');
  await expect(pendingTab(window)).toContainText('2');
});

test('snooze puts off without moving the expiry, and brings back by key', async ({ window, serverUrl }) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await propose(url, key, ['Later please', 'Now please']);
  await row(window, 'Later please').click();
  await window.keyboard.press('s');
  const dialog = window.getByRole('dialog', { name: 'Snooze' });
  await expect(dialog).toContainText('Its expiry does not move');
  await expectNoAxeViolations(window);
  await window.keyboard.press('1');
  await expect(window.getByTestId('receipt')).toContainText('Snoozed: back');
  await expect(row(window, 'Later please')).toHaveCount(0);
  await window.getByRole('tab', { name: /Snoozed/ }).click();
  await row(window, 'Later please').click();
  await expect(window.getByTestId('detail-banner')).toContainText('it comes back');
  await expectNoAxeViolations(window);
  await window.keyboard.press('s');
  await expect(window.getByTestId('receipt')).toContainText('Back in the list');
  await pendingTab(window).click();
  await expect(row(window, 'Later please')).toBeVisible();
});

test('several that were read are decided with one press, unread ones are refused and say why', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  await callConsole(window, 'PATCH', '/preferences', { graceSeconds: 30 });
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await propose(url, key, ['One', 'Two', 'Three', 'Four']);
  await expect(pendingTab(window)).toContainText('4');
  await rows(window).first().click();
  // Reading is looking at it: three are looked at, the fourth is not.
  for (let index = 0; index < 3; index += 1) {
    await expect(rows(window).nth(index)).toHaveAttribute('aria-selected', 'true');
    await expect(rows(window).nth(index)).toHaveAttribute('data-unread', 'false');
    if (index < 2) await window.keyboard.press('j');
  }
  await window.keyboard.press('Control+a');
  await expect(window.getByTestId('bulk-bar')).toContainText('3 marked');
  await expectNoAxeViolations(window);
  await window.keyboard.press('Shift+A');
  await expect(window.getByTestId('bulk-receipt')).toContainText('3 approved');
  await expect(pendingTab(window)).toContainText('1');
  await window.keyboard.press('z');
  await expect(window.getByTestId('bulk-receipt')).toContainText('3 taken back');
  await expect(pendingTab(window)).toContainText('4');
});

test('what is written for good is read by the agent, and can be taken back on its page', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { id, key } = await addAgent(window, 'Atlas', 'atlas');
  await propose(url, key, ['Too many hashtags']);
  await row(window, 'Too many hashtags').click();
  await window.keyboard.press('m');
  await window.getByRole('textbox', { name: /For Atlas, from now on/ }).fill('Leave hashtags out.');
  await expectNoAxeViolations(window);
  await window.keyboard.press('Control+Enter');
  await expect(window.getByTestId('receipt')).toContainText('Kept as guidance');
  await expect
    .poll(async () => JSON.stringify(await callTool(url, key, 'proposals.guidance', {})))
    .toContain('Leave hashtags out.');
  await window.keyboard.press('g');
  await window.keyboard.press('a');
  await window.getByRole('link', { name: /Atlas/ }).first().click();
  await window.getByRole('tab', { name: 'Guidance' }).click();
  await expect(window.getByRole('list', { name: 'Guidance' })).toContainText('Leave hashtags out.');
  await expectNoAxeViolations(window);
  await window.getByRole('button', { name: 'Take back' }).click();
  await expect(window.getByText('No guidance yet')).toHaveCount(0);
  expect(JSON.stringify(await callTool(url, key, 'proposals.guidance', {}))).not.toContain('hashtags');
  expect(id).toBeTruthy();
});

test('freeze stops every agent within one request, from any page, and thaw lets them go on', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await propose(url, key, ['Before the frost']);
  await window.keyboard.press('Control+Shift+Period');
  await expect(window.getByTestId('frozen')).toBeVisible();
  await expect(callTool(url, key, 'drafts.create', { content: 'During the frost.' })).rejects.toThrow(/403/);
  await expectNoAxeViolations(window);
  await window.getByTestId('thaw-all').click();
  await window.getByRole('button', { name: 'Thaw all agents' }).click();
  await expect(window.getByTestId('frozen')).toHaveCount(0);
  await propose(url, key, ['After the frost']);
});

test('one kind of an nb agent runs without asking for a while, counts down, and is asked again by one press', async ({
  window,
  serverUrl,
  dataDir,
}) => {
  await serverUrl();
  await setUpOwner(window);
  const { id } = await addAgent(window, 'Atlas', 'atlas');
  // As an agent that came by the NetworkBot door, which opens with its own part of the platform.
  const database = new Database(join(dataDir, 'countersign.db'));
  database.prepare("UPDATE agents SET origin = 'nb' WHERE id = ?").run(id);
  database.close();
  await openPage(window, `/agents/${id}?tab=policy`);
  const allow = window.getByTestId('allow-post.publish');
  await allow.getByRole('button', { name: /15 minutes/ }).click();
  await expect(allow).toContainText('Runs without asking for another');
  await expectNoAxeViolations(window);
  // What can't be taken back is never offered.
  await expect(window.getByTestId('allow-message.send')).toHaveCount(0);
  await allow.getByRole('button', { name: /ask again now/ }).click();
  await expect(allow.getByRole('button', { name: /60 minutes/ })).toBeVisible();
});
