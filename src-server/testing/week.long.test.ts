import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { liveAWeek } from './week';
import { expectOneTruth } from './week-truth';

const PROPOSALS = 2_000;

it(`after a week of ${PROPOSALS} proposals of five agents audit log, Inbox, case files and agents agree, and none was approved unread`, async () => {
  const seed = randomInt(2 ** 31);
  const week = await liveAWeek({ proposals: PROPOSALS, seed });
  process.stdout.write(`${JSON.stringify({ seed, ...week.counts })}\n`);
  expect(week.proposals).toHaveLength(PROPOSALS);
  // A week in which one of them never happened proves nothing about it.
  for (const what of [
    'approved',
    'edited',
    'rejected',
    'refused',
    'taken back',
    'undone',
    'expired',
    'withdrawn',
    'revised',
    'snoozed',
    'approved in bulk',
    'refused in bulk',
  ]) {
    expect(week.counts[what] ?? 0, `${what} this week`).toBeGreaterThan(10);
  }
  await expectOneTruth(week);
});
