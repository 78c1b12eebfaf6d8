import { describe, expect, it } from 'vitest';
import { snoozeTimes } from './snooze-times';

const at = (text: string) => new Date(text).getTime();
const codes = (now: string, expiry: string | null = null) =>
  snoozeTimes(at(now), expiry === null ? null : at(expiry)).map(({ code }) => code);

describe('when a proposal may come back', () => {
  it('is in an hour, this evening, tomorrow, on Monday, in a week', () => {
    expect(codes('2026-11-25T10:00:00')).toEqual(['hour', 'evening', 'tomorrow', 'monday', 'week']);
    const times = snoozeTimes(at('2026-11-25T10:00:00'), null);
    expect(times.map((time) => new Date(time.at).getHours())).toEqual([11, 18, 9, 9, 9]);
    expect(times.map((time) => new Date(time.at).getDate())).toEqual([25, 25, 26, 30, 2]);
  });

  it('leaves out an evening that is nearly there and days that coincide', () => {
    expect(codes('2026-11-25T17:30:00')).toEqual(['hour', 'tomorrow', 'monday', 'week']);
    // A Sunday: tomorrow is Monday. A Monday: in a week is Monday.
    expect(codes('2026-11-29T10:00:00')).toEqual(['hour', 'evening', 'tomorrow', 'week']);
    expect(codes('2026-11-30T10:00:00')).toEqual(['hour', 'evening', 'tomorrow', 'monday']);
  });

  it('never lies at or past the expiry', () => {
    expect(codes('2026-11-25T10:00:00', '2026-11-26T09:00:00')).toEqual(['hour', 'evening']);
    expect(codes('2026-11-25T10:00:00', '2026-11-25T10:30:00')).toEqual([]);
  });
});
