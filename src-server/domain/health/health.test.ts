import { expect, test } from 'vitest';
import { createGateFixture } from '../../testing/gate-fixture';
import type { Caller } from '../../gate/caller';
import { createHealthQuery } from './health.query';

const anonymous: Caller = {
  actor: { type: 'anonymous' },
  face: 'mma',
  transport: 'rest',
  traceId: 'tr_health',
  ip: '127.0.0.1',
  userAgent: null,
  client: null,
};

test('Anybody learns version and uptime, and nothing of what is stored', async () => {
  using fixture = createGateFixture();
  const startedAt = fixture.clock.now();
  const health = createHealthQuery({ version: '1.2.3', startedAt });
  fixture.clock.advance(90_500);
  expect(await fixture.gate.query(health, {}, anonymous)).toEqual({
    status: 'ok',
    version: '1.2.3',
    uptimeSeconds: 90,
    startedAt: new Date(startedAt).toISOString(),
    now: new Date(startedAt + 90_500).toISOString(),
    database: 'ok',
  });
});

test('A database that can not be read is said, not hidden', async () => {
  using fixture = createGateFixture();
  const health = createHealthQuery({ version: '1.2.3', startedAt: fixture.clock.now() });
  fixture.database.raw.write.exec('drop table _migrations');
  expect(await fixture.gate.query(health, {}, anonymous)).toMatchObject({
    status: 'degraded',
    database: 'failing',
  });
});
