import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ElectronApplication, Page } from '@playwright/test';
import { addAgent, callConsole, callTool, openPage, setUpOwner, type AddedAgent } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

async function propose(url: string, { key }: AddedAgent, title: string): Promise<void> {
  await callTool(url, key, 'drafts.create', { title, content: `${title} says what it wants in some words.` });
}

interface Detail {
  readonly id: string;
  readonly version: number;
  readonly versions: readonly { readonly hash: string }[];
}

/** Reads and approves the newest proposal, as the window does. */
async function approveNewest(window: Page): Promise<string> {
  const { items } = await callConsole<{ items: { id: string; createdAt: string }[] }>(
    window,
    'GET',
    '/inbox',
  );
  const id = items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.id ?? '';
  const detail = await callConsole<Detail>(window, 'GET', `/inbox/${id}`);
  const seen = { version: detail.version, hash: detail.versions.at(-1)?.hash };
  await callConsole(window, 'POST', `/inbox/${id}/read`, seen);
  await callConsole(window, 'POST', `/inbox/${id}/decide`, { ...seen, verdict: 'approve' });
  return id;
}

/** Files that the window saves go to `folder` unasked. */
async function saveTo(app: ElectronApplication, folder: string): Promise<void> {
  await app.evaluate(({ session }, target) => {
    session.defaultSession.on('will-download', (_event, item) =>
      item.setSavePath(`${target}/${item.getFilename()}`),
    );
  }, folder);
}

test('the timeline lives, pauses and leads to the case file, by keyboard alone', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(120_000);
  const url = await serverUrl();
  await setUpOwner(window);
  await expect(window.getByRole('navigation', { name: 'Pages' })).toBeVisible();
  await window.keyboard.press('g');
  await window.keyboard.press('y');
  await expect(window).toHaveURL(/\/activity/);
  await expect(window.getByRole('heading', { level: 1, name: 'Activity' })).toBeVisible();

  const agent = await addAgent(window, 'Atlas', 'atlas');
  const timeline = window.getByTestId('timeline');
  await propose(url, agent, 'Solar on flat roofs');
  await expect(timeline.getByText('Atlas proposed “Solar on flat roofs”')).toBeVisible();
  await approveNewest(window);
  await expect(timeline.getByText('You approved “Solar on flat roofs”')).toBeVisible();
  // Once its grace is over; while the timeline is paused only what is proposed then may come.
  await expect(timeline.getByText('“Solar on flat roofs” was carried out')).toBeVisible();
  await callTool(url, agent.key, 'search.query', { q: 'roof', type: 'posts' });
  await expectNoAxeViolations(window);

  await test.step('paused, what arrives waits and is counted', async () => {
    await window.keyboard.press('p');
    await expect(window.getByTestId('paused')).toContainText('Nothing new so far.');
    await propose(url, agent, 'Late arrival');
    await expect(window.getByTestId('paused')).toContainText('1 new');
    await expect(timeline).not.toContainText('Late arrival');
    await expectNoAxeViolations(window);
    await window.keyboard.press('Space');
    await expect(timeline).toContainText('Late arrival');
    await expect(window.getByTestId('paused')).toHaveCount(0);
  });

  await test.step('filters stand in the address', async () => {
    await window.keyboard.press('/');
    await window.keyboard.type('solar');
    await expect(window).toHaveURL(/q=solar/);
    await expect(timeline).not.toContainText('Late arrival');
    await window.reload();
    await expect(timeline).toContainText('Solar on flat roofs');
    await expect(timeline).not.toContainText('Late arrival');
    await openPage(window, '/activity?q=nobody+did+this');
    await expect(window.getByText('Nothing matches these filters')).toBeVisible();
    await window.getByRole('button', { name: 'Clear all filters' }).click();
    await expect(timeline).toContainText('Late arrival');
  });

  await test.step('agents’ reads are one line that opens', async () => {
    await openPage(window, '/activity?group=reads');
    const reads = timeline.getByRole('button', { name: /Atlas read/ }).first();
    await expect(async () => {
      await window.reload();
      await expect(reads).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await window.keyboard.press('j');
    await expect(reads).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(timeline).toContainText('search.query');
    await expectNoAxeViolations(window);
  });

  await test.step('t opens the case file, Escape leads back', async () => {
    await openPage(window, '/activity?group=decisions&q=solar');
    await expect(timeline).toContainText('You approved');
    await window.keyboard.press('j');
    await window.keyboard.press('t');
    await expect(window).toHaveURL(/\/case\//);
    const file = window.getByTestId('case');
    await expect(file).toContainText('Atlas proposed');
    await expect(file).toContainText('You read');
    await expect(file).toContainText('You approved');
    await window.keyboard.press('o');
    await expect(
      file.getByText('Solar on flat roofs says what it wants in some words.').first(),
    ).toBeVisible();
    await expectNoAxeViolations(window);
    await window.keyboard.press('Escape');
    await expect(window).toHaveURL(/\/activity/);
    await openPage(window, '/inbox');
    await window.getByRole('option').first().click();
    await window.keyboard.press('t');
    await expect(window).toHaveURL(/\/case\/act_/);
    await expect(window.getByTestId('case')).toContainText('proposed');
  });
});

test('the log is searched, verified and exported in the window, and the export is verified by Node alone', async ({
  app,
  window,
  serverUrl,
  dataDir,
}) => {
  test.setTimeout(120_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const agent = await addAgent(window, 'Atlas', 'atlas');
  await propose(url, agent, 'Solar on flat roofs');
  await approveNewest(window);
  await callConsole(window, 'PATCH', `/agents/${agent.id}`, { name: 'Atlas the second' });
  await window.keyboard.press('g');
  await window.keyboard.press('u');
  await expect(window).toHaveURL(/\/audit/);
  const rows = window.getByTestId('audit-rows');
  await expect(rows).toContainText('action.approved');
  await expectNoAxeViolations(window);

  await test.step('a row in full, by key', async () => {
    await window.keyboard.press('/');
    await window.keyboard.type('agent.updated');
    await expect(rows).not.toContainText('action.approved');
    await window.keyboard.press('Escape');
    await window.keyboard.press('Escape');
    await openPage(window, '/audit?type=agent.updated');
    await expect(rows.getByRole('button')).toHaveCount(1);
    // Enter may follow within the same frame.
    const isFocused = await window.evaluate(() => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
      return document.activeElement?.closest('[data-row="0"]') !== null;
    });
    expect(isFocused).toBe(true);
    await window.keyboard.press('Enter');
    const row = window.getByTestId('audit-row');
    await expect(row).toContainText('Atlas the second');
    await expect(row).toContainText('The hash is that of its content');
    await expectNoAxeViolations(window);
    await window.keyboard.press('Escape');
    await expect(row).toHaveCount(0);
  });

  await test.step('the chain is whole', async () => {
    await window.keyboard.press('v');
    await expect(window.getByTestId('verification')).toContainText('The chain is whole');
  });

  const folder = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  await test.step('an export is verified by its own file', async () => {
    await saveTo(app, folder);
    const choose = async (name: RegExp) => {
      await window.getByRole('button', { name: 'Export' }).click();
      await window.getByRole('menuitem', { name }).click();
    };
    await window.getByRole('button', { name: 'Export' }).click();
    await expectNoAxeViolations(window);
    await window.keyboard.press('Escape');
    await choose(/whole chain/);
    const day = new Date().toISOString().slice(0, 10);
    const file = join(folder, `countersign-audit-${day}.ndjson`);
    await expect.poll(() => existsSync(file)).toBe(true);
    await choose(/What verifies it/);
    const verifier = join(folder, 'countersign-verify.mjs');
    await expect.poll(() => existsSync(verifier)).toBe(true);
    await choose(/Rows of this search/);
    const table = join(folder, `countersign-audit-${day}.csv`);
    await expect.poll(() => existsSync(table)).toBe(true);
    expect(readFileSync(table, 'utf8').trimEnd().split('\r\n')).toHaveLength(2);

    const verify = () =>
      spawnSync(process.execPath, [verifier, file], { encoding: 'utf8', env: {}, cwd: folder });
    const good = verify();
    expect([good.status, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toContain('The export is whole');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"type":"action.approved"', '"type":"action.rejected"'),
    );
    const bad = verify();
    expect(bad.status).toBe(1);
    expect(bad.stdout).toMatch(/changed: Row \d+/);
  });

  await test.step('a row that somebody changed is named', async () => {
    const sqlite = new Database(join(dataDir, 'countersign.db'));
    sqlite.prepare("update audit set type = 'action.forged' where seq = 3").run();
    sqlite.close();
    await openPage(window, '/audit');
    await window.getByRole('button', { name: 'Verify the chain' }).click();
    await expect(window.getByTestId('verification')).toContainText('tampered');
    await expect(window.getByText('Row 3: changed after it was written.')).toBeVisible();
    await expectNoAxeViolations(window);
  });
  rmSync(folder, { recursive: true, force: true });
});
