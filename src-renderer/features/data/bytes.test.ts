import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes';

describe('formatBytes', () => {
  it('says sizes as people do, in their language', () => {
    expect(formatBytes('en', 0)).toBe('0 byte');
    expect(formatBytes('en', 999)).toBe('999 byte');
    expect(formatBytes('en', 1_440_000)).toBe('1.4 MB');
    expect(formatBytes('de', 1_440_000)).toBe('1,4 MB');
    expect(formatBytes('en', 18_400_000)).toBe('18 MB');
    expect(formatBytes('en', 2e15)).toBe('2,000 TB');
  });
});
