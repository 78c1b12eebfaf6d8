/** The only source of time. Injected, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Time that only goes forward, at its own pace, whatever is done to the wall clock. Its zero means nothing. */
export interface Monotonic {
  /** Milliseconds. */
  elapsed(): number;
}

export const systemMonotonic: Monotonic = { elapsed: () => performance.now() };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An instant as mma and the console print it: milliseconds and `Z` (decisions §1). */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** An instant as the nb face prints it (CONV-3, C-5). */
export function toOffsetIso(ms: number): string {
  return toIso(ms).replace('Z', '+00:00');
}

export function toIsoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : toIso(ms);
}

/** The UTC day of an instant, `2026-11-21`: the unit of daily caps (decisions §4). */
export function utcDay(ms: number): string {
  return toIso(ms).slice(0, 10);
}
