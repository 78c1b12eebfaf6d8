import type { Page } from '@playwright/test';
import { addAgent, callTool, setUpOwner } from './desk';
import { expect, test, type Desktop } from './fixtures';

const FIRST = 'A first text that has a typpo in it.';

async function openEdit(window: Page): Promise<void> {
  await window.getByRole('option', { name: /Mend me/ }).click();
  await expect(
    window
      .getByTestId('inbox-detail')
      .getByText(/typpo|better/)
      .first(),
  ).toBeVisible();
  await window.keyboard.press('e');
  await expect(window.getByRole('textbox', { name: /^Text/ })).toBeVisible();
}

/** Kills the server and tells when the shell has noticed. */
async function killServer(desktop: Desktop): Promise<void> {
  process.kill(await desktop.serverPid(), 'SIGKILL');
  await expect.poll(async () => (await desktop.state()).server, { intervals: [5] }).not.toBe('up');
}

test('an edit that is open when the server is killed is there afterwards, and can be saved', async ({
  desktop,
  window,
  allowedErrors,
}) => {
  test.setTimeout(120_000);
  allowedErrors.push(/ERR_FAILED|ERR_INCOMPLETE_CHUNKED_ENCODING|503/);
  const url = await desktop.serverUrl();
  await setUpOwner(window);
  const { key } = await addAgent(window, 'Max Agent', 'max-agent');
  const { draftId } = await callTool(url, key, 'drafts.create', { title: 'Mend me', content: FIRST });
  const ask = async () => callTool(await desktop.serverUrl(), key, 'proposals.get', { draftId });
  const text = window.getByRole('textbox', { name: /^Text/ });
  await window.evaluate(() => Object.assign(self, { mark: 'same page' }));

  await test.step('typing goes on while the server is away', async () => {
    await openEdit(window);
    await text.fill('A better text');
    await killServer(desktop);
    await text.pressSequentially(' without');
    await desktop.serverUrl();
    await text.pressSequentially(' a mistake.');
    await expect(text).toHaveValue('A better text without a mistake.');
    await expect(window.getByText('Live')).toBeVisible();
    await window.keyboard.press('Control+s');
    await expect(window.getByTestId('inbox-detail')).toContainText('Version 2');
  });

  await test.step('a decision that is made while the server is away is carried out, once', async () => {
    await openEdit(window);
    await text.fill('The best text of all, better than before.');
    await killServer(desktop);
    await window.keyboard.press('Control+Enter');
    await expect.poll(async () => (await ask())['status'], { timeout: 20_000 }).toBe('PUBLISHED');
    const outcome = await ask();
    expect(outcome['version']).toBe(3);
    expect(outcome['input']).toMatchObject({ content: 'The best text of all, better than before.' });
    const found = await callTool(await desktop.serverUrl(), key, 'search.query', {
      q: 'best text',
      type: 'posts',
    });
    expect(found['results']).toHaveLength(1);
  });

  expect(await window.evaluate(() => 'mark' in self && self.mark)).toBe('same page');
});
