import { z } from 'zod';

const STORAGE_KEY = 'countersign.palette';
const MAX_RECENT = 6;

const recentIds = z.array(z.string().max(200)).max(MAX_RECENT).catch([]);

/** `id` first, the others behind it, the oldest dropped. */
export function withRecent(ids: readonly string[], id: string): readonly string[] {
  return [id, ...ids.filter((other) => other !== id)].slice(0, MAX_RECENT);
}

/** What was chosen last on this computer, newest first. */
export function readRecent(): readonly string[] {
  try {
    return recentIds.parse(JSON.parse(globalThis.localStorage?.getItem(STORAGE_KEY) ?? '[]'));
  } catch {
    return [];
  }
}

export function keepRecent(id: string): void {
  globalThis.localStorage?.setItem(STORAGE_KEY, JSON.stringify(withRecent(readRecent(), id)));
}
