import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runKillLoop } from './kill-loop/kill-loop';

const KILLS = 1_000;

it(
  `loses nothing acknowledged and does nothing twice when it is killed ${KILLS} times`,
  { timeout: 7_200_000 },
  async () => {
    const report = await runKillLoop({
      kills: KILLS,
      seed: randomInt(2 ** 31),
      verifyEvery: 25,
      onProgress: (kills) => process.stdout.write(`${kills} of ${KILLS} kills\n`),
    });
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    const met = Object.values(report.points).reduce((sum, point) => sum + point.met, 0);
    // Kills that come when all is done prove nothing.
    expect(met).toBeGreaterThan(KILLS / 2);
    // Without grace a decision and its effect are one commit; in rounds with grace, kills fall between the two.
    expect(report.splitApprovals, 'kills between a decision and its effect').toBeGreaterThan(0);
    const { acknowledged, unheard } = report.fates.undo;
    expect(acknowledged + unheard, 'decisions taken back').toBeGreaterThan(0);
  },
);
