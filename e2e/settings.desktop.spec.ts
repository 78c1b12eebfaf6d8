import type { ElectronApplication, Page } from '@playwright/test';
import { addAgent, callConsole, callTool, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

interface Preferences {
  readonly notifications: { readonly quietHours: unknown };
  readonly shortcuts: { readonly overrides: Record<string, string[]> };
}

async function preferencesOf(window: Page): Promise<Preferences> {
  return (await callConsole<{ preferences: Preferences }>(window, 'GET', '/me')).preferences;
}

/** Moves the focus by Tab until `locator` has it, as somebody without a mouse does. */
async function tabTo(window: Page, name: string): Promise<void> {
  const wanted = window.getByRole('button', { name, exact: true });
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 400; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await window.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${name}`);
}

/** Presses the two keys that lead to a page; on a busy machine the second may come too late for the first. */
async function goBy(window: Page, second: string, title: string): Promise<void> {
  await expect(async () => {
    await window.keyboard.press('g');
    await window.keyboard.press(second);
    await expect(window.getByRole('heading', { level: 1 })).toHaveText(title, { timeout: 2_000 });
  }).toPass();
}

test('a key is remapped, taken from what had it, and acts and is printed as such', async ({
  window,
  serverUrl,
}) => {
  // Several pages, each read by axe.
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Atlas', 'atlas');
  await callTool(url, key, 'drafts.create', { title: 'A short one', content: 'Hello there.' });
  await expect(window.getByTestId('approve')).toBeVisible();
  await expect(window.getByTestId('approve')).toHaveAttribute('aria-keyshortcuts', 'a');

  await goBy(window, 's', 'Settings');
  await openPage(window, '/settings/shortcuts');
  await expectNoAxeViolations(window);
  await window.getByTestId('shortcut-search').fill('approve');
  await tabTo(window, 'Change the keys for: Approve');
  await window.keyboard.press('Enter');
  await expect(window.getByTestId('key-recorder')).toBeFocused();
  // However long the page takes to draw the question, it has the focus: here no frame waits for it.
  await window.evaluate(() => {
    globalThis.requestAnimationFrame = (callback) => {
      callback(performance.now());
      return 0;
    };
  });
  await window.keyboard.press('y');
  const conflict = window.getByRole('alert');
  await expect(conflict).toContainText('Run again');
  await expect(window.getByRole('button', { name: 'Take it from' })).toBeFocused();
  await expectNoAxeViolations(window);
  await window.keyboard.press('Enter');
  await expect(window.getByTestId('save-status')).toHaveText('Saved');
  expect((await preferencesOf(window)).shortcuts.overrides).toEqual({
    'inbox.approve': ['y'],
    'inbox.retry': [],
  });

  await openPage(window, '/inbox');
  await expect(window.getByTestId('approve')).toHaveAttribute('aria-keyshortcuts', 'y');
  await expect(window.getByTestId('approve')).toContainText('y');
  await window.keyboard.press('a');
  await expect(window.getByTestId('receipt')).toHaveCount(0);
  await window.keyboard.press('y');
  await expect(window.getByTestId('receipt')).toContainText('Approved');
  await window.keyboard.press('?');
  await expect(window.getByRole('dialog')).toContainText('Approve');
  await window.keyboard.press('?');
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Help');
  await expectNoAxeViolations(window);
});

test('what is switched off stays off after a restart, and undo brings it back', async ({ launchDesktop }) => {
  const first = await launchDesktop();
  await first.serverUrl();
  await setUpOwner(first.window);
  await openPage(first.window, '/settings/shortcuts');
  await first.window.getByTestId('single-keys').focus();
  await first.window.keyboard.press('Space');
  await expect(first.window.getByTestId('save-status')).toHaveText('Saved');
  await first.close();

  const { window, serverUrl } = await launchDesktop();
  await serverUrl();
  await openPage(window, '/settings/shortcuts');
  const single = window.getByTestId('single-keys');
  await expect(single).not.toBeChecked();
  await window.locator('#settings-section').focus();
  await window.keyboard.press('g');
  await window.keyboard.press('i');
  await expect(window).toHaveURL(/settings\/shortcuts/);
  await window.keyboard.press('Control+,');
  await expect(window).toHaveURL(/settings\/general/);
  await openPage(window, '/settings/shortcuts');
  await single.focus();
  await window.keyboard.press('Space');
  await expect(single).toBeChecked();
  await tabTo(window, 'Undo');
  await window.keyboard.press('Enter');
  await expect(single).not.toBeChecked();
});

/** What the menu bar of the shell says. */
function menuOf(app: ElectronApplication): Promise<string[]> {
  return app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);
}

test('the language changes at once, on every page, in the menu bar and after a restart', async ({
  app,
  window,
  serverUrl,
}) => {
  await serverUrl();
  await setUpOwner(window);
  await openPage(window, '/settings/general');
  await expectNoAxeViolations(window);
  await window.getByRole('radio', { name: 'English' }).focus();
  await window.keyboard.press('ArrowRight');
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
  await expect(window.locator('html')).toHaveAttribute('lang', 'de');
  await expect(window.getByTestId('save-status')).toHaveText('Gespeichert');
  await expect.poll(() => menuOf(app)).toContain('Bearbeiten');
  await window.reload();
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
});

test('quiet hours are saved and said in plain words', async ({ window, serverUrl }) => {
  await serverUrl();
  await setUpOwner(window);
  await addAgent(window, 'Atlas', 'atlas');
  await openPage(window, '/settings/notifications');
  await window.getByTestId('quiet-on').focus();
  await window.keyboard.press('Space');
  await expect(window.getByTestId('quiet-summary')).toContainText(/uiet/);
  await expectNoAxeViolations(window);
  await window.getByLabel('From', { exact: true }).selectOption('00:00');
  await window.getByLabel('Until', { exact: true }).selectOption('00:00');
  await expect(window.getByTestId('quiet-summary')).toContainText('Quiet now');
  await expect
    .poll(async () => (await preferencesOf(window)).notifications.quietHours)
    .toEqual({
      from: '00:00',
      to: '00:00',
      days: [0, 1, 2, 3, 4, 5, 6],
    });
  await window.getByRole('checkbox', { name: 'No notifications from Atlas' }).focus();
  await window.keyboard.press('Space');
  await expect(window.getByTestId('save-status')).toHaveText('Saved');
});

test('a mail in the outbox is read by keyboard, and that is written down', async ({ window, serverUrl }) => {
  const url = await serverUrl();
  await setUpOwner(window);
  const registered = await fetch(`${url}/api/v1/agents/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Bob Baker',
      email: 'bob@example.com',
      agentName: 'Bob Helper',
      agentHandle: 'bob-helper',
      provider: 'custom',
    }),
  });
  expect(registered.ok).toBe(true);
  await goBy(window, 'o', 'Outbox');
  await expect(window.getByRole('link', { name: 'Bob Helper' })).toBeVisible();
  await window.keyboard.press('j');
  await expect(window.getByRole('link', { name: 'Bob Helper' })).toBeFocused();
  await window.keyboard.press('Enter');
  const mail = window.getByTestId('mail');
  await expect(mail).toContainText('Until you claim it');
  await expect(mail.getByRole('button', { name: 'Copy the link' }).first()).toBeVisible();
  await expectNoAxeViolations(window);
  await window.keyboard.press('Escape');
  await expect(mail).toHaveCount(0);
});
