import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type ElectronApplication, expect, type Page } from '@playwright/test';
import config from '../playwright.config';
import { callConsole, openPage } from './desk';

const folder = join(import.meta.dirname, '../artifacts/contact-sheets');
/** Pictures are shown at this part of their size. */
const SCALE = 0.5;

export const LOCALES = ['en', 'de'] as const;
export type SheetLocale = (typeof LOCALES)[number];

interface Column {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly locale: SheetLocale;
  readonly contrast?: 'more';
}

const COLUMNS: readonly Column[] = [
  { name: '1280 light', width: 1_280, height: 800, scheme: 'light', locale: 'en' },
  { name: '1280 dark', width: 1_280, height: 800, scheme: 'dark', locale: 'en' },
  { name: '1280 high contrast', width: 1_280, height: 800, scheme: 'light', locale: 'en', contrast: 'more' },
  { name: '900 light', width: 900, height: 600, scheme: 'light', locale: 'en' },
  { name: '900 German dark', width: 900, height: 600, scheme: 'dark', locale: 'de' },
];

export interface Camera {
  /** Takes the page as it is now, in each size and theme of its language. */
  readonly shoot: (sheet: string, state: string) => Promise<void>;
}

/** Pictures of one page. `resize` makes its view that large, in CSS pixels. */
export function createCamera(
  page: Page,
  locale: SheetLocale,
  resize: (size: { readonly width: number; readonly height: number }) => Promise<unknown>,
): Camera {
  return {
    async shoot(sheet, state) {
      mkdirSync(join(folder, 'shots', sheet), { recursive: true });
      for (const column of COLUMNS.filter((one) => one.locale === locale)) {
        const { name, width, height, scheme, contrast = 'normal' } = column;
        await resize({ width, height });
        await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await setContrast(page, contrast);
        // What a page looks like is not what stands in for it while it loads.
        await expect(page.locator('.mantine-Skeleton-root')).toHaveCount(0);
        await page.mouse.move(width - 1, height - 1);
        await settle(page);
        // Panes scroll, the window does not: what is wider or higher than it was laid out wrong.
        const overflow = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          return { right: scrollWidth - innerWidth, below: scrollHeight - innerHeight };
        });
        expect(overflow, `${sheet}, ${state}, ${name}`).toEqual({ right: 0, below: 0 });
        await page.screenshot({
          path: join(folder, 'shots', sheet, `${state} @ ${name}.png`),
          animations: 'disabled',
          caret: 'hide',
        });
        await setContrast(page, 'normal');
      }
    },
  };
}

/** Pictures of the desktop's window. */
export function cameraOf(app: ElectronApplication, window: Page, locale: SheetLocale): Camera {
  return createCamera(window, locale, (size) =>
    app.evaluate(
      ({ BrowserWindow }, { width, height }) =>
        BrowserWindow.getAllWindows()[0]?.setContentSize(width, height),
      size,
    ),
  );
}

export async function setLocale(window: Page, locale: SheetLocale): Promise<void> {
  await callConsole(window, 'PATCH', '/preferences', { locale });
  await window.reload();
  await expect(window.locator('html')).toHaveAttribute('lang', locale);
}

export async function showPage(window: Page, locale: SheetLocale, path: string): Promise<void> {
  await setLocale(window, locale);
  await openPage(window, path);
}

/** As the preference does it, without the preference. */
function setContrast(page: Page, contrast: 'normal' | 'more'): Promise<void> {
  return page.evaluate((value) => {
    document.documentElement.dataset['contrast'] = value;
  }, contrast);
}

/** Everything is loaded and drawn. */
export async function settle(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"]:not(main)')).toHaveCount(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** Forgets what an earlier run left of a sheet. */
export function clearSheet(sheet: string): void {
  rmSync(join(folder, 'shots', sheet), { recursive: true, force: true });
}

/** Puts the pictures of a sheet into one, `artifacts/contact-sheets/SHEET.png`: a row per state, in this order. */
export async function composeSheet(sheet: string, states: readonly string[]): Promise<void> {
  const shots = new Set(readdirSync(join(folder, 'shots', sheet)));
  const columns = COLUMNS.filter(({ name }) => states.some((state) => shots.has(`${state} @ ${name}.png`)));
  const cells = states.flatMap((state) =>
    columns.map(({ name, width, height }) => {
      const file = `${state} @ ${name}.png`;
      if (!shots.has(file)) return '<figure></figure>';
      const source = encodeURI(`shots/${sheet}/${file}`);
      const size = `width="${width * SCALE}" height="${height * SCALE}"`;
      return `<figure><figcaption>${state} · ${name}</figcaption><img src="${source}" ${size}></figure>`;
    }),
  );
  const html = `<!doctype html><meta charset="utf-8"><title>${sheet}</title><style>
    body { display: inline-grid; gap: 12px; padding: 12px; margin: 0; background: #888;
      grid-template-columns: repeat(${columns.length}, max-content); font: 12px sans-serif; }
    figure { margin: 0; } figcaption { padding: 0 0 4px; color: #fff; } img { display: block; }
    </style>${cells.join('')}`;
  const file = join(folder, `${sheet}.html`);
  writeFileSync(file, html);
  const options = config.projects?.find(({ name }) => name === 'browser')?.use?.launchOptions ?? {};
  const browser = await chromium.launch({
    ...options,
    args: ['--no-sandbox', '--allow-file-access-from-files'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
    await page.goto(pathToFileURL(file).href);
    await page.locator('body').screenshot({ path: join(folder, `${sheet}.png`) });
  } finally {
    await browser.close();
    rmSync(file);
  }
}
