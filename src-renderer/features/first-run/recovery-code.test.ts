import { describe, expect, it } from 'vitest';
import { groupsOf, isLastGroup } from './recovery-code';

describe('the recovery code', () => {
  it('is shown in the groups it came in, or in fours', () => {
    expect(groupsOf('AB2C-9XYZ-K7M3')).toEqual(['AB2C', '9XYZ', 'K7M3']);
    expect(groupsOf('AB2C9XYZK7M3Q')).toEqual(['AB2C', '9XYZ', 'K7M3', 'Q']);
    expect(groupsOf('')).toEqual([]);
  });

  it('is confirmed by its last group, whatever case and spaces it is typed with', () => {
    expect(isLastGroup('AB2C-9XYZ-K7M3', 'k7m3')).toBe(true);
    expect(isLastGroup('AB2C-9XYZ-K7M3', ' K7 M3-')).toBe(true);
  });

  it('is not confirmed by another group, a part, the whole or nothing', () => {
    for (const typed of ['AB2C', 'K7M', 'AB2C-9XYZ-K7M3', '', '  ']) {
      expect(isLastGroup('AB2C-9XYZ-K7M3', typed)).toBe(false);
    }
    expect(isLastGroup('', '')).toBe(false);
  });
});
