// The Inbox with very many proposals waiting against the same with few: a key press to the changed row, and scrolling.
import { makeDesk, proposeMany, whyNoWindow } from './desk.mjs';
import { percentile } from './lib.mjs';

const MAX_ROWS = 80;
const FEW = 10;
const SOME = 100;

/** Runs in the page: notes how long each key press takes until another row is selected and drawn. */
function installProbe() {
  const selected = () => document.querySelector('[role=option][aria-selected=true]')?.dataset.id;
  const probe = { ms: undefined, mostRows: 0 };
  let pressedAt;
  let before;
  addEventListener(
    'keydown',
    (event) => {
      [pressedAt, before] = [event.timeStamp, selected()];
      probe.ms = undefined;
    },
    { capture: true },
  );
  new MutationObserver(() => {
    probe.mostRows = Math.max(probe.mostRows, document.querySelectorAll('[role=option]').length);
    if (pressedAt === undefined || selected() === before) return;
    const began = pressedAt;
    pressedAt = undefined;
    requestAnimationFrame(() => setTimeout(() => (probe.ms = performance.now() - began)));
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-selected'],
  });
  self.probe = probe;
}

async function openInbox(desk) {
  const { app, page, url } = await desk.open();
  const list = page.getByTestId('inbox-list');
  await list.getByRole('option').first().waitFor();
  await page.evaluate(installProbe);
  return { app, page, url, list };
}

async function press(page, key) {
  await page.keyboard.press(key);
  await page.waitForFunction(() => self.probe.ms !== undefined, undefined, { timeout: 10_000, polling: 10 });
  return page.evaluate(() => self.probe.ms);
}

/** Milliseconds of moves up and down, and of approvals that bring up the next one. */
async function measureKeys(desk, { moves, approvals }) {
  const { app, page, url, list } = await openInbox(desk);
  await list.getByRole('option').first().click();
  const times = { move: [], approve: [] };
  for (let index = 0; index < moves; index += 1) {
    const step = Math.floor(index / (FEW - 2)) % 2 === 0 ? 'j' : 'k';
    times.move.push(await press(page, step));
  }
  await page.keyboard.press('Escape');
  await list.getByRole('option').first().click();
  for (let index = 0; index < approvals; index += 1) {
    await page.locator('[data-testid=reading][data-complete=true]').waitFor({ state: 'attached' });
    await page.locator('[data-testid=approve][data-settling=false]').waitFor();
    times.approve.push(await press(page, 'a'));
  }
  // As many as before wait for the next round.
  await proposeMany(page, url, approvals);
  const { mostRows } = await page.evaluate(() => self.probe);
  await app.close();
  return { ...times, mostRows };
}

/** Runs in the page: milliseconds between frames while the list is scrolled from end to end and back. */
async function scrollFrames(frames) {
  const scroller = document.querySelector('[data-testid=inbox-list]').parentElement;
  const times = [];
  // Nearly 5,000 pixels a second: a wheel that is spun as fast as it goes.
  let by = 80;
  let last = await new Promise((resolve) => requestAnimationFrame(resolve));
  for (let frame = 0; frame < frames; frame += 1) {
    const before = scroller.scrollTop;
    scroller.scrollBy({ top: by });
    const now = await new Promise((resolve) => requestAnimationFrame(resolve));
    times.push(now - last);
    last = now;
    if (scroller.scrollTop === before) by = -by;
  }
  return times;
}

async function measureScrolling(desk, frames) {
  const { app, page } = await openInbox(desk);
  const times = await page.evaluate(scrollFrames, frames);
  const { mostRows } = await page.evaluate(() => self.probe);
  await app.close();
  return { times, mostRows };
}

export async function benchInbox({ isQuick }) {
  const many = isQuick ? 1_000 : 10_000;
  const named = (what) => `${what}, ${many.toLocaleString('en')} waiting`;
  const skipped = await whyNoWindow();
  if (skipped !== undefined) {
    return [
      { name: named('key press to changed row'), goal: '≤ 1.50', skipped },
      { name: named('scrolling, frame time p95'), goal: '≤ 1.25', skipped },
    ];
  }
  const rounds = isQuick ? 1 : 4;
  const presses = { moves: isQuick ? 32 : 64, approvals: FEW - 2 };
  const frames = isQuick ? 240 : 600;
  const desks = {
    few: await makeDesk('inbox-few', FEW),
    some: await makeDesk('inbox-some', SOME),
    many: await makeDesk('inbox-many', many),
  };
  const keys = { few: { move: [], approve: [] }, many: { move: [], approve: [] } };
  const scrolling = { some: [], many: [] };
  let mostRows = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const size of ['few', 'many']) {
      const measured = await measureKeys(desks[size], presses);
      keys[size].move.push(...measured.move);
      keys[size].approve.push(...measured.approve);
      mostRows = Math.max(mostRows, measured.mostRows);
    }
    for (const size of ['some', 'many']) {
      const measured = await measureScrolling(desks[size], frames);
      scrolling[size].push(...measured.times);
      mostRows = Math.max(mostRows, measured.mostRows);
    }
  }
  for (const desk of Object.values(desks)) desk.remove();
  if (mostRows > MAX_ROWS) throw new Error(`${mostRows} rows were in the page; at most ${MAX_ROWS} may be`);
  return [
    compare(named('key press to selected row p95'), keys.many.move, keys.few.move, `${FEW} waiting`, 1.5),
    compare(named('approve key to next row p95'), keys.many.approve, keys.few.approve, `${FEW} waiting`, 1.5),
    {
      ...compare(named('scrolling, frame time p95'), scrolling.many, scrolling.some, `${SOME} rows`, 1.25),
      note: `at most ${mostRows} rows in the page`,
    },
  ];
}

function compare(name, mine, theirs, reference, bound) {
  const [ours, other] = [percentile(mine, 0.95), percentile(theirs, 0.95)];
  return {
    name,
    ours: `${ours.toFixed(1)} ms`,
    reference: `${other.toFixed(1)} ms (${reference})`,
    ratio: ours / other,
    better: 'less',
    bound,
    goal: `≤ ${bound.toFixed(2)}`,
  };
}
