import { expect, it } from 'vitest';
import { createGateFixture } from '../../testing/gate-fixture';

/** As drizzle builds them; a filter that adds a second condition walks the index of the first. */
it.each([
  [
    'due',
    "select * from webhook_deliveries where status = 'pending' and agent_id = ? and (next_at <= ? or next_at > ?) order by next_at, seq limit 8",
    'webhook_deliveries_due',
  ],
  [
    'agents that something waits for',
    "select agent_id from webhook_deliveries where status = 'pending' and agent_id > ? order by agent_id limit 1",
    'webhook_deliveries_due',
  ],
  [
    'a page',
    'select * from webhook_deliveries where agent_id = ? and seq < ? order by seq desc limit 50',
    'webhook_deliveries_agent',
  ],
  [
    'a page of one status',
    'select * from webhook_deliveries where agent_id = ? and status = ? and seq < ? order by seq desc limit 50',
    'webhook_deliveries_status',
  ],
  [
    'a page of one event',
    'select * from webhook_deliveries where agent_id = ? and event = ? and seq < ? order by seq desc limit 50',
    'webhook_deliveries_event',
  ],
  [
    'a case file',
    'select * from webhook_deliveries where trace_id = ? limit 100',
    'webhook_deliveries_trace',
  ],
  [
    'what is old',
    'select seq from webhook_deliveries where created_at < ? limit 500',
    'webhook_deliveries_age',
  ],
  [
    'how a recovery goes',
    'select status, count(*) from webhook_deliveries where recovery_id = ? group by status',
    'webhook_deliveries_recovery',
  ],
  [
    'the last attempts',
    'select * from webhook_attempts where agent_id = ? order by seq desc limit 10',
    'webhook_attempts_agent',
  ],
  [
    'the attempts of a delivery',
    'select * from webhook_attempts where delivery_id = ? order by attempt desc limit 50',
    'webhook_attempts_delivery',
  ],
])('%s is one range of an index', (_what, sql, index) => {
  using fixture = createGateFixture();
  const values = Array.from({ length: sql.split('?').length - 1 }, () => 1);
  const plan = (
    fixture.database.raw.read.prepare(`explain query plan ${sql}`).all(...values) as { detail: string }[]
  )
    .map(({ detail }) => detail)
    .join('\n');
  expect(plan).toContain(index);
  expect(plan).not.toMatch(/TEMP B-TREE FOR (?!LAST)|SCAN webhook/);
});
