import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { addAgent, callConsole, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

/** Going to sleep with one's data in good hands: all of it by keyboard. */

/** Tabs on until the element has the focus, as somebody without a mouse does. */
async function tabTo(window: Page, target: ReturnType<Page['locator']>): Promise<void> {
  await expect(target).toBeVisible();
  for (let count = 0; count < 80; count += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await window.keyboard.press('Tab');
  }
  throw new Error('the element is out of reach of the keyboard');
}

async function press(window: Page, target: ReturnType<Page['locator']>, key = 'Enter'): Promise<void> {
  await tabTo(window, target);
  await window.keyboard.press(key);
}

/** The file dialogs of the system, which no test can press, answer what a person chose. */
async function answerDialogs(app: ElectronApplication, filePath: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
  }, filePath);
}

test('a backup is made, saved elsewhere, gone back to, and the newer data comes back', async ({
  app,
  window,
  serverUrl,
  dataDir,
}) => {
  test.setTimeout(180_000);
  await serverUrl();
  await setUpOwner(window);
  await addAgent(window, 'Early bird', 'early-bird');
  await openPage(window, '/settings/data');
  const list = window.getByTestId('backups').getByRole('listitem');
  await expect(window.getByText('There is none yet.')).toBeVisible();
  await expectNoAxeViolations(window);

  await press(window, window.getByTestId('back-up-now'));
  await expect(list).toHaveCount(1);
  await expect(list).toContainText('by hand');
  await expect(list).toContainText('encrypted');
  await expectNoAxeViolations(window);
  expect(readdirSync(join(dataDir, 'backups'))).toEqual([expect.stringMatching(/^hand-.*\.csb$/)]);

  const elsewhere = mkdtempSync(join(tmpdir(), 'countersign-elsewhere-'));
  const copy = join(elsewhere, 'my copy.csb');
  await answerDialogs(app, copy);
  await press(window, list.getByRole('button', { name: /^Save a copy of the backup of/ }));
  await expect.poll(() => existsSync(copy)).toBe(true);
  const [name = ''] = readdirSync(join(dataDir, 'backups'));
  expect(readFileSync(copy)).toEqual(readFileSync(join(dataDir, 'backups', name)));
  expect(statSync(copy).mode & 0o077).toBe(0);

  await addAgent(window, 'Late comer', 'late-comer');
  await press(window, window.getByTestId('restore-file'));
  const contents = window.getByTestId('contents');
  await expect(contents.getByRole('row', { name: 'Agents 1 2' })).toBeVisible();
  await expectNoAxeViolations(window);
  await press(window, window.getByTestId('restore-now'));
  await expect(window.getByText('Restored. What was here before is kept, whole.')).toBeVisible({
    timeout: 60_000,
  });
  const agentsNow = async () =>
    (await callConsole<{ items: { name: string }[] }>(window, 'GET', '/agents')).items.map(
      (agent) => agent.name,
    );
  expect(await agentsNow()).toEqual(['Early bird']);
  await expect(list.filter({ hasText: 'before the restore' })).toHaveCount(1);

  await press(window, window.getByTestId('bring-back'));
  await expect(contents.getByRole('row', { name: 'Agents 2 1' })).toBeVisible();
  await press(window, window.getByTestId('restore-now'));
  await expect(list.filter({ hasText: 'before the restore' })).toHaveCount(2, { timeout: 60_000 });
  expect((await agentsNow()).toSorted()).toEqual(['Early bird', 'Late comer']);

  await press(window, list.filter({ hasText: 'by hand' }).getByRole('button', { name: /^Remove/ }));
  await press(window, window.getByRole('dialog').getByRole('button', { name: 'Remove' }));
  await expect(list.filter({ hasText: 'by hand' })).toHaveCount(0);
  rmSync(elsewhere, { recursive: true });
});

test('a person takes their data along, sees the whole diagnostics bundle, and erases', async ({
  app,
  window,
  serverUrl,
  dataDir,
}) => {
  test.setTimeout(180_000);
  await serverUrl();
  await setUpOwner(window);
  await addAgent(window, 'Early bird', 'early-bird');
  await openPage(window, '/settings/data');

  const elsewhere = mkdtempSync(join(tmpdir(), 'countersign-elsewhere-'));
  const archive = join(elsewhere, 'me.zip');
  await answerDialogs(app, archive);
  await press(window, window.getByTestId('make-export'));
  await press(window, window.getByRole('button', { name: /^Save the archive of/ }));
  await expect.poll(() => existsSync(archive)).toBe(true);
  expect(readFileSync(archive).subarray(0, 2).toString()).toBe('PK');

  await press(window, window.getByTestId('diagnose'));
  const bundle = window.getByRole('region', { name: 'The whole bundle' });
  await expect(bundle).toContainText('"mode": "desktop"');
  await expect(bundle).not.toContainText('anna@example.org');
  await expect(bundle).not.toContainText('Early bird');
  await expect(bundle).toContainText('"message": "ready"');
  await expectNoAxeViolations(window);

  await press(window, window.getByTestId('erase-me'));
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByTestId('goes')).toContainText('1 agent');
  await expectNoAxeViolations(window);
  const forGood = dialog.getByRole('button', { name: 'Erase for good' });
  await expect(forGood).toBeDisabled();
  await tabTo(window, dialog.getByRole('textbox'));
  await window.keyboard.type('anna@example.org');
  await expect(forGood).toBeEnabled();
  await window.keyboard.press('Enter');
  await expect(window.getByRole('radio', { name: 'Deutsch' })).toBeVisible({ timeout: 60_000 });
  expect(existsSync(join(dataDir, 'exports'))).toBe(false);
  const me = await callConsole<{ setup: { hasOwner: boolean } }>(window, 'GET', '/me');
  expect(me.setup.hasOwner).toBe(false);
  rmSync(elsewhere, { recursive: true });
});
