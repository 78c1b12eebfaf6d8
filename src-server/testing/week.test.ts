import { expect, it } from 'vitest';
import { liveAWeek } from './week';
import { expectOneTruth } from './week-truth';

it('after a week of a few proposals every place tells the same of each, and none was approved unread', async () => {
  const week = await liveAWeek({ proposals: 120, seed: 7 });
  expect(week.proposals).toHaveLength(120);
  await expectOneTruth(week);
}, 120_000);
