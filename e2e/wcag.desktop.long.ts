import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { setUpOwner, useNodeWithoutLimits } from './desk';
import { expect, test } from './fixtures';
import { buildNbWorld, nbPagesOf } from './nb-world';
import { measureLayout, walkByTab } from './wcag-probe';
import { buildWorld, openProposal, type PageState, pagesOf, resize, settle } from './wcag-world';

/** Every page, as WCAG 2.2 asks; what is found is told with the number of its criterion. */

/** The pages, each part with a world of its own to be walked through. */
const PARTS: Readonly<Record<string, (window: Page, url: string) => Promise<readonly PageState[]>>> = {
  console: async (window, url) => pagesOf(await buildWorld(window, url)),
  network: async (window, url) => nbPagesOf(await buildNbWorld(window, url)),
};

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

for (const [part, build] of Object.entries(PARTS))
  test(`axe finds nothing on any page of the ${part}: light, dark, high contrast, forced colours, 1280×800 and 900×600`, async ({
    app,
    window,
    serverUrl,
  }) => {
    test.setTimeout(600_000);
    const pages = await build(window, await serverUrl());
    const found: string[] = [];
    for (const { name, open } of pages) {
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

interface Walk {
  readonly criteria: string;
  readonly how: string;
  readonly size: { readonly width: number; readonly height: number; readonly zoom?: number };
  readonly forcedColors: 'active' | 'none';
  /** Pages of a hundred stops are gone through by Tab in one size only. */
  readonly skipsLong: boolean;
}

const WALKS: readonly Walk[] = [
  {
    criteria: '1.4.10, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, 2.5.7, 2.5.8',
    how: 'at 900×600',
    size: { width: 900, height: 600 },
    forcedColors: 'none',
    skipsLong: false,
  },
  {
    criteria: '1.4.4, 1.4.10, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, 2.5.8',
    how: 'at 200 %, in forced colours',
    size: { width: 1_280, height: 800, zoom: 2 },
    forcedColors: 'active',
    skipsLong: true,
  },
  {
    criteria: '1.4.4, 1.4.10, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, 2.5.8',
    how: 'at 200 % in the smallest window',
    size: { width: 900, height: 600, zoom: 2 },
    forcedColors: 'none',
    skipsLong: true,
  },
];

for (const { criteria, how, size, forcedColors, skipsLong } of WALKS)
  for (const [part, build] of Object.entries(PARTS))
    test(`${criteria}: every page of the ${part} ${how}`, async ({ app, window, serverUrl }) => {
      test.setTimeout(300_000);
      const pages = await build(window, await serverUrl());
      await window.emulateMedia({ reducedMotion: 'reduce', forcedColors });
      await resize(app, window, size);
      const found: string[] = [];
      for (const { name, open, isLong } of pages) {
        await open(window);
        await settle(window);
        const walked = skipsLong && isLong === true ? [] : await walkByTab(window);
        for (const line of [...walked, ...(await measureLayout(window))]) found.push(`${name}: ${line}`);
      }
      expect(found).toEqual([]);
    });

for (const width of [1_280, 900])
  test(`1.4.4: what decides is in sight at 200 %, ${width} px wide`, async ({ app, window, serverUrl }) => {
    const { revisedId } = await buildWorld(window, await serverUrl());
    await resize(app, window, { width, height: width === 900 ? 600 : 800, zoom: 2 });
    await openProposal(window, revisedId);
    for (const button of ['approve', 'edit', 'reject', 'freeze-all'])
      await expect(window.getByTestId(button)).toBeInViewport({ ratio: 1 });
    await expect(window.getByRole('button', { name: 'Appearance and language' })).toBeInViewport({
      ratio: 1,
    });
    await window.getByTestId('edit').click();
    for (const button of ['save', 'save-approve'])
      await expect(window.getByTestId(button)).toBeInViewport({ ratio: 1 });
  });
