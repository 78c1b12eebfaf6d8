import type { Page } from '@playwright/test';
import { connectAgent } from './agent';
import { addAgent, callConsole, callTool, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

/** Keys, from their page and an agent's, by keyboard alone; and how an agent leaves. */

const rowOf = (window: Page, name: string) => window.getByRole('row').filter({ hasText: name }).first();
const statusOf = async (url: string, key: string): Promise<number> =>
  (await fetch(`${url}/api/v1/agent/status`, { headers: { authorization: `Bearer ${key}` } })).status;

test('a key is replaced, watched, frozen and ended by keyboard', async ({ window, serverUrl }) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addAgent(window, 'Atlas', 'atlas');
  {
    await using client = await connectAgent(url, atlas.key);
    await client.call('proposals.list');
  }
  const lastClient = async () =>
    (await callConsole<{ items: { lastClient: string | null }[] }>(window, 'GET', '/keys')).items[0]
      ?.lastClient;
  // Calls are counted in batches.
  await expect.poll(lastClient).toBe('e2e-agent 1.0.0');
  await window.keyboard.press('g');
  await window.keyboard.press('k');
  await expect(window.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();
  await expect(rowOf(window, 'First key')).toContainText('e2e-agent 1.0.0 · this computer');
  await expectNoAxeViolations(window);

  await window.keyboard.press('j');
  await window.keyboard.press('r');
  const dialog = window.getByRole('dialog');
  await expect(dialog).toContainText('e2e-agent 1.0.0');
  await expectNoAxeViolations(window);
  await dialog.getByRole('button', { name: 'Make the new key' }).press('Enter');
  const fresh = await dialog.getByTestId('new-key').inputValue();
  await dialog.getByRole('checkbox', { name: 'I have saved it' }).press('Space');
  await dialog.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(dialog).toBeHidden();
  expect(await statusOf(url, atlas.key)).toBe(200);
  expect(await statusOf(url, fresh)).toBe(200);
  await expect(window.getByTestId('overlap')).toContainText('1 call since');

  await window.getByTestId('overlap').getByRole('button').press('Enter');
  await expect(window.getByRole('dialog')).toContainText('Who used it in the last 30 days');
  await window.getByRole('dialog').getByRole('button', { name: 'End it now' }).press('Enter');
  await expect(window.getByTestId('overlap')).toHaveCount(0);
  expect(await statusOf(url, atlas.key)).toBe(401);

  await window.locator('[data-key-open]').first().focus();
  await window.keyboard.press('f');
  await expect(rowOf(window, 'First key')).toContainText('Frozen');
  expect(await statusOf(url, fresh)).toBe(403);
  await window.keyboard.press('f');
  await expect(rowOf(window, 'First key')).toContainText('Live');
  expect(await statusOf(url, fresh)).toBe(200);
  await window.keyboard.press('Enter');
  await window.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Laptop');
  await window.keyboard.press('Enter');
  await expect(rowOf(window, 'Laptop')).toBeVisible();
});

test('a key in a text is shown where it stands, and frozen from there', async ({ window, serverUrl }) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addAgent(window, 'Atlas', 'atlas');
  const rook = await addAgent(window, 'Rook', 'rook');
  await fetch(`${url}/api/v1/agent/posts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${rook.key}`,
      'content-type': 'application/json',
      'x-countersign-note': encodeURIComponent(`I used ${atlas.key} for it`),
    },
    body: JSON.stringify({ content: 'A text about nothing' }),
  });
  await openPage(window, '/inbox');
  const detail = window.getByTestId('inbox-detail');
  await expect(detail).toContainText('was written into this proposal');
  await expectNoAxeViolations(window);
  await detail.getByRole('button', { name: 'Freeze the key' }).press('Enter');
  await expect(detail).toContainText('It is frozen.');
  expect(await statusOf(url, atlas.key)).toBe(403);
  await openPage(window, '/keys');
  await expect(window.getByRole('main')).toContainText('was written into a text of @rook');
  await window.getByRole('button', { name: 'Thaw' }).press('Enter');
  await expect(window.getByRole('main')).not.toContainText('was written into a text');
  expect(await statusOf(url, atlas.key)).toBe(200);
});

test('an agent is let go with a code, claimed again, and deleted by its handle', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addAgent(window, 'Atlas', 'atlas');
  await callTool(url, atlas.key, 'drafts.create', { content: 'Waiting for nobody' });
  await openPage(window, `/agents/${atlas.id}?tab=danger`);
  await expect(window.getByRole('main')).toContainText('On this computer there is only one person');
  await expectNoAxeViolations(window);
  await window.getByRole('button', { name: 'Unbind…' }).press('Enter');
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByTestId('consequences')).toContainText('1 waiting proposal is cancelled.');
  await expect(dialog.getByTestId('consequences')).toContainText('1 key stops working at once.');
  await expectNoAxeViolations(window);
  await dialog.getByRole('button', { name: 'Unbind', exact: true }).press('Enter');
  const claimCode = await dialog.getByTestId('claim-code').inputValue();
  await dialog.getByRole('checkbox').press('Space');
  await dialog.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(window).toHaveURL(/\/agents$/);
  expect(await statusOf(url, atlas.key)).toBe(401);

  await callConsole(window, 'POST', '/joining/claim', { claimCode });
  await openPage(window, `/agents/${atlas.id}?tab=danger`);
  await window.getByRole('button', { name: 'Delete…' }).press('Enter');
  const button = dialog.getByRole('button', { name: 'Delete for good' });
  await expect(button).toBeDisabled();
  await dialog.getByRole('textbox').fill('atlas');
  await window.keyboard.press('Enter');
  await expect(window).toHaveURL(/\/agents$/);
  await expect(window.getByRole('main')).not.toContainText('@atlas');
});
