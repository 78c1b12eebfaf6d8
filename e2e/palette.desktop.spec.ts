import type { Locator, Page } from '@playwright/test';
import { addAgent, callConsole, callTool, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

const palette = (window: Page): Locator =>
  window.getByRole('dialog', { name: /Command palette|Befehlspalette/ });
const chosen = (window: Page): Locator => palette(window).getByRole('option', { selected: true });
const title = (window: Page): Locator => window.getByRole('heading', { level: 1 });

/** Opens it by its key, types, and waits until the entry is the chosen one. */
async function find(window: Page, query: string, entry: string | RegExp): Promise<void> {
  await window.keyboard.press('Control+k');
  await expect(window.getByTestId('palette-search')).toBeFocused();
  await window.keyboard.type(query);
  await expect(chosen(window)).toContainText(entry);
}

async function choose(window: Page, query: string, entry: string | RegExp): Promise<void> {
  await find(window, query, entry);
  await window.keyboard.press('Enter');
  await expect(palette(window)).toHaveCount(0);
}

test('the palette leads to pages, agents and settings, and gives the focus back', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(120_000);
  await serverUrl();
  await setUpOwner(window);
  await addAgent(window, 'Atlas', 'atlas');

  const button = window.getByRole('button', { name: 'Command palette' });
  await button.click();
  await expect(window.getByTestId('palette-search')).toBeFocused();
  await expect(palette(window).getByRole('group', { name: 'Pages' })).toContainText('Inbox');
  await expectNoAxeViolations(window);
  await window.keyboard.press('End');
  await expect(palette(window).getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
  await window.keyboard.press('Home');
  await expect(palette(window).getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await window.keyboard.press('Escape');
  await expect(palette(window)).toHaveCount(0);
  await expect(button).toBeFocused();

  await choose(window, 'audit', 'Audit');
  await expect(title(window)).toHaveText('Audit');
  await choose(window, 'policy atl', /Policy.*Atlas/);
  await expect(title(window)).toContainText('Atlas');
  await expect(window.getByRole('tab', { name: 'Policy' })).toHaveAttribute('aria-selected', 'true');
  await choose(window, 'decision back', 'Time to take a decision back');
  await expect(window.getByTestId('grace-seconds')).toBeFocused();
  await choose(window, 'encrypt', 'Encrypt backups');
  await expect(window.getByRole('switch', { name: 'Encrypt backups' })).toBeFocused();

  await window.keyboard.press('Control+k');
  await expect(palette(window).getByRole('group').first()).toContainText('Encrypt backups');
  await expect(palette(window).getByRole('group', { name: 'Recent' })).toContainText('Atlas');
  await window.keyboard.press('Control+k');
  await expect(palette(window)).toHaveCount(0);
  await expect(window.getByRole('switch', { name: 'Encrypt backups' })).toBeFocused();

  await choose(window, 'zebra crossing', 'Search proposals for “zebra crossing”');
  await expect(window).toHaveURL(/inbox\?q=zebra/);
});

test('the palette freezes all agents at once, and a thaw is confirmed where it always is', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await choose(window, 'freeze all agents', 'Freeze all agents');
  await expect(window.getByTestId('frozen')).toBeVisible();
  await expect(callTool(url, key, 'drafts.create', { content: 'During the frost.' })).rejects.toThrow(/403/);
  await choose(window, 'thaw', 'Thaw all agents');
  await expect(window.getByTestId('thaw-all')).toBeFocused();
  await expect(window.getByTestId('frozen')).toBeVisible();
});

test('the palette pauses an agent, opens the form for a new one, and switches the language', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { id, key } = await addAgent(window, 'Atlas', 'atlas');
  await choose(window, 'pause atlas', /Pause the agent.*Atlas/);
  await expect
    .poll(async () => (await callConsole<{ status: string }>(window, 'GET', `/agents/${id}`)).status)
    .toBe('paused');
  await expect(callTool(url, key, 'drafts.create', { content: 'While paused.' })).rejects.toThrow(/403/);
  await choose(window, 'new agent', 'Add an agent');
  await expect(window.getByRole('dialog', { name: 'Add an agent' })).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toHaveCount(0);
  await choose(window, 'deutsch', 'Deutsch');
  await expect(window.locator('html')).toHaveAttribute('lang', 'de');
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Agenten');
  await window.setViewportSize({ width: 900, height: 600 });
  await window.emulateMedia({ forcedColors: 'active' });
  await find(window, 'protokoll', /rotokoll/);
  await expectNoAxeViolations(window);
  expect(await chosen(window).evaluate((row) => getComputedStyle(row).outlineStyle)).toBe('solid');
});

test('what is typed there decides nothing, and a dialog that waits for an answer keeps it closed', async ({
  window,
  serverUrl,
}) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await callTool(url, key, 'drafts.create', { title: 'A short one', content: 'Hello there.' });
  await expect(window.getByTestId('approve')).toBeVisible();

  await window.keyboard.press('Control+k');
  await expect(window.getByTestId('palette-search')).toBeFocused();
  await window.keyboard.type('arg i');
  await expect(window.getByTestId('palette-search')).toHaveValue('arg i');
  await expect(palette(window)).toBeVisible();
  await window.getByTestId('palette-search').fill('approve');
  await expect(chosen(window)).toContainText('Search proposals');
  await window.keyboard.press('Escape');
  await expect(palette(window)).toHaveCount(0);
  await expect(window.getByTestId('receipt')).toHaveCount(0);

  await window.keyboard.press('r');
  const reject = window.getByRole('dialog');
  await expect(reject).toBeVisible();
  await window.keyboard.press('Control+k');
  await expect(reject).toHaveCount(1);
  await expect(palette(window)).toHaveCount(0);
  await window.keyboard.press('Escape');
  await expect(reject).toHaveCount(0);
  await choose(window, 'snooze', 'Snooze');
  await expect(window.getByRole('dialog')).toContainText('Snooze');
});
