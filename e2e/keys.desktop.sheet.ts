import { cameraOf, clearSheet, composeSheet, LOCALES, type SheetLocale, showPage } from './contact-sheet';
import { addAgent, callConsole, callTool, openPage, setUpOwner } from './desk';
import { expect, test } from './fixtures';

/** Pictures of the keys page, the keys and the Danger tab of an agent. */

test('contact sheet of keys and of leaving', async ({ app, window, serverUrl }) => {
  test.setTimeout(180_000);
  clearSheet('keys');
  const url = await serverUrl();
  await setUpOwner(window);
  const states = ['empty', 'list', 'rotate', 'revoke', 'agent keys', 'danger', 'unbind'];
  const shootAll = async (locale: SheetLocale, agents: readonly { id: string; key: string }[]) => {
    const { shoot } = cameraOf(app, window, locale);
    await showPage(window, locale, '/keys');
    const [atlas] = agents;
    if (!atlas) {
      await shoot('keys', 'empty');
      return;
    }
    await expect(window.locator('[data-key-open]').first()).toBeVisible();
    await shoot('keys', 'list');
    await window.locator('[data-key-open]').last().focus();
    await window.keyboard.press('r');
    await expect(window.getByRole('dialog')).toBeVisible();
    await shoot('keys', 'rotate');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toBeHidden();
    await window.locator('[data-key-open]').last().focus();
    await window.keyboard.press('x');
    await expect(window.getByRole('dialog')).toBeVisible();
    await shoot('keys', 'revoke');
    await openPage(window, `/agents/${atlas.id}?tab=keys`);
    await shoot('keys', 'agent keys');
    await openPage(window, `/agents/${atlas.id}?tab=danger`);
    await shoot('keys', 'danger');
    await window
      .locator('main')
      .getByRole('button', { name: /^(Unbind|Lösen) ?…$/ })
      .press('Enter');
    await expect(window.getByTestId('consequences')).toBeVisible();
    await shoot('keys', 'unbind');
  };
  for (const locale of LOCALES) await shootAll(locale, []);
  const atlas = await addAgent(window, 'Atlas', 'atlas');
  const rook = await addAgent(window, 'Rook', 'rook');
  const call = (key: string, client: string) =>
    fetch(`${url}/api/v1/agent/status`, {
      headers: { authorization: `Bearer ${key}`, 'user-agent': client },
    });
  for (const client of ['Cursor/1.7.2', 'Claude Desktop 0.13', 'python-requests/2.32'])
    await call(atlas.key, client);
  await callTool(url, atlas.key, 'drafts.create', { content: 'Something that waits' });
  const { items } = await callConsole<{ items: { id: string; agent: { id: string } }[] }>(
    window,
    'GET',
    '/keys',
  );
  const first = items.find(({ agent }) => agent.id === atlas.id);
  await callConsole(window, 'POST', `/agents/${atlas.id}/keys/${first?.id ?? ''}/rotate`, {
    overlapHours: 24,
    name: 'Cursor on the laptop',
  });
  await call(atlas.key, 'Cursor/1.7.2');
  const made = await callConsole<{ key: { id: string } }>(window, 'POST', `/agents/${atlas.id}/keys`, {
    name: 'Nightly job',
    scopes: ['read:search'],
    expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString(),
  });
  await callConsole(window, 'POST', `/agents/${atlas.id}/keys/${made.key.id}/freeze`);
  await fetch(`${url}/api/v1/agent/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${atlas.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: `Use ${rook.key} to log in` }),
  });
  for (const locale of LOCALES) await shootAll(locale, [atlas, rook]);
  await composeSheet('keys', states);
});
