import { z } from 'zod';
import { findJsonFile, writeJsonFile } from './json-file';
import type { Log } from './redact';

export const MIN_WIDTH = 720;
export const MIN_HEIGHT = 480;
const DEFAULT_WIDTH = 1200;
const DEFAULT_HEIGHT = 780;
/** Of a window that was moved off a screen, so much must still show to be dragged back. */
const MIN_VISIBLE = 80;

const side = z.int().min(-100_000).max(100_000);
const WindowState = z.object({
  x: side,
  y: side,
  width: side.min(1),
  height: side.min(1),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the window opens; without x and y the system chooses. */
export interface WindowPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

/** The kept place, made to fit the screens there are now (work areas, in device-independent pixels). */
export function fitWindow(kept: WindowState | undefined, screens: readonly Area[]): WindowPlace {
  const largest = screens.reduce<Area>(
    (best, area) => (area.width * area.height > best.width * best.height ? area : best),
    { x: 0, y: 0, width: 0, height: 0 },
  );
  const home = (kept && screens.find((area) => isReachable(kept, area))) ?? largest;
  const width = clamp(kept?.width ?? DEFAULT_WIDTH, MIN_WIDTH, home.width);
  const height = clamp(kept?.height ?? DEFAULT_HEIGHT, MIN_HEIGHT, home.height);
  const isMaximized = kept?.isMaximized ?? false;
  if (!kept || !isReachable(kept, home)) return { width, height, isMaximized };
  return { x: kept.x, y: kept.y, width, height, isMaximized };
}

export interface WindowStateStore {
  find(): WindowState | undefined;
  keep(state: WindowState): void;
}

export function createWindowStateStore(path: string, log: Log): WindowStateStore {
  return {
    find() {
      try {
        return findJsonFile(path, WindowState);
      } catch (error) {
        log.warn('the kept window place is not readable', error);
        return undefined;
      }
    },
    keep(state) {
      try {
        writeJsonFile(path, state);
      } catch (error) {
        log.warn('the window place was not kept', error);
      }
    },
  };
}

/** The title bar can be grabbed: it starts on this screen, and enough of it is there. */
function isReachable(window: WindowState, area: Area): boolean {
  const left = Math.max(window.x, area.x);
  const right = Math.min(window.x + window.width, area.x + area.width);
  const isTopThere = window.y >= area.y && window.y <= area.y + area.height - MIN_VISIBLE;
  return right - left >= MIN_VISIBLE && isTopThere;
}

/** The lower bound wins where the two cross. */
function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}
