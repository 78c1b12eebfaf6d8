import type { Locator, Page } from '@playwright/test';
import { addAgent, callTool, setUpOwner, useNodeWithoutLimits, type AddedAgent } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

/** What may wait for one person at most (decisions §3): as many agents as it takes, each with as many as it may. */
const WAITING = 2_000;
const PER_AGENT = 200;
const MAX_ROWS = 80;
const AT_ONCE = 8;

test.skip(process.platform === 'win32', 'puts a shell script in the place of Node');

let unlimited: { readonly restore: () => void } | undefined;
test.beforeAll(() => {
  unlimited = useNodeWithoutLimits();
});
test.afterAll(() => unlimited?.restore());

async function proposeMany(url: string, agents: readonly AddedAgent[]): Promise<string[]> {
  const draftIds: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < WAITING; index = next++) {
      const { key } = agents[index % agents.length] ?? { key: '' };
      const content = `Proposal ${index + 1} says what it wants in some words.`;
      const { draftId } = await callTool(url, key, 'drafts.create', {
        title: `Proposal ${index + 1}`,
        content,
      });
      draftIds[index] = String(draftId);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return draftIds;
}

/** Counts rows at every change of the page from now on, so that no moment between two looks is missed. */
async function watchRows(window: Page): Promise<void> {
  await window.evaluate(() => {
    const seen = { most: 0 };
    const count = () => {
      seen.most = Math.max(seen.most, document.querySelectorAll('[role="option"]').length);
    };
    count();
    new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
    Object.assign(self, { seenRows: seen });
  });
}

function mostRows(window: Page): Promise<number> {
  return window.evaluate(() => (Reflect.get(self, 'seenRows') as { most: number }).most);
}

/** The first row that begins within the view; none while the rows of a new position aren't drawn yet. */
function firstVisible(list: Locator): Promise<{ id: string; top: number } | undefined> {
  return list.evaluate((element) => {
    const scroller = element.parentElement;
    if (!scroller) throw new Error('the list has no scroller');
    const view = scroller.getBoundingClientRect();
    const [first] = [...element.querySelectorAll<HTMLElement>('[role="option"]')]
      .map((row) => ({
        id: row.dataset['id'] ?? '',
        top: Math.round(row.getBoundingClientRect().top - view.top),
      }))
      .filter(({ top }) => top >= 0 && top < view.height)
      .sort((a, b) => a.top - b.top);
    return first;
  });
}

function scrollBy(list: Locator, px: number): Promise<void> {
  return list.evaluate((element, by) => element.parentElement?.scrollBy({ top: by }), px);
}

test(`with ${WAITING} proposals waiting at most ${MAX_ROWS} rows are in the page, whatever one does`, async ({
  app,
  window,
  serverUrl,
}) => {
  test.setTimeout(300_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const agents: AddedAgent[] = [];
  for (let index = 0; index < WAITING / PER_AGENT; index += 1) {
    agents.push(await addAgent(window, `Agent ${index}`, `agent-${index}`));
  }
  await watchRows(window);

  // They arrive live, in the open window.
  const draftIds = await proposeMany(url, agents);
  await expect(window.getByTestId('pending-count')).toContainText('999+');
  await expect(window.getByRole('tab', { name: /Pending/ })).toContainText(String(WAITING));
  const key = agents[0]?.key ?? '';
  await expect(callTool(url, key, 'drafts.create', { content: 'One too many.' })).rejects.toThrow(/waiting/);

  const list = window.getByTestId('inbox-list');
  const selected = list.getByRole('option', { selected: true });
  const rowAt = (position: number) => list.locator(`[role="option"][aria-posinset="${position}"]`);
  /** They arrived side by side, so which one stands where is not known before. */
  const expectOpened = async () => {
    const title = /Proposal \d+/.exec(await selected.innerText())?.[0];
    await expect(window.getByTestId('inbox-detail')).toContainText(`${title} says`);
  };

  await test.step('keys move through the list and keep their row in view', async () => {
    await rowAt(1).click();
    for (let press = 0; press < 60; press += 1) await window.keyboard.press('j');
    await expect(selected).toHaveAttribute('aria-posinset', '61');
    await expect(selected).toBeInViewport();
    await expectOpened();
    for (let press = 0; press < 10; press += 1) await window.keyboard.press('k');
    await expect(selected).toHaveAttribute('aria-posinset', '51');
    await selected.focus();
    await window.keyboard.press('Home');
    await expect(selected).toHaveAttribute('aria-posinset', '1');
    await expectNoAxeViolations(window);
  });

  await test.step('scrolling leads to the last one', async () => {
    await expect
      .poll(
        async () => {
          await scrollBy(list, 3_000);
          return list.getByRole('option').last().getAttribute('aria-posinset');
        },
        { timeout: 90_000, intervals: [50] },
      )
      .toBe(String(WAITING));
    await expect(rowAt(WAITING)).toBeInViewport();
    // The open one keeps its row, far above.
    await expect(selected).toHaveAttribute('aria-posinset', '1');
    await rowAt(WAITING).click();
    await expect(selected).toHaveAttribute('aria-posinset', String(WAITING));
    await expectOpened();
    await window.keyboard.press('k');
    await expect(selected).toHaveAttribute('aria-posinset', String(WAITING - 1));
  });

  await test.step('what leaves above the view does not move it, what arrives is there', async () => {
    await scrollBy(list, -50_000);
    // The list is told of its new position with the next frame, and draws the rows there then.
    await expect.poll(() => firstVisible(list)).toBeDefined();
    const before = await firstVisible(list);
    for (const [index, { key: agentKey }] of agents.entries()) {
      await callTool(url, agentKey, 'proposals.withdraw', { draftId: draftIds[index] });
    }
    await expect(window.getByRole('tab', { name: /Pending/ })).toContainText(String(WAITING - agents.length));
    await expect.poll(() => firstVisible(list)).toEqual(before);
    await callTool(url, key, 'drafts.create', { title: 'Late arrival', content: 'It came while one read.' });
    await expect(window.getByRole('tab', { name: /Pending/ })).toContainText(
      String(WAITING - agents.length + 1),
    );
    expect(await firstVisible(list)).toEqual(before);
    await window.getByRole('searchbox', { name: 'Find in proposals' }).fill('Late arrival');
    await expect(list.getByRole('option')).toHaveCount(1);
    await window.getByRole('searchbox', { name: 'Find in proposals' }).fill('');
    await expect(list.getByRole('option').nth(10)).toBeVisible();
  });

  await test.step('a window of 2,000 pixels shows more of them, and no more than that', async () => {
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 0, y: 0, width: 1_280, height: 2_000 }),
    );
    await expect.poll(() => window.evaluate(() => innerHeight)).toBeGreaterThan(1_500);
    for (const by of [4_000, 4_000, -1_500, 20_000, -40_000]) await scrollBy(list, by);
    await expect.poll(() => list.getByRole('option').count()).toBeGreaterThan(30);
  });

  expect(await mostRows(window)).toBeLessThanOrEqual(MAX_ROWS);
});
