// Server ready against a bare Fastify with better-sqlite3; window to first interactive Inbox against an empty window.
import { join } from 'node:path';
import { launchWindow, setUpOwner, waitForServer, whyNoWindow } from './desk.mjs';
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

export async function benchWindow({ isQuick }) {
  const result = { name: 'window to interactive Inbox', goal: '≤ 2.00' };
  const skipped = await whyNoWindow();
  if (skipped !== undefined) return [{ ...result, skipped }];
  const rounds = isQuick ? 5 : 7;
  const user = makeFolder('window');
  const empty = makeFolder('empty');

  const open = async (entry, userData, isReady) => {
    const began = performance.now();
    const { app, page } = await launchWindow(entry, userData);
    await page.waitForFunction(isReady, undefined, { timeout: 30_000, polling: 10 });
    return { app, ms: performance.now() - began };
  };
  const isInteractive = () => performance.getEntriesByName('countersign:inbox-interactive').length > 0;
  const isLoaded = () => document.readyState === 'complete';

  const first = await launchWindow('.', user.folder);
  await waitForServer(first.page);
  await setUpOwner(first.page);
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
