import { describe, expect, it } from 'vitest';
import { endAfter, isSpent } from './key-state';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');

describe('the state of a key', () => {
  it('is spent once revoked or at its end, and not a moment before', () => {
    expect(isSpent({ revokedAt: null, expiresAt: null }, NOW)).toBe(false);
    expect(isSpent({ revokedAt: null, expiresAt: '2026-11-21T12:00:00.001Z' }, NOW)).toBe(false);
    expect(isSpent({ revokedAt: null, expiresAt: '2026-11-21T12:00:00.000Z' }, NOW)).toBe(true);
    expect(isSpent({ revokedAt: '2026-11-20T00:00:00.000Z', expiresAt: null }, NOW)).toBe(true);
  });

  it('ends so many days from now, or never', () => {
    expect(endAfter(30, NOW)).toBe('2026-12-21T12:00:00.000Z');
    expect(endAfter(null, NOW)).toBeUndefined();
  });
});
