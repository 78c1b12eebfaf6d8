import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { setUpOwner, useNodeWithoutLimits } from './desk';
import { expect, test } from './fixtures';
import { measureLayout, walkByTab } from './wcag-probe';
import { buildWorld, openProposal, pagesOf, resize, settle } from './wcag-world';

/** Every page, as WCAG 2.2 asks; what is found is told with the number of its criterion. */

test.skip(process.platform === 'win32', 'puts a shell script in the place of Node');

let unlimited: { readonly restore: () => void } | undefined;
test.beforeAll(() => {
  unlimited = useNodeWithoutLimits();
});
test.afterAll(() => unlimited?.restore());

interface AxeFinding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const inWords = (findings: readonly AxeFinding[]): readonly string[] =>
  findings.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);

/** All rules. It leaves axe in the page. */
async function runAxe(window: Page): Promise<readonly string[]> {
  // The default mode opens a second page, which Electron does not allow.
  return inWords((await new AxeBuilder({ page: window }).setLegacyMode(true).analyze()).violations);
}

/** Other colours on a page that was looked at before break the rules about colours, and no others. */
async function runAxeOnColours(window: Page): Promise<readonly string[]> {
  const violations = await window.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: AxeFinding[] }> };
    };
    const { violations: all } = await axe.run(document, {
      runOnly: ['color-contrast', 'link-in-text-block'],
    });
    return all.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) }));
  });
  return inWords(violations);
}

async function setContrast(window: Page, contrast: 'normal' | 'more'): Promise<void> {
  await window.evaluate((value) => {
    document.documentElement.dataset['contrast'] = value;
  }, contrast);
}

test('axe finds nothing on any page: light, dark, high contrast, forced colours, 1280×800 and 900×600', async ({
  app,
  window,
  serverUrl,
}) => {
  test.setTimeout(300_000);
  const world = await buildWorld(window, await serverUrl());
  const found: string[] = [];
  for (const { name, open } of pagesOf(world)) {
    const look = async (how: string, run: typeof runAxe) => {
      await settle(window);
      found.push(...(await run(window)).map((line) => `${name}, ${how}: ${line}`));
    };
    await window.emulateMedia({ colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce' });
    await resize(app, window, { width: 1_280, height: 800 });
    await open(window);
    await look('light', runAxe);
    await window.emulateMedia({ colorScheme: 'dark' });
    await look('dark', runAxeOnColours);
    // What the preference sets, too (the next test); a page anew for each would take minutes.
    await setContrast(window, 'more');
    await look('dark high contrast', runAxeOnColours);
    await window.emulateMedia({ colorScheme: 'light' });
    await look('light high contrast', runAxeOnColours);
    await setContrast(window, 'normal');
    await window.emulateMedia({ forcedColors: 'active' });
    await resize(app, window, { width: 900, height: 600 });
    await look('forced colours, 900×600', runAxe);
  }
  expect(found).toEqual([]);
});

test('high contrast is chosen from any page, and outlives the start of the next', async ({
  window,
  serverUrl,
}) => {
  await serverUrl();
  await setUpOwner(window);
  const appearance = window.getByRole('button', { name: 'Appearance and language' });
  await appearance.press('Enter');
  await window.getByRole('menuitemradio', { name: 'High contrast' }).press('Enter');
  await expect(window.locator('html')).toHaveAttribute('data-contrast', 'more');
  await window.reload();
  await expect(appearance).toBeVisible();
  await expect(window.locator('html')).toHaveAttribute('data-contrast', 'more');
});

test('1.4.10, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, 2.5.7, 2.5.8: every page at 900×600', async ({
  app,
  window,
  serverUrl,
}) => {
  test.setTimeout(300_000);
  const world = await buildWorld(window, await serverUrl());
  await window.emulateMedia({ reducedMotion: 'reduce' });
  await resize(app, window, { width: 900, height: 600 });
  const found: string[] = [];
  for (const { name, open } of pagesOf(world)) {
    await open(window);
    await settle(window);
    for (const line of [...(await walkByTab(window)), ...(await measureLayout(window))])
      found.push(`${name}: ${line}`);
  }
  expect(found).toEqual([]);
});

test('1.4.4, 1.4.10, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, 2.5.8: every page at 200 %, in forced colours', async ({
  app,
  window,
  serverUrl,
}) => {
  test.setTimeout(300_000);
  const world = await buildWorld(window, await serverUrl());
  await window.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await resize(app, window, { width: 1_280, height: 800, zoom: 2 });
  const found: string[] = [];
  for (const { name, open, isLong } of pagesOf(world)) {
    await open(window);
    await settle(window);
    const walked = isLong === true ? [] : await walkByTab(window);
    for (const line of [...walked, ...(await measureLayout(window))]) found.push(`${name}: ${line}`);
  }
  expect(found).toEqual([]);

  await openProposal(window, world.revisedId);
  for (const button of ['approve', 'edit', 'reject', 'freeze-all'])
    await expect(window.getByTestId(button)).toBeInViewport({ ratio: 1 });
  await expect(window.getByRole('button', { name: 'Appearance and language' })).toBeInViewport({ ratio: 1 });
  await window.getByTestId('edit').click();
  for (const button of ['save', 'save-approve'])
    await expect(window.getByTestId(button)).toBeInViewport({ ratio: 1 });
});
