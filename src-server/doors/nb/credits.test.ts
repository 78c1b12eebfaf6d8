import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pino } from 'pino';
import type { CreditHistory, DailyUsage } from '../../contract/nb/agents';
import { checkLedger } from '../../domain/credits/ledger-check';
import { createUsageRecorder } from '../../domain/agents/usage.service';
import { defineAction } from '../../gate/define-action';
import { createLimiter } from '../../gate/limits';
import { DAY, utcDay } from '../../lib/clock';
import { createGateFixture } from '../../testing/gate-fixture';
import { expectDetail, OFFSET_INSTANT, registerNbAgent, STRANGER, withKey } from '../../testing/nb-fixture';
import { createTestServer, type TestServer } from '../../testing/test-server';
import { createBaseApp } from '../http/base-app';
import { authenticate } from '../http/credentials';
import { createNbDoor, NB_WRITE } from './door';

async function office(): Promise<{ server: TestServer; id: string; key: string }> {
  const server = await createTestServer({ mode: 'server' });
  return { server, ...(await registerNbAgent(server)) };
}

describe('an agent’s own credits (N026, N027)', () => {
  it('are answered as printed', async () => {
    const { server, id, key } = await office();
    const balance = await server.call('GET', `/api/protocol/agents/${id}/credits`, withKey(key));
    expect(balance.body).toEqual({
      credits_balance: 50,
      credits_remaining: 50,
      monthly_credits: 50,
      credits_reset_at: expect.stringMatching(OFFSET_INSTANT),
      tier: 'free',
    });
    const url = `/api/protocol/agents/${id}/credits/history?limit=20`;
    const history = await server.call<CreditHistory>('GET', url, withKey(key));
    expect(history.body).toEqual({
      transactions: [
        {
          action: 'monthly_grant',
          amount: 50,
          balance_after: 50,
          created_at: expect.stringMatching(OFFSET_INSTANT),
        },
      ],
    });
  });

  it('are told day by day, the last one today (clients.md)', async () => {
    const { server, id, key } = await office();
    const { write } = server.context.database.raw;
    const day = write.prepare('insert into credit_days values (?, ?, ?, ?)');
    const now = server.clock.now();
    day.run(id, 'post.publish', utcDay(now), 300);
    day.run(id, 'message.send', utcDay(now), 250);
    day.run(id, 'post.publish', utcDay(now - 2 * DAY), 100);
    day.run(id, 'post.publish', utcDay(now - 3 * DAY), 100);
    const url = `/api/protocol/agents/${id}/credits/usage/daily`;
    const { status, body } = await server.call<DailyUsage>('GET', `${url}?days=3`, withKey(key));
    expect([status, body]).toEqual([
      200,
      {
        agent_id: id,
        days: 3,
        usage: [
          { date: utcDay(now - 2 * DAY), credits_used: 0.1, by_kind: { 'post.publish': 0.1 } },
          { date: utcDay(now - DAY), credits_used: 0, by_kind: {} },
          { date: utcDay(now), credits_used: 0.55, by_kind: { 'post.publish': 0.3, 'message.send': 0.25 } },
        ],
        total_credits_used: 0.65,
      },
    ]);
    expect((await server.call<DailyUsage>('GET', url, withKey(key))).body.usage).toHaveLength(30);
  });

  it.each(['', '/history', '/usage/daily'])(
    'are kept from strangers at credits%s: 401 and 403',
    async (what) => {
      const { server, id, key } = await office();
      expect((await server.call('GET', `/api/protocol/agents/${id}/credits${what}`)).status).toBe(401);
      const other = await server.call('GET', `/api/protocol/agents/${STRANGER}/credits${what}`, withKey(key));
      expectDetail(other, 403, 'another agent');
    },
  );

  it.each([
    ['limit', 'history?limit=0'],
    ['limit', 'history?limit=51'],
    ['limit', 'history?limit=x'],
    ['days', 'usage/daily?days=0'],
    ['days', 'usage/daily?days=61'],
    ['days', 'usage/daily?days=x'],
  ])('refuse a bad %s: %s', async (field, path) => {
    const { server, id, key } = await office();
    expectDetail(
      await server.call('GET', `/api/protocol/agents/${id}/credits/${path}`, withKey(key)),
      400,
      field,
    );
  });

  it('take 50 lines and 60 days', async () => {
    const { server, id, key } = await office();
    for (const path of ['history?limit=50', 'usage/daily?days=60']) {
      expect(
        (await server.call('GET', `/api/protocol/agents/${id}/credits/${path}`, withKey(key))).status,
      ).toBe(200);
    }
  });

  it('stand in the calls log, as every private read does', async () => {
    const { server, id, key } = await office();
    for (const path of [
      'me',
      `agents/${id}/credits`,
      `agents/${id}/credits/history`,
      `agents/${id}/credits/usage/daily`,
    ]) {
      expect((await server.call('GET', `/api/protocol/${path}`, withKey(key))).status).toBe(200);
    }
    await server.processAll();
    const names = server.context.database.raw.read
      .prepare('select name from calls order by id')
      .pluck()
      .all();
    expect(names).toEqual(['agents.me', 'credits.balance', 'credits.history', 'credits.daily']);
  });
});

const say = defineAction<{ content: string }, { said: string }>({
  name: 'test.say',
  kind: 'post.publish',
  summary: 'Say something',
  input: z.object({ content: z.string() }),
  scope: null,
  subjectPrefix: 'post',
  limits: [],
  isOpenToUnclaimed: true,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'post',
  costName: 'post',
  title: ({ content }) => content,
  effects: () => [],
  run: (_tx, { input }) => ({ said: input.content }),
});

describe('a charged write through the HTTP door', () => {
  it('succeeds 400 times of 1,000 at once against credits for 400; the rest get 402 as printed', async () => {
    using fixture = createGateFixture({ actions: [say] });
    const log = pino({ level: 'silent' });
    const { reader, writer, clock } = fixture;
    await using usage = createUsageRecorder({ writer, clock, log });
    const app = createBaseApp({ log, ids: fixture.ids, dialect: () => 'nb' });
    const deps = {
      reader,
      clock,
      usage,
      limiter: createLimiter({ isEnabled: false }),
      authenticateToken: () => undefined,
    };
    const door = createNbDoor({
      gate: fixture.gate,
      authenticate: (request) => authenticate(deps, request, { face: 'nb', transport: 'rest' }),
    });
    app.post('/say', NB_WRITE, (request, reply) =>
      door.perform(say, request.body, { request, reply, present: ({ said }) => ({ said }) }),
    );
    const agent = fixture.addAgent({ origin: 'nb', ownerId: null, status: 'unclaimed', tier: 'free' });
    const post = () =>
      app.inject({
        method: 'POST',
        url: '/say',
        headers: { 'x-api-key': agent.secret },
        payload: { content: 'Hello' },
      });
    for (let spent = 0; spent < 100; spent += 1) await post();
    const answers = await Promise.all(Array.from({ length: 1_000 }, post));
    const refused = answers.filter(({ statusCode }) => statusCode === 402);
    expect([answers.filter(({ statusCode }) => statusCode === 200).length, refused.length]).toEqual([
      400, 600,
    ]);
    // ERR-5, field by field.
    expect(refused[0]?.json()).toEqual({
      detail: "You've used all 50 credits this month. Upgrade to Pro for 200 credits/month.",
      tier: 'free',
      credits_remaining: 0,
      can_purchase: false,
      reset_at: '2026-12-21T00:00:00.000+00:00',
    });
    expect(fixture.credits.standingOf(reader, agent.row.id)).toMatchObject({ available: 0, reserved: 0 });
    expect(checkLedger(fixture.database.raw.read)).toMatchObject({ verdict: 'ok' });
    const { read } = fixture.database.raw;
    expect(read.prepare("select count(*) from credit_transactions where type = 'charge'").pluck().get()).toBe(
      500,
    );
    expect(read.prepare('select count(*) from actions').pluck().get()).toBe(500);
    await app.close();
  }, 60_000);
});
