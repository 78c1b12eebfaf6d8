const DAY_MS = 24 * 60 * 60 * 1000;

/** When a key that lives `days` from now ends, as the contract wants it; undefined for one that never does. */
export function endAfter(days: number | null, now: number): string | undefined {
  return days === null ? undefined : new Date(now + days * DAY_MS).toISOString();
}
