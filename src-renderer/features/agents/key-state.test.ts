import { describe, expect, it } from 'vitest';
import { endAfter } from './key-state';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');

describe('the end of a key', () => {
  it('is so many days from now, or never', () => {
    expect(endAfter(30, NOW)).toBe('2026-12-21T12:00:00.000Z');
    expect(endAfter(null, NOW)).toBeUndefined();
  });
});
