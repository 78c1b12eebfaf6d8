import type { AgentKey } from '../../../src-server/contract/console/keys';

const DAY_MS = 24 * 60 * 60 * 1000;

/** True when the key lets nobody in any more: revoked, or past its end. */
export function isSpent(key: Pick<AgentKey, 'revokedAt' | 'expiresAt'>, now: number): boolean {
  return key.revokedAt !== null || (key.expiresAt !== null && Date.parse(key.expiresAt) <= now);
}

/** When a key that lives `days` from now ends, as the contract wants it; undefined for one that never does. */
export function endAfter(days: number | null, now: number): string | undefined {
  return days === null ? undefined : new Date(now + days * DAY_MS).toISOString();
}
