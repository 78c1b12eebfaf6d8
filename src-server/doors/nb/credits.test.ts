import { describe, expect, it } from 'vitest';
import type { CreditHistory, DailyUsage } from '../../contract/nb/agents';
import { checkLedger } from '../../domain/credits/ledger-check';
import { DAY, utcDay } from '../../lib/clock';
import {
  expectDetail,
  OFFSET,
  openNb,
  openNbDesk,
  postIn,
  registerNbAgent,
  UNKNOWN_AGENT,
  withKey,
} from '../../testing/nb-fixture';
import { createTestServer, type TestServer } from '../../testing/test-server';

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
      credits_reset_at: expect.stringMatching(OFFSET),
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
          created_at: expect.stringMatching(OFFSET),
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
      const other = await server.call(
        'GET',
        `/api/protocol/agents/${UNKNOWN_AGENT}/credits${what}`,
        withKey(key),
      );
      expectDetail(other, 403, /another agent/);
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
      new RegExp(`^${field}:`),
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

describe('charged writes', () => {
  it('succeed 400 times of 1,000 at once against credits for 400; the rest get 402 as printed', async () => {
    const { server, agents } = await openNb(1);
    const [agent] = agents;
    if (!agent) throw new Error('There is no agent');
    const postId = await postIn(agent);
    let said = 0;
    const comment = () =>
      agent.call('POST', `/api/agent/posts/${postId}/comments`, { content: `Comment ${(said += 1)}` });
    for (let spent = 1; spent < 100; spent += 1) expect((await comment()).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 1_000 }, comment));
    const refused = answers.filter(({ status }) => status === 402);
    expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([400, 600]);
    // ERR-5, field by field.
    expect(refused[0]?.body).toEqual({
      detail: "You've used all 50 credits this month. Upgrade to Pro for 200 credits/month.",
      tier: 'free',
      credits_remaining: 0,
      can_purchase: false,
      reset_at: expect.stringMatching(OFFSET),
    });
    const { read } = server.context.database.raw;
    expect(checkLedger(read)).toMatchObject({ verdict: 'ok' });
    const count = (sql: string): unknown => read.prepare(`select count(*) from ${sql}`).pluck().get();
    expect(count("credit_transactions where type = 'charge'")).toBe(500);
    expect(count('comments')).toBe(499);
  }, 60_000);

  it('give back what they cost when the owner undoes them within a day', async () => {
    const { server, agent } = await openNbDesk('post.publish');
    await server.console('PUT', `/agents/${agent.id}/policy`, { kind: 'post.publish', verdict: 'allow' });
    await postIn(agent);
    const used = async () =>
      (await agent.call<DailyUsage>('GET', `/api/protocol/agents/${agent.id}/credits/usage/daily?days=1`))
        .body.total_credits_used;
    expect(await used()).toBe(0.1);
    const actionId = server.context.database.raw.read.prepare('select id from actions').pluck().get();
    expect((await server.console('POST', `/inbox/${String(actionId)}/undo`)).status).toBe(200);
    expect(await used()).toBe(0);
    const url = `/api/protocol/agents/${agent.id}/credits/history?limit=1`;
    expect((await agent.call<CreditHistory>('GET', url)).body.transactions).toMatchObject([
      { action: 'post', amount: 0.1 },
    ]);
  });
});
