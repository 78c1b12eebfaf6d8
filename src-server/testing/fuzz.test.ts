import { describe, expect, it } from 'vitest';
import { createBaseApp } from '../doors/http/base-app';
import { randomIds } from '../lib/ids';
import { createLogger } from '../lib/logger';
import { fuzzRoute } from './fuzz';
import { fuzzEverything } from './fuzz-walk';

/** A fixed seed: what fails here fails again. `fuzz.long.test.ts` looks further, with another seed each time. */
const SEED = 20_261_121;

describe('fuzzing', () => {
  it('finds every route and tool answering in the words of its door, and never with a 500', async () => {
    const report = await fuzzEverything({ seed: SEED, runs: 80, minRuns: 8, maxMs: 220 });
    expect(report.routes).toBeGreaterThan(100);
    expect(report.sent).toBeGreaterThanOrEqual(report.routes * 8);
    // Requests that go nowhere find nothing: some of them do what they ask for.
    expect(report.succeeded).toBeGreaterThan(report.sent / 20);
  }, 180_000);

  it('would notice: a handler that breaks on a long text, and a refusal in other words', async () => {
    const app = createBaseApp({ log: createLogger('silent'), ids: randomIds, dialect: () => 'mma' });
    app.post('/breaks', async (request) => {
      const { content } = (request.body ?? {}) as { content?: unknown };
      if (typeof content === 'string' && content.length > 2_000) throw new TypeError('too much');
      return { ok: true };
    });
    app.post('/elsewhere', async (_request, reply) => reply.code(400).send({ message: 'No' }));
    const schema = { type: 'object', properties: { content: { type: 'string', maxLength: 2_000 } } };
    const look = (path: string): Promise<unknown> =>
      fuzzRoute(
        { app, method: 'POST', path, dialect: 'mma', schema },
        { ids: ['x'], headers: () => ({}), runs: 500, minRuns: 500, maxMs: 10_000, seed: SEED },
      );
    await expect(look('/breaks')).rejects.toThrow(/answers 500/);
    await expect(look('/elsewhere')).rejects.toThrow(/not worded as mma/);
    await app.close();
  });
});
