import { expect, it } from 'vitest';
import { fuzzEverything } from './fuzz-walk';

it('answers whatever is sent, looked for at length, from another start each time', async () => {
  const report = await fuzzEverything({
    seed: Date.now() % 2 ** 31,
    runs: 2_000,
    minRuns: 200,
    maxMs: 8_000,
  });
  expect(report.sent).toBeGreaterThanOrEqual(report.routes * 200);
});
