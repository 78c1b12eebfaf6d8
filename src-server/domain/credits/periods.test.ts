import { describe, expect, it } from 'vitest';
import { dueTo, nextGrantAfter } from './periods';

const at = (iso: string): number => Date.parse(iso);

describe('months of credits', () => {
  it('begin at midnight UTC on the day of registration', () => {
    expect(nextGrantAfter(22, at('2026-04-22T09:00:00Z'))).toBe(at('2026-05-22T00:00:00Z'));
    expect(nextGrantAfter(22, at('2026-04-21T23:59:59Z'))).toBe(at('2026-04-22T00:00:00Z'));
    expect(nextGrantAfter(5, at('2026-12-05T00:00:00Z'))).toBe(at('2027-01-05T00:00:00Z'));
  });

  it('begin on the last day of a month that is too short, and on the 31st again after it', () => {
    expect(nextGrantAfter(31, at('2027-01-31T12:00:00Z'))).toBe(at('2027-02-28T00:00:00Z'));
    expect(nextGrantAfter(31, at('2027-02-28T00:00:00Z'))).toBe(at('2027-03-31T00:00:00Z'));
  });

  it('roll over: three that nobody looked at are three grants', () => {
    const period = { anchorDay: 22, nextGrantAt: at('2026-05-22T00:00:00Z'), grantedInPeriod: 50_000 };
    const due = dueTo(period, 50_000, at('2026-07-22T00:00:00Z'));
    expect(due.amount).toBe(150_000);
    expect(due.period).toEqual({
      anchorDay: 22,
      nextGrantAt: at('2026-08-22T00:00:00Z'),
      grantedInPeriod: 50_000,
    });
  });

  it('add what a better tier gives more, once, and take nothing away for a lesser one', () => {
    const period = { anchorDay: 1, nextGrantAt: at('2026-06-01T00:00:00Z'), grantedInPeriod: 50_000 };
    const better = dueTo(period, 200_000, at('2026-05-10T00:00:00Z'));
    expect(better.amount).toBe(150_000);
    expect(dueTo(better.period, 200_000, at('2026-05-11T00:00:00Z')).amount).toBe(0);
    const lesser = dueTo(better.period, 50_000, at('2026-05-12T00:00:00Z'));
    expect(lesser.amount).toBe(0);
    expect(dueTo(lesser.period, 200_000, at('2026-05-13T00:00:00Z')).amount).toBe(0);
  });

  it('give nothing where there is no limit', () => {
    const period = { anchorDay: 1, nextGrantAt: at('2026-06-01T00:00:00Z'), grantedInPeriod: 0 };
    expect(dueTo(period, null, at('2026-08-10T00:00:00Z')).amount).toBe(0);
  });
});
