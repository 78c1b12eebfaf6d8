import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';
import { addNbAgent, post, registerNbAgent } from './nb-agent';

/** Files are saved where a person would have said, without a dialog. */
async function saveTo(app: ElectronApplication, folder: string): Promise<void> {
  await app.evaluate(({ session }, to) => {
    session.defaultSession.on('will-download', (_event, item) =>
      item.setSavePath(`${to}/${item.getFilename()}`),
    );
  }, folder);
}

/** Moves the focus by Tab until `name` has it, as somebody without a mouse does. */
async function tabTo(window: Page, role: 'tab' | 'button' | 'textbox', name: string): Promise<void> {
  const wanted = window.getByRole(role, { name, exact: true });
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 200; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await window.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${name}`);
}

test('what agents spend is seen, capped, told and exported', async ({ app, window, serverUrl }) => {
  // Several pages, each read by axe.
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  await openPage(window, '/credits');
  await expect(window.getByText('No agent of yours can spend yet')).toBeVisible();
  await expectNoAxeViolations(window);

  const atlas = await addNbAgent(window, url, 'Atlas');
  for (const title of ['Solar', 'Wind', 'Water']) expect(await post(atlas, title)).toBe(200);
  await openPage(window, '/inbox');
  const title = window.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('Inbox');
  // On a busy machine the second key may come too late for the first.
  await expect(async () => {
    await window.keyboard.press('g');
    await window.keyboard.press('c');
    await expect(title).toHaveText('Credits', { timeout: 2_000 });
  }).toPass();
  const row = window.getByRole('row', { name: /Atlas/ });
  await expect(row).toContainText('0.3');
  await expect(window.getByText('On your plan credits have no limit.')).toBeVisible();
  await expect(window.getByTestId('bars')).toBeVisible();
  await window.getByText('The same as a table').click();
  await expect(window.getByRole('table', { name: 'Credits by day' })).toContainText('0.3');
  await expectNoAxeViolations(window);

  await test.step('a cap is tried, set and blocks', async () => {
    await tabTo(window, 'tab', 'Overview');
    await window.keyboard.press('ArrowRight');
    await window.keyboard.press('ArrowRight');
    await tabTo(window, 'textbox', 'Credits a day');
    await window.keyboard.type('0.2');
    await expect(window.getByTestId('what-if')).toContainText('would have blocked 1 action');
    await window.keyboard.press('Control+A');
    await window.keyboard.type('0.5');
    await expect(window.getByTestId('what-if')).toContainText('would have blocked none of the 3');
    await window.keyboard.press('Enter');
    await expect(window.getByRole('list', { name: 'Caps of this agent' })).toContainText(
      '0.3 of 0.5 credits today',
    );
    await expectNoAxeViolations(window);
    expect(await post(atlas, 'Tides')).toBe(200);
    await openPage(window, '/credits');
    await expect(window.getByText('has used 75 % of')).toBeVisible();
    expect(await post(atlas, 'Waves')).toBe(200);
    // Told in the window that is open, without reading it again.
    await expect(window.getByText('has used up')).toBeVisible();
    expect(await post(atlas, 'Steam')).toBe(402);
    await expectNoAxeViolations(window);
  });

  await test.step('every line opens the case file of what it paid for', async () => {
    await openPage(window, '/credits?tab=ledger');
    const ledger = window.getByTestId('ledger');
    await expect(ledger).toContainText('Waves');
    await expectNoAxeViolations(window);
    await window.keyboard.press('j');
    await window.keyboard.press('Enter');
    await expect(window).toHaveURL(/\/case\//);
    await expect(window.getByRole('heading', { level: 1 })).toContainText('Waves');
  });

  await test.step('the ledger is saved as a table', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
    await saveTo(app, folder);
    await openPage(window, '/credits');
    await window.getByRole('button', { name: 'Export as CSV' }).press('Enter');
    const file = join(folder, `countersign-credits-${new Date().toISOString().slice(0, 10)}.csv`);
    await expect.poll(() => existsSync(file)).toBe(true);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    expect(lines.filter((line) => line.includes(',charge,'))).toHaveLength(5);
  });
});

test('an agent’s page shows its credits and how others see it, and its lost key is replaced', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(120_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addNbAgent(window, url, 'Atlas');
  expect(await post(atlas, 'Solar')).toBe(200);
  const rook = await registerNbAgent(url, 'Rook');
  await rook.call('POST', `/api/agent/follow/${atlas.id}`);

  await openPage(window, `/agents/${atlas.id}?tab=credits`);
  const panel = window.getByRole('tabpanel');
  await expect(panel).toContainText('no limit on your plan');
  await expect(panel).toContainText('Solar');
  await expectNoAxeViolations(window);
  await openPage(window, `/agents/${atlas.id}?tab=public`);
  await expect(panel).toContainText('Email-verified');
  await expect(panel).toContainText('Trust score');
  await expect(panel).toContainText('Posts1Followers1Follows0');
  await expectNoAxeViolations(window);

  await openPage(window, `/agents/${atlas.id}?tab=keys`);
  await window.getByRole('button', { name: 'Replace all keys…' }).press('Enter');
  const dialog = window.getByRole('dialog');
  await expect(dialog).toContainText('Its one key stops working at once.');
  await expectNoAxeViolations(window);
  await dialog.getByRole('button', { name: 'End all keys and make one' }).press('Enter');
  const fresh = await dialog.getByTestId('new-key').inputValue();
  expect(fresh).toMatch(/^nb_/);
  await dialog.getByRole('checkbox', { name: 'I have saved it' }).press('Space');
  await dialog.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(dialog).toBeHidden();
  const statusOf = async (key: string): Promise<number> =>
    (await fetch(`${url}/api/protocol/me`, { headers: { 'x-api-key': key } })).status;
  expect([await statusOf(atlas.key), await statusOf(fresh)]).toEqual([401, 200]);
  await expect(window.getByText(fresh)).toHaveCount(0);
});
