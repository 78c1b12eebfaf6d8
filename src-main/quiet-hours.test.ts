import { describe, expect, it } from 'vitest';
import { isQuiet } from './quiet-hours';
import type { WallClock } from './quiet-hours';

const at = (day: number, time: string): WallClock => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return { day, minutes: hours * 60 + minutes };
};
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

/** The wall clock of a place with daylight saving, as `wallClockAt` has it where the computer is there. */
function inBerlin(iso: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(iso));
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return at(
    ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(of('weekday')),
    `${of('hour')}:${of('minute')}`,
  );
}

describe('quiet hours', () => {
  it('are none unless they are set, and none on no day', () => {
    expect(isQuiet(at(1, '03:00'), null)).toBe(false);
    expect(isQuiet(at(1, '03:00'), { from: '00:00', to: '23:59', days: [] })).toBe(false);
  });

  it('begin with their first minute and end before their last', () => {
    const lunch = { from: '12:00', to: '13:30', days: [1] };
    expect(['11:59', '12:00', '13:29', '13:30'].map((time) => isQuiet(at(1, time), lunch))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isQuiet(at(2, '12:30'), lunch)).toBe(false);
  });

  it('go over midnight and belong to the day on which they began', () => {
    const friday = { from: '22:00', to: '07:00', days: [5] };
    expect(isQuiet(at(5, '21:59'), friday)).toBe(false);
    expect(isQuiet(at(5, '22:00'), friday)).toBe(true);
    expect(isQuiet(at(6, '06:59'), friday)).toBe(true);
    expect(isQuiet(at(6, '07:00'), friday)).toBe(false);
    expect(isQuiet(at(5, '03:00'), friday)).toBe(false);
    expect(isQuiet(at(6, '23:00'), friday)).toBe(false);
    const saturday = { from: '22:00', to: '07:00', days: [6] };
    expect(isQuiet(at(0, '01:00'), saturday)).toBe(true);
  });

  it('last the whole day where both times are the same', () => {
    const sunday = { from: '08:00', to: '08:00', days: [0] };
    expect(isQuiet(at(0, '00:00'), sunday)).toBe(true);
    expect(isQuiet(at(0, '23:59'), sunday)).toBe(true);
    expect(isQuiet(at(1, '00:00'), sunday)).toBe(false);
  });

  it('keep to the wall clock when it is set forward and back', () => {
    const night = { from: '22:00', to: '07:00', days: EVERY_DAY };
    const quietAt = (iso: string) => isQuiet(inBerlin(iso), night);
    // 29 March 2026: 02:00 becomes 03:00.
    expect(quietAt('2026-03-29T00:59:00Z')).toBe(true);
    expect(quietAt('2026-03-29T01:00:00Z')).toBe(true);
    expect(quietAt('2026-03-29T04:59:00Z')).toBe(true);
    expect(quietAt('2026-03-29T05:00:00Z')).toBe(false);
    // 25 October 2026: 03:00 becomes 02:00 again.
    expect(quietAt('2026-10-25T00:30:00Z')).toBe(true);
    expect(quietAt('2026-10-25T01:30:00Z')).toBe(true);
    expect(quietAt('2026-10-25T05:59:00Z')).toBe(true);
    expect(quietAt('2026-10-25T06:00:00Z')).toBe(false);
    const doubled = { from: '02:15', to: '02:45', days: EVERY_DAY };
    expect(isQuiet(inBerlin('2026-10-25T00:30:00Z'), doubled)).toBe(true);
    expect(isQuiet(inBerlin('2026-10-25T01:30:00Z'), doubled)).toBe(true);
  });
});
