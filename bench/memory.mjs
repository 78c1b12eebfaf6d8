// Memory of server and window after a week's work against that after its first hour.
import { readFileSync } from 'node:fs';
import { callConsole, makeDesk, propose, whyNoWindow } from './desk.mjs';
import { keepAlive } from './lib.mjs';

/** Five agents, 2,000 proposals in forty hours at the desk: fifty an hour. */
const AGENTS = 5;
const WEEK = 2_000;
const HOUR = 50;
const PAGES = ['/activity', '/audit', '/agents', '/keys', '/settings', '/inbox'];
/** One in so many is decided by the key, in the window as a person sees it; the others through its calls. */
const BY_KEY = 10;

/** Bytes of physical memory that a process holds, where the system tells. */
function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

/** The two processes of the app that work. */
function findPids(shell) {
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
  const find = (from, words) =>
    from.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words));
  const server = find(children, 'server.js');
  // Renderers are children of the zygote, where there is one.
  const below = children.flatMap((pid) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' '),
  );
  const window = find([...children, ...below].filter(Boolean), '--type=renderer');
  if (server === undefined || window === undefined) throw new Error('the app lacks a process');
  return { server: Number(server), renderer: Number(window) };
}

/** What is left after the window threw away what nobody needs; the server is asked for nothing of that kind. */
async function measure(page, session, pids) {
  await session.send('HeapProfiler.collectGarbage');
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 5_000 })));
  return { server: residentBytes(pids.server), window: residentBytes(pids.renderer) };
}

async function decide(page, index) {
  const { items } = await callConsole(page, 'GET', '/inbox?limit=1');
  const [item] = items;
  if (!item) return;
  const seen = { version: item.version, hash: item.hash };
  await callConsole(page, 'GET', `/inbox/${item.id}`);
  if (index % 4 === 3) {
    await callConsole(page, 'POST', `/inbox/${item.id}/decide`, { ...seen, verdict: 'reject' });
    return;
  }
  await callConsole(page, 'POST', `/inbox/${item.id}/read`, seen);
  await callConsole(page, 'POST', `/inbox/${item.id}/decide`, { ...seen, verdict: 'approve' });
}

/** As a person does it: the proposal is there, was seen to its end, and the button listens. */
async function decideByKey(page) {
  const { items } = await callConsole(page, 'GET', '/inbox?limit=1');
  const [{ id }] = items;
  // The window hears of the last decisions a little later than whoever made them.
  await page.waitForFunction((wanted) => {
    const row = document.querySelector(`[data-testid=inbox-list] [data-id="${wanted}"]`);
    row?.click();
    return (
      row?.getAttribute('aria-selected') === 'true' &&
      document.querySelector('[data-testid=reading][data-complete=true]') !== null &&
      document.querySelector('[data-testid=approve][data-settling=false]') !== null
    );
  }, id);
  await page.press('a');
  await page.waitForFunction(
    (before) => document.querySelector('[role=option][aria-selected=true]')?.dataset.id !== before,
    id,
  );
}

async function openPage(page, path) {
  await page.evaluate((to) => {
    const link = document.querySelector(`nav a[href$="${to}"]`);
    if (!link) throw new Error(`no link to ${to}`);
    link.click();
  }, path);
}

export async function benchMemory({ isQuick }) {
  const total = isQuick ? 2 * HOUR : WEEK;
  const names = ['server', 'window'].map(
    (part) => `memory of the ${part} after ${total.toLocaleString('en')} proposals`,
  );
  const skipped = (await whyNoWindow()) ?? (process.platform === 'linux' ? undefined : 'reads /proc');
  if (skipped !== undefined) return names.map((name) => ({ name, goal: '≤ 1.50', skipped }));
  const desk = await makeDesk('memory', AGENTS, 1);
  const opened = await desk.openBare();
  const { pid, page, session, url } = opened;
  const pids = findPids(pid);
  const agent = keepAlive(1);
  let first;
  for (let index = 0; index < total; index += 1) {
    await propose(url, desk.keys[index % desk.keys.length], `Proposal ${index}`, agent);
    if (index % BY_KEY === 0) await decideByKey(page);
    else await decide(page, index);
    if (index % HOUR === HOUR / 2) for (const path of PAGES) await openPage(page, path);
    if (index + 1 === HOUR) first = await measure(page, session, pids);
  }
  const last = await measure(page, session, pids);
  agent.destroy();
  await opened.close();
  desk.remove();
  return ['server', 'window'].map((part, index) => ({
    name: names[index],
    ours: toMegabytes(last[part]),
    reference: `${toMegabytes(first[part])} (after ${HOUR})`,
    ratio: last[part] / first[part],
    better: 'less',
    bound: 1.5,
    goal: '≤ 1.50',
  }));
}

function toMegabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
