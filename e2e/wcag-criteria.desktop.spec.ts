import type { Locator, Page } from '@playwright/test';
import { callConsole, openPage, useNodeWithoutLimits } from './desk';
import { expect, test } from './fixtures';
import { buildWorld, openProposal } from './wcag-world';

/** Criteria of WCAG 2.2 that are about what a person does, not about what a page is (wcag.desktop.long.ts). */

test.skip(process.platform === 'win32', 'puts a shell script in the place of Node');

let unlimited: { readonly restore: () => void } | undefined;
test.beforeAll(() => {
  unlimited = useNodeWithoutLimits();
});
test.afterAll(() => unlimited?.restore());

const announcer = (window: Page) => window.getByTestId('announcer');

async function statusOf(window: Page, id: string): Promise<string> {
  return (await callConsole<{ status: string }>(window, 'GET', `/inbox/${id}`)).status;
}

test('2.1.4: single keys type in fields, and do nothing once they are switched off', async ({
  window,
  serverUrl,
}) => {
  const { revisedId } = await buildWorld(window, await serverUrl());
  await openProposal(window, revisedId);
  await expect(window.getByTestId('reading')).toHaveAttribute('data-complete', 'true');
  const find = window.getByRole('searchbox', { name: 'Find in proposals' });
  await find.focus();
  await window.keyboard.type('aresz');
  await expect(find).toHaveValue('aresz');
  expect(await statusOf(window, revisedId)).toBe('pending');

  await openPage(window, '/settings/shortcuts');
  const single = window.getByTestId('single-keys');
  await single.press('Space');
  await expect(window.getByTestId('save-status')).toHaveText('Saved');
  await openProposal(window, revisedId);
  await expect(window.getByTestId('reading')).toHaveAttribute('data-complete', 'true');
  await expect(window.getByTestId('approve')).not.toHaveAttribute('aria-keyshortcuts', 'a');
  for (const key of ['a', 'r', 's', 'e', 'm', '?']) await window.keyboard.press(key);
  await expect(window.getByRole('dialog')).toHaveCount(0);
  await expect(window.getByTestId('save')).toHaveCount(0);
  expect(await statusOf(window, revisedId)).toBe('pending');
  await window.keyboard.press('Control+Enter');
  await expect.poll(() => statusOf(window, revisedId)).not.toBe('pending');
});

test('2.1.2, 2.4.3: a dialog takes the focus, keeps it until Escape, and gives it back', async ({
  window,
  serverUrl,
}) => {
  const { revisedId } = await buildWorld(window, await serverUrl());
  await openProposal(window, revisedId);
  for (const button of ['reject', 'snooze', 'guide'])
    await expectDialogKeepsFocus(window, window.getByTestId(button));
  await openPage(window, '/agents');
  await expectDialogKeepsFocus(window, window.getByRole('button', { name: 'Add an agent' }));
  await openPage(window, '/keys');
  await expectDialogKeepsFocus(window, window.locator('[data-key-open]').first());
  const frozen = window.getByTestId('frozen');
  await window.getByTestId('freeze-all').press('Enter');
  await expect(frozen).toBeVisible();
  await expect(window.getByTestId('thaw-all'), 'in the place of the button that went').toBeFocused();
  await expectDialogKeepsFocus(window, window.getByTestId('thaw-all'));
});

async function expectDialogKeepsFocus(window: Page, opener: Locator): Promise<void> {
  await opener.press('Enter');
  const dialog = window.getByRole('dialog');
  await expect(dialog).toBeVisible();
  const isInside = () => dialog.evaluate((element) => element.contains(document.activeElement));
  await expect.poll(isInside, 'the focus is in the dialog').toBe(true);
  for (const key of [...Array<string>(12).fill('Tab'), ...Array<string>(14).fill('Shift+Tab')]) {
    await window.keyboard.press(key);
    expect(await isInside(), `the focus after ${key}`).toBe(true);
  }
  await window.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();
}

test('3.3.1: what is wrong is said in words at its field, which has the focus', async ({
  window,
  serverUrl,
  allowedErrors,
}) => {
  allowedErrors.push(/status of 4\d\d/);
  const { revisedId } = await buildWorld(window, await serverUrl());
  await openPage(window, '/agents');
  await window.getByRole('button', { name: 'Add an agent' }).press('Enter');
  const dialog = window.getByRole('dialog');
  const send = dialog.getByRole('button', { name: 'Add it and make a key' });
  const name = dialog.getByRole('textbox', { name: 'Name' });
  await send.press('Enter');
  await expectSaid(name, 'Give it a name');
  await name.fill('Harbor');
  await dialog.getByRole('textbox', { name: 'Handle' }).fill('harbor');
  await send.press('Enter');
  await expectSaid(dialog.getByRole('textbox', { name: 'Handle' }), 'This handle is taken');
  await window.keyboard.press('Escape');

  await window.getByLabel('Claim by code').fill('AAAA-AAAA');
  await window.keyboard.press('Enter');
  await expectSaid(window.getByLabel('Claim by code'), /./);

  await openProposal(window, revisedId);
  await window.getByTestId('edit').press('Enter');
  const title = window.getByRole('textbox', { name: /^Title/ });
  await title.fill('x'.repeat(121));
  await expectSaid(title, /^1 character too long$/);
});

async function expectSaid(field: Locator, words: string | RegExp): Promise<void> {
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(words instanceof RegExp ? words : new RegExp(words));
  await expect(field).toBeFocused();
}

test('4.1.3: what a press has done is announced, and the focus stays', async ({ window, serverUrl }) => {
  const { revisedId, hidingId } = await buildWorld(window, await serverUrl());
  await expect(announcer(window)).toHaveAttribute('aria-live', 'polite');
  await openProposal(window, revisedId);
  await window.getByTestId('edit').press('Enter');
  const title = window.getByRole('textbox', { name: /^Title/ });
  await title.fill('Solar on every roof');
  await title.press('Control+s');
  await expect(announcer(window)).toHaveText('Saved as version 3');
  await expect(window.getByTestId('reading')).toHaveAttribute('data-complete', 'true');
  await window.keyboard.press('a');
  await expect(announcer(window)).toHaveText('Approved: Solar on every roof');

  await openProposal(window, hidingId);
  await window.getByTestId('reject').press('Enter');
  await window
    .getByRole('dialog')
    .getByRole('radio', { name: /Wrong tone/ })
    .check();
  await window.keyboard.press('Control+Enter');
  await expect(announcer(window)).toHaveText(/^Rejected: /);

  await openPage(window, '/settings/notifications');
  const status = window.getByTestId('save-status');
  expect(await status.evaluate((element) => element.tagName)).toBe('OUTPUT');
  const quiet = window.getByTestId('quiet-on');
  await quiet.press('Space');
  await expect(status).toHaveText('Saved');
  await expect(quiet).toBeFocused();
  await window.keyboard.press('Control+Shift+Period');
  await expect(announcer(window)).toHaveText('All agents are frozen');
  await expect(quiet).toBeFocused();
});

/** The longest motion that runs while `act` is done, ms; without what turns for as long as one waits. */
async function longestMotion(window: Page, act: () => Promise<void>): Promise<number> {
  await window.evaluate(() => {
    const motion = { longest: 0, isOn: true };
    Object.assign(self, { motion });
    const look = () => {
      for (const animation of document.getAnimations()) {
        const { duration = 0, delay = 0, iterations } = animation.effect?.getComputedTiming() ?? {};
        if (iterations !== Infinity) motion.longest = Math.max(motion.longest, Number(duration) + delay);
      }
      if (motion.isOn) requestAnimationFrame(look);
    };
    look();
  });
  await act();
  return window.evaluate(() => {
    const motion = Reflect.get(self, 'motion') as { longest: number; isOn: boolean };
    motion.isOn = false;
    return motion.longest;
  });
}

for (const { reducedMotion, atMostMs } of [
  { reducedMotion: 'reduce', atMostMs: 1 },
  { reducedMotion: 'no-preference', atMostMs: 250 },
] as const) {
  test(`2.3.3: nothing moves for longer than ${atMostMs} ms (${reducedMotion})`, async ({
    window,
    serverUrl,
  }) => {
    const { revisedId } = await buildWorld(window, await serverUrl());
    await window.emulateMedia({ reducedMotion });
    await openProposal(window, revisedId);
    const longest = await longestMotion(window, async () => {
      for (const button of ['reject', 'snooze', 'guide']) {
        await window.getByTestId(button).click();
        await expect(window.getByRole('dialog')).toBeVisible();
        await window.keyboard.press('Escape');
        await expect(window.getByRole('dialog')).toHaveCount(0);
      }
      await window.getByRole('button', { name: 'Appearance and language' }).click();
      await expect(window.getByRole('menu')).toBeVisible();
      await window.keyboard.press('Escape');
      await window.getByTestId('approve').hover();
      await window.getByRole('tab', { name: /Decided/ }).click();
      await window.getByRole('link', { name: 'Settings' }).click();
      await window.getByRole('radio', { name: 'Light', exact: true }).check();
      await window.getByRole('link', { name: 'Notifications' }).click();
      await window.getByTestId('quiet-on').press('Space');
      await expect(window.getByTestId('save-status')).toHaveText('Saved');
    });
    expect(longest).toBeLessThanOrEqual(atMostMs);
  });
}
