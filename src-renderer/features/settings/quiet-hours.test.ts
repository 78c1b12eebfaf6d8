import { describe, expect, it } from 'vitest';
import { DEFAULT_QUIET_HOURS, quietStateAt } from './quiet-hours';

const at = (day: number, hours: number, minutes = 0) => new Date(2026, 5, day, hours, minutes).getTime();
// 2026-06-01 is a Monday.

describe('quiet hours in words', () => {
  it('go over midnight and say when they end', () => {
    expect(quietStateAt(at(1, 23), DEFAULT_QUIET_HOURS)).toEqual({ type: 'quiet', at: at(2, 7) });
    expect(quietStateAt(at(2, 6, 59), DEFAULT_QUIET_HOURS)).toEqual({ type: 'quiet', at: at(2, 7) });
    expect(quietStateAt(at(2, 7), DEFAULT_QUIET_HOURS)).toEqual({ type: 'later', at: at(2, 22) });
  });

  it('begin on the chosen days alone', () => {
    const weekend = { from: '22:00', to: '07:00', days: [6] };
    expect(quietStateAt(at(1, 23), weekend)).toEqual({ type: 'later', at: at(6, 22) });
    expect(quietStateAt(at(7, 3), weekend)).toEqual({ type: 'quiet', at: at(7, 7) });
    expect(quietStateAt(at(7, 23), weekend)).toEqual({ type: 'later', at: at(13, 22) });
  });

  it('within a day', () => {
    const lunch = { from: '12:00', to: '13:30', days: [1] };
    expect(quietStateAt(at(1, 12), lunch)).toEqual({ type: 'quiet', at: at(1, 13, 30) });
    expect(quietStateAt(at(1, 13, 30), lunch)).toEqual({ type: 'later', at: at(8, 12) });
  });

  it('are whole days where both times are the same, one after the other', () => {
    const days = { from: '00:00', to: '00:00', days: [1, 2] };
    expect(quietStateAt(at(1, 15), days)).toEqual({ type: 'quiet', at: at(3, 0) });
  });

  it('are never without a day', () => {
    expect(quietStateAt(at(1, 23), { ...DEFAULT_QUIET_HOURS, days: [] })).toEqual({ type: 'never' });
  });
});
