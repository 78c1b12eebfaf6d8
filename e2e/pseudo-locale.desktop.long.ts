import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { KeychainState, ShellState } from '../src-main/ipc/contract';
import { registerAgent } from './agent';
import { addAgent, callConsole, callTool, openPage, OWNER, setUpOwner } from './desk';
import { expect, test } from './fixtures';
import { buildNbWorld, nbPagesOf } from './nb-world';

/**
 * Every text of the window comes from the catalogue, or is marked as somebody's. The test hands the window a catalogue
 * in which each message stands in brackets, in the place of the English file of the build: so what is tested is what
 * ships, and the product has neither a third language nor a switch for one.
 */

const [OPEN, CLOSE] = ['⟦', '⟧'];
const assets = join(import.meta.dirname, '../out/renderer/assets');

/** Text of these is not ours, or is no language: keys, code, times as the locale prints them, names of languages. */
const OTHERS = [
  '[translate="no"]',
  '[data-foreign-text]',
  'code',
  'kbd',
  'pre',
  'samp',
  'time',
  'body [lang]',
  'style',
  'script',
].join(',');

test.beforeEach(async ({ window }) => {
  await window.route(/\/assets\/en-[^/]+\.js$/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: bracketedCatalogue() }),
  );
});

function bracketedCatalogue(): string {
  const file = readdirSync(assets).find((name) => /^en-.+\.js$/.test(name));
  if (file === undefined) throw new Error('the build has no English catalogue');
  const { start, json, end } =
    /^(?<start>.*?JSON\.parse\(`)(?<json>.*)(?<end>`\).*)$/s.exec(readFileSync(join(assets, file), 'utf8'))
      ?.groups ?? {};
  if (json === undefined) throw new Error('the English catalogue of the build has another form');
  // The file holds a template literal, in which JSON has its backslashes twice.
  const messages = JSON.parse(
    json.replaceAll('\\\\', '\\').replaceAll('\\`', '`').replaceAll('\\$', '$'),
  ) as Record<string, unknown[]>;
  const bracketed = Object.entries(messages).map(([id, message]) => [id, [OPEN, ...message, CLOSE]]);
  const text = JSON.stringify(Object.fromEntries(bracketed));
  return `${start}${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('$', '\\$')}${end}`;
}

/** Words of the window that stand in no brackets, each with where. */
async function listBareWords(window: Page): Promise<string[]> {
  await expect(window.locator('[aria-busy="true"]:not(main)')).toHaveCount(0);
  await expect(window.locator('.mantine-Skeleton-root')).toHaveCount(0);
  return window.evaluate(
    ({ open, close, others }) => {
      const bare: string[] = [];
      const where = (element: Element | null) => element?.outerHTML.slice(0, 160) ?? '';
      const outside = (text: string, depth: { of: number }): string => {
        let left = '';
        for (const sign of text) {
          if (sign === open) depth.of += 1;
          else if (sign === close) depth.of -= 1;
          else if (depth.of === 0) left += sign;
        }
        return left;
      };
      // A message with elements in it opens in one text node and closes in a later one.
      const depth = { of: 0 };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        const left = outside(node.textContent ?? '', depth);
        if (!/\p{L}/u.test(left) || parent?.closest(others)) continue;
        bare.push(`${left.trim().slice(0, 80)} in ${where(parent)}`);
      }
      for (const name of [
        'aria-label',
        'aria-description',
        'aria-valuetext',
        'title',
        'placeholder',
        'alt',
      ]) {
        for (const element of document.body.querySelectorAll(`[${name}]`)) {
          const left = outside(element.getAttribute(name) ?? '', { of: 0 });
          // What is hidden from assistive technology has no name to be read: a library's own measuring field has one.
          const isUnread = name.startsWith('aria-') && element.closest('[aria-hidden="true"]') !== null;
          if (!/\p{L}/u.test(left) || isUnread || element.closest(others)) continue;
          bare.push(`${name}: ${left.trim().slice(0, 80)} in ${where(element)}`);
        }
      }
      return bare;
    },
    { open: OPEN, close: CLOSE, others: OTHERS },
  );
}

async function expectNoBareWords(window: Page, place: string): Promise<void> {
  const bare = await listBareWords(window);
  expect.soft([...new Set(bare)], `words from no catalogue: ${place}`).toEqual([]);
}

test('first run says nothing that is not in the catalogue', async ({ window, serverUrl }) => {
  test.setTimeout(120_000);
  const url = await serverUrl();
  await window.reload();
  await expect(window.getByText(OPEN).first()).toBeVisible();
  await expectNoBareWords(window, 'language');
  await openPage(window, '/welcome?step=person');
  await window.locator('[name="displayName"]').fill(OWNER.displayName);
  await window.locator('[name="email"]').fill('anna@');
  await window.keyboard.press('Enter');
  await expectNoBareWords(window, 'person');
  await window.locator('[name="email"]').fill(OWNER.email);
  await window.keyboard.press('Enter');
  await expect(window).toHaveURL(/step=recovery/);
  await expectNoBareWords(window, 'recovery');
  await window.getByRole('main').getByRole('button').first().click();
  await expect(window.getByTestId('recovery-code')).toBeVisible();
  await expectNoBareWords(window, 'recovery code');
  await openPage(window, '/welcome?step=agent');
  await expectNoBareWords(window, 'agent');
  await registerAgent(url, { email: OWNER.email });
  await expect(window.getByText('Max Agent').first()).toBeVisible();
  await expectNoBareWords(window, 'an agent joins');
  await window.getByRole('tab').last().click();
  await expectNoBareWords(window, 'sample world');
  await openPage(window, '/welcome?step=approval');
  await expectNoBareWords(window, 'approval');
});

const TABS = ['overview', 'policy', 'keys', 'guidance', 'history', 'connect', 'danger'];
const SETTINGS = ['general', 'notifications', 'shortcuts', 'server', 'data', 'about'];

test('no page of the console says what is not in the catalogue', async ({ window, serverUrl }) => {
  test.setTimeout(300_000);
  const url = await serverUrl();
  await setUpOwner(window);
  for (const page of ['inbox', 'agents', 'keys', 'activity', 'outbox']) {
    await openPage(window, `/${page}`);
    await expect(window.getByRole('main')).toContainText(OPEN);
    await expectNoBareWords(window, `${page}, empty`);
  }
  await callConsole(window, 'POST', '/sample-world');
  await registerAgent(url, { email: OWNER.email });
  const { id, key } = await addAgent(window, 'Bureau', 'bureau');
  await callTool(url, key, 'drafts.create', { title: 'A short one', content: 'Hello there.' });

  await test.step('Inbox', async () => {
    const { items } = await callConsole<{ items: { id: string }[] }>(window, 'GET', '/inbox?limit=100');
    for (const item of items) {
      await openPage(window, `/inbox?item=${item.id}`);
      await expect(window.getByTestId('inbox-detail')).toBeVisible();
      await expectNoBareWords(window, 'a proposal');
      for (const tab of await window.getByTestId('inbox-detail').getByRole('tab').all()) {
        await tab.click();
        await expectNoBareWords(window, 'a tab of a proposal');
      }
    }
    await openPage(window, `/inbox?item=${items[0]?.id}`);
    for (const pressed of ['e', 'r', 's', 'v', '?']) {
      await window.keyboard.press(pressed);
      await expectNoBareWords(window, `Inbox after ${pressed}`);
      await window.keyboard.press('Escape');
      await window.reload();
      await expect(window.getByTestId('inbox-detail')).toBeVisible();
    }
    for (const tab of ['decided', 'snoozed', 'failed', 'expired']) {
      await openPage(window, `/inbox?tab=${tab}`);
      await expectNoBareWords(window, `Inbox, ${tab}`);
    }
    await openPage(window, '/inbox?q=nobody+wrote+this');
    await expectNoBareWords(window, 'Inbox, nothing matches');
  });

  await test.step('Agents', async () => {
    await openPage(window, '/agents');
    await expectNoBareWords(window, 'Agents');
    await openPage(window, '/agents?add=true');
    await expect(window.getByRole('dialog')).toBeVisible();
    await expectNoBareWords(window, 'adding an agent');
    const { items } = await callConsole<{ items: { id: string; handle: string }[] }>(
      window,
      'GET',
      '/agents',
    );
    const sample = items.find(({ handle }) => handle === 'atlas-demo')?.id ?? '';
    for (const agent of [id, sample]) {
      for (const tab of TABS) {
        await openPage(window, `/agents/${agent}?tab=${tab}`);
        await expect(window.getByRole('tabpanel').first()).not.toBeEmpty();
        await expectNoBareWords(window, `an agent, ${tab}`);
      }
    }
  });

  await test.step('what happened', async () => {
    for (const page of [
      ...['keys', 'rooms', 'messages', 'credits', 'webhooks', 'activity', 'audit', 'outbox', 'help'],
      'no-such-page',
    ]) {
      await openPage(window, `/${page}`);
      await expect(window.getByRole('main')).toContainText(OPEN);
      await expectNoBareWords(window, page);
    }
    const { items: rows } = await callConsole<{ items: { seq: number }[] }>(window, 'GET', '/audit');
    await openPage(window, `/audit?row=${rows[0]?.seq}`);
    await expect(window.getByTestId('audit-row')).toContainText(OPEN);
    await expectNoBareWords(window, 'a row of the audit');
    await openPage(window, '/outbox');
    await expect(window.getByRole('main').getByRole('link').first()).toBeVisible();
    await window.keyboard.press('j');
    await window.keyboard.press('Enter');
    await expect(window.getByTestId('mail')).toBeVisible();
    await expectNoBareWords(window, 'a mail');
  });

  await test.step('Settings', async () => {
    for (const section of SETTINGS) {
      await openPage(window, `/settings/${section}`);
      await expect(window.locator('#settings-section')).toBeVisible();
      await expectNoBareWords(window, `settings, ${section}`);
    }
  });
});

test('no page of the network says what is not in the catalogue', async ({ window, serverUrl }) => {
  test.setTimeout(180_000);
  const world = await buildNbWorld(window, await serverUrl());
  for (const { name, open } of nbPagesOf(world)) {
    await open(window);
    await expect(window.getByRole('main')).toContainText(OPEN);
    await expectNoBareWords(window, name);
  }
});

const KEY_READY: KeychainState = { status: 'ready', canUseKeyFile: true, problem: null, keyFile: null };
/** What the shell may tell its window before there is a page. */
const SHELL_STATES: Readonly<Record<string, Partial<ShellState>>> = {
  'a new secret is needed': { keychain: { ...KEY_READY, status: 'needs_new_secret' } },
  'the passphrase is wrong': {
    keychain: { ...KEY_READY, status: 'needs_passphrase', problem: 'passphrase_wrong' },
  },
  'the key file is gone': {
    keychain: { ...KEY_READY, status: 'needs_key_file', problem: 'key_file_missing', keyFile: '/mnt/a.key' },
  },
  'the port is taken': {
    server: 'failed',
    failure: { type: 'failed', code: 'port_taken', message: 'Port 7423 is taken.', details: { port: 7_423 } },
  },
  'the key is wrong': {
    server: 'failed',
    failure: { type: 'failed', code: 'wrong_key', message: 'The key does not open it.', details: {} },
  },
  'something is broken': {
    server: 'failed',
    failure: { type: 'failed', code: 'unexpected', message: 'SqliteError: disk I/O error', details: {} },
  },
};

test('no page before the console says what is not in the catalogue', async ({ app, desktop, window }) => {
  await desktop.serverUrl();
  const up = await desktop.state();
  for (const [name, state] of Object.entries(SHELL_STATES)) {
    await app.evaluate(
      ({ ipcMain }, told) => {
        ipcMain.removeHandler('shell:get-state');
        ipcMain.handle('shell:get-state', () => told);
      },
      { ...up, url: null, server: 'starting' as const, ...state },
    );
    await window.reload();
    await expect(window.getByRole('main')).toContainText(OPEN);
    await expectNoBareWords(window, name);
  }
});
