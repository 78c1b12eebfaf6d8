import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createWindowStateStore, fitWindow } from './window-state';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const laptop = { x: 0, y: 0, width: 1440, height: 860 };
const second = { x: 1440, y: 0, width: 1920, height: 1080 };
const kept = { x: 1600, y: 100, width: 1000, height: 700, isMaximized: false };

it('opens where it was', () => {
  expect(fitWindow(kept, [laptop, second])).toEqual(kept);
});

it('leaves the place to the system at first, and when its screen is gone', () => {
  expect(fitWindow(undefined, [laptop])).toEqual({ width: 1200, height: 780, isMaximized: false });
  expect(fitWindow(kept, [laptop])).toEqual({ width: 1000, height: 700, isMaximized: false });
});

it('is never larger than its screen nor smaller than the layout takes', () => {
  expect(fitWindow({ ...kept, x: 0, width: 5000, height: 5000 }, [laptop])).toMatchObject({
    width: 1440,
    height: 860,
  });
  expect(fitWindow({ ...kept, width: 10, height: 10 }, [second])).toMatchObject({ width: 720, height: 480 });
});

it('comes back when its title bar is out of reach', () => {
  expect(fitWindow({ ...kept, y: 2000 }, [second])).not.toHaveProperty('y');
  expect(fitWindow({ ...kept, y: -300 }, [second])).not.toHaveProperty('y');
});

it('opens without any screen', () => {
  expect(fitWindow(kept, [])).toMatchObject({ width: 720, height: 480 });
});

it('is kept whole in its file, and a damaged file counts as none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'window-'));
  const path = join(folder, 'window-state.json');
  const store = createWindowStateStore(path, silent);
  expect(store.find()).toBeUndefined();
  store.keep(kept);
  expect(store.find()).toEqual(kept);
  expect(readdirSync(folder)).toEqual(['window-state.json']);
  writeFileSync(path, '{"x":1}');
  expect(store.find()).toBeUndefined();
});
