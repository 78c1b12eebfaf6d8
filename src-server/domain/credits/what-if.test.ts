import { describe, expect, it } from 'vitest';
import { runsOutAt } from './forecast';
import { replayCap, type PastMovement } from './what-if';

const DAY = 86_400_000;
let actions = 0;
const charge = (day: string, amount: number, kind: PastMovement['kind'] = 'post.publish'): PastMovement => ({
  type: 'charge',
  actionId: `act_${(actions += 1)}`,
  kind,
  day,
  amount,
});

describe('what a cap would have blocked', () => {
  it('is what came after it was used up, day by day', () => {
    const past = [charge('a', 100), charge('a', 100), charge('a', 100), charge('b', 100)];
    expect(replayCap(past, { kind: 'all', perDay: 200 })).toEqual({ actions: 4, blocked: 1, blockedDays: 1 });
    expect(replayCap(past, { kind: 'all', perDay: 0 })).toEqual({ actions: 4, blocked: 4, blockedDays: 2 });
    expect(replayCap(past, { kind: 'all', perDay: 300 })).toEqual({ actions: 4, blocked: 0, blockedDays: 0 });
  });

  it('leaves room for something smaller after something that did not fit', () => {
    const past = [charge('a', 100), charge('a', 250), charge('a', 100)];
    expect(replayCap(past, { kind: 'all', perDay: 200 })).toMatchObject({ blocked: 1 });
  });

  it('counts its own kind alone', () => {
    const past = [charge('a', 100), charge('a', 250, 'message.send'), charge('a', 100, undefined)];
    expect(replayCap(past, { kind: 'message.send', perDay: 200 })).toEqual({
      actions: 1,
      blocked: 1,
      blockedDays: 1,
    });
  });

  it('gives room back on the day it was taken, and none for what the cap blocked', () => {
    const held: PastMovement = { ...charge('a', 100), type: 'reserve' };
    const back: PastMovement = { ...held, type: 'release', day: 'b' };
    expect(replayCap([held, charge('a', 100), back, charge('a', 100)], { kind: 'all', perDay: 100 })).toEqual(
      {
        actions: 3,
        blocked: 1,
        blockedDays: 1,
      },
    );
    const blocked = charge('a', 100);
    const refund: PastMovement = { ...blocked, type: 'refund' };
    expect(
      replayCap([charge('a', 100), blocked, refund, charge('a', 100)], { kind: 'all', perDay: 100 }),
    ).toMatchObject({ blocked: 2 });
  });
});

describe('when credits run out', () => {
  const now = Date.UTC(2026, 10, 21);
  const resetAt = now + 20 * DAY;

  it('is by the pace of late, where that is before the next month', () => {
    expect(runsOutAt({ available: 5_000, perDay: 1_000, resetAt, now })).toBe(now + 5 * DAY);
    expect(runsOutAt({ available: 0, perDay: 1_000, resetAt, now })).toBe(now);
  });

  it('is not told where they last, have no limit, or are not spent', () => {
    expect(runsOutAt({ available: 20_000, perDay: 1_000, resetAt, now })).toBeNull();
    expect(runsOutAt({ available: null, perDay: 1_000, resetAt, now })).toBeNull();
    expect(runsOutAt({ available: 100, perDay: 0, resetAt, now })).toBeNull();
  });
});
