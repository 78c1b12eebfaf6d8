// Server ready against a bare Fastify with better-sqlite3; window to first interactive Inbox against an empty window.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, median, root, startProgram } from './lib.mjs';
import { SERVER } from './world.mjs';

export async function benchServerStart({ isQuick }) {
  const rounds = isQuick ? 5 : 11;
  const { folder, remove } = makeFolder('start');
  const times = { ours: [], reference: [] };
  // The first two starts make the database and fill the compile cache.
  for (let round = -2; round < rounds; round += 1) {
    const ours = await startProgram(SERVER, ['--data', folder, '--port', '0'], {
      COUNTERSIGN_LOG_LEVEL: 'error',
    });
    if (round < 0) await new Promise((resolve) => setTimeout(resolve, 1_500));
    await ours.stop();
    const reference = await startProgram(join(root, 'bench/bare-insert.mjs'));
    await reference.stop();
    if (round < 0) continue;
    times.ours.push(ours.readyMs);
    times.reference.push(reference.readyMs);
  }
  remove();
  const mine = median(times.ours);
  const theirs = median(times.reference);
  return [
    {
      name: 'server ready, bundled, warm cache',
      ours: `${Math.round(mine)} ms`,
      reference: `${Math.round(theirs)} ms (bare Fastify + better-sqlite3)`,
      ratio: mine / theirs,
      better: 'less',
      bound: 3,
      goal: '≤ 3.00',
    },
  ];
}

const ELECTRON_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** Playwright starts the binary of the electron package, which honours the override. */
async function hasElectron() {
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH']) return true;
  try {
    const { default: path } = await import('electron');
    return typeof path === 'string' && existsSync(path);
  } catch {
    return false;
  }
}

export async function benchWindow({ isQuick }) {
  const result = { name: 'window to interactive Inbox', goal: '≤ 2.00' };
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return [{ ...result, skipped: 'no display' }];
  }
  if (!(await hasElectron())) return [{ ...result, skipped: 'no Electron binary' }];
  const { _electron } = await import('@playwright/test');
  const rounds = isQuick ? 5 : 7;
  const user = makeFolder('window');
  const empty = makeFolder('empty');
  const store = process.env['COUNTERSIGN_TEST_KEYRING'] ? ['--password-store=gnome-libsecret'] : [];

  const open = async (entry, userData, isReady) => {
    const began = performance.now();
    const app = await _electron.launch({
      args: [entry, ...ELECTRON_ARGS, ...store, `--user-data-dir=${userData}`, '--port=0'],
      cwd: root,
    });
    const page = await app.firstWindow();
    await page.waitForFunction(isReady, undefined, { timeout: 30_000, polling: 10 });
    const ms = performance.now() - began;
    return { app, page, ms };
  };
  const isInteractive = () => performance.getEntriesByName('countersign:inbox-interactive').length > 0;
  const isLoaded = () => document.readyState === 'complete';

  // A person who is set up: the Inbox is the first page.
  const first = await open('.', user.folder, () => document.querySelector('#root')?.childElementCount > 0);
  await first.page.waitForFunction(() => fetch('/api/console/me').then((answer) => answer.ok), undefined, {
    timeout: 30_000,
  });
  await first.page.evaluate(async () => {
    const post = (path, body) =>
      fetch(`/api/console${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body ?? {}),
      });
    await post('/setup', { displayName: 'Bench', email: 'bench@example.org', locale: 'en' });
    await post('/setup/dismiss');
  });
  await first.app.close();

  const times = { ours: [], reference: [] };
  for (let round = -1; round < rounds; round += 1) {
    const ours = await open('.', user.folder, isInteractive);
    await ours.app.close();
    const reference = await open(join(root, 'bench/empty-window'), empty.folder, isLoaded);
    await reference.app.close();
    if (round < 0) continue;
    times.ours.push(ours.ms);
    times.reference.push(reference.ms);
  }
  user.remove();
  empty.remove();
  const mine = median(times.ours);
  const theirs = median(times.reference);
  return [
    {
      ...result,
      ours: `${Math.round(mine)} ms`,
      reference: `${Math.round(theirs)} ms (empty window)`,
      ratio: mine / theirs,
      better: 'less',
      bound: 2,
    },
  ];
}
