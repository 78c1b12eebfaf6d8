import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../contract/console/credits';
import type { Problem } from '../../contract/console/problem';
import type { CreditRequest } from '../../gate/credits-port';
import { DAY, utcDay } from '../../lib/clock';
import { signIn } from '../../testing/mma-fixture';
import { claimLite, openNbOffice, registerNbAgent } from '../../testing/nb-fixture';
import { addNbAgent, openNbPairAtDesk, setPolicy } from '../../testing/nb-pair';
import { createOwner, createTestServer, type Answer, type TestServer } from '../../testing/test-server';

type Credits = contract.AgentCredits;
type Listed = z.infer<typeof contract.listCredits.answer>;
type Ledger = z.infer<typeof contract.listLedger.answer>;
type Usage = z.infer<typeof contract.getUsage.answer>;

const NO_AGENT = '018f0000-0000-7000-8000-000000000000';

/** What the gate asks of the ledger when an agent posts; the action stands in the table, as it would. */
function spend(
  server: TestServer,
  agentId: string,
  change: Partial<CreditRequest> = {},
  { title = 'Hello', ownerId }: { title?: string; ownerId?: string } = {},
): string {
  const { credits, ids, clock, database } = server.context;
  const actionId = ids.prefixed('act');
  const kind = change.kind ?? 'post.publish';
  const now = clock.now();
  const owner =
    ownerId ??
    database.raw.read.prepare('select owner_id from agents where id = ?').pluck().get(agentId) ??
    null;
  database.raw.write
    .prepare(
      `insert into actions (id, action_name, kind, risk, agent_id, owner_id, face, origin, status, version, hash, title,
        subject_id, cost, trace_id, created_at, updated_at, attempts, is_undone, is_sample, tab, sort_at)
       values (?, 'posts.create', ?, 'reversible', ?, ?, 'nb', 'nb', 'executed', 1, '', ?, 'post_x', 100, 'tr', ?, ?, 1, 0, 0, 'decided', ?)`,
    )
    .run(actionId, kind, agentId, owner, title, now, now, now);
  database.writer.transaction((tx) =>
    credits.charge(tx, { agentId, actionId, kind, costName: 'post', amount: 100, traceId: 'tr', ...change }),
  );
  return actionId;
}

/** A server with a person, their agent, and the console called as they. */
async function office() {
  const made = await openNbOffice();
  const { server, person } = made;
  const ask = <Body = Record<string, unknown>>(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body?: unknown,
    key = person.token,
  ): Promise<Answer<Body>> =>
    server.call<Body>(method, `/api/console${path}`, { key, ...(body === undefined ? {} : { body }) });
  return { ...made, ...made.agent, ask };
}

describe('GET /credits', () => {
  it('tells balance, pace, caps and alerts of each agent, and the prices', async () => {
    const { server, id, ask } = await office();
    for (let times = 0; times < 3; times += 1) spend(server, id);
    const { status, body } = await ask<Listed>('GET', '/credits');
    expect(status).toBe(200);
    expect(body.prices).toContainEqual({ name: 'post', credits: 0.1 });
    expect(body.items).toEqual([
      {
        agent: { id, name: 'MyBot v1', handle: null, isSample: false },
        tier: 'free',
        balance: 49.7,
        monthly: 50,
        reserved: 0,
        resetAt: expect.stringMatching(/T00:00:00\.000Z$/),
        spentToday: 0.3,
        spent30d: 0.3,
        perDay: 0.3,
        runsOutAt: null,
        caps: [],
        alerts: [],
      },
    ]);
    expect((await ask<Credits>('GET', `/agents/${id}/credits`)).body).toEqual(body.items[0]);
  });

  it('foretells when an agent runs out before its next month', async () => {
    const { server, id, ask } = await office();
    for (let times = 0; times < 400; times += 1) spend(server, id);
    const { body } = await ask<Credits>('GET', `/agents/${id}/credits`);
    // 40 credits on the first day: the other 10 last a quarter of one.
    expect(Date.parse(String(body.runsOutAt)) - server.clock.now()).toBeLessThan(DAY / 4 + 60_000);
    expect(body.alerts).toMatchObject([{ scope: 'month', threshold: 75 }]);
  });

  it('makes sense on a desktop, where nothing is limited: spending is counted and caps bind', async () => {
    const server = await createTestServer();
    await createOwner(server, 'anika@example.com');
    const { id } = await registerNbAgent(server, { owner_email: 'anika@example.com' });
    await claimLite(server, id);
    await server.console('PUT', `/agents/${id}/credits/caps`, { kind: 'all', creditsPerDay: 0.2 });
    spend(server, id);
    spend(server, id);
    expect(() => spend(server, id)).toThrow('lets this agent spend 0.2 credits a day');
    const { body } = await server.console<Credits>('GET', `/agents/${id}/credits`);
    expect(body).toMatchObject({
      balance: null,
      monthly: null,
      tier: 'enterprise',
      spentToday: 0.2,
      runsOutAt: null,
      caps: [{ kind: 'all', creditsPerDay: 0.2, spentToday: 0.2 }],
      alerts: [{ scope: 'all', threshold: 100 }],
    });
  });

  it('pages over agents', async () => {
    const { ask, server } = await office();
    for (const name of ['two', 'three']) await ask('POST', '/agents', { name, handle: `agent-${name}` });
    const first = (await ask<Listed>('GET', '/credits?limit=2')).body;
    expect(first.items.map(({ agent }) => agent.name)).toEqual(['three', 'two']);
    const rest = (await ask<Listed>('GET', `/credits?limit=2&cursor=${first.nextCursor}`)).body;
    expect([rest.items.map(({ agent }) => agent.name), rest.nextCursor]).toEqual([['MyBot v1'], null]);
    for (const query of ['limit=0', 'limit=101', 'cursor=x', 'x=1']) {
      expect((await ask('GET', `/credits?${query}`)).status).toBe(400);
    }
    await server.stop();
  });

  it('is for a person: 401 without one, 401 to an agent’s key, and another’s agent is 404', async () => {
    const { server, id, key, ask } = await office();
    const bob = await signIn(server, 'bob@example.com');
    for (const path of [
      '/credits',
      '/credits/usage',
      '/credits/ledger',
      '/credits/ledger.csv',
      `/agents/${id}/credits`,
      `/agents/${id}/credits/what-if?kind=all&creditsPerDay=1`,
    ]) {
      expect([path, (await server.call('GET', `/api/console${path}`)).status]).toEqual([path, 401]);
      expect([path, (await ask('GET', path, undefined, key)).status]).toEqual([path, 401]);
    }
    for (const path of [
      `/credits/usage?agentId=${id}`,
      `/credits/ledger?agentId=${id}`,
      `/credits/ledger.csv?agentId=${id}`,
      `/agents/${id}/credits`,
      `/agents/${id}/credits/what-if?kind=all&creditsPerDay=1`,
    ]) {
      expect([path, (await ask('GET', path, undefined, bob.token)).status]).toEqual([path, 404]);
    }
    expect((await ask<Listed>('GET', '/credits', undefined, bob.token)).body.items).toEqual([]);
    expect((await ask<Ledger>('GET', '/credits/ledger', undefined, bob.token)).body.items).toEqual([]);
  });
});

describe('PUT /agents/:id/credits/caps', () => {
  const put = (ask: Awaited<ReturnType<typeof office>>['ask'], id: string, body: unknown, key?: string) =>
    ask<Credits & Problem>('PUT', `/agents/${id}/credits/caps`, body, key);

  it('sets a cap, changes it and takes it away; it blocks at once, and is audited', async () => {
    const { server, id, ask } = await office();
    const set = await put(ask, id, { kind: 'post.publish', creditsPerDay: 0.15 });
    expect([set.status, set.body.caps]).toMatchObject([
      200,
      [{ kind: 'post.publish', creditsPerDay: 0.15, spentToday: 0 }],
    ]);
    spend(server, id);
    expect(() => spend(server, id)).toThrow('0.15 credits a day on post.publish');
    spend(server, id, { kind: 'comment.publish' });
    await put(ask, id, { kind: 'post.publish', creditsPerDay: 0.2 });
    spend(server, id);
    expect(() => spend(server, id)).toThrow('0.2 credits');
    expect((await put(ask, id, { kind: 'post.publish', creditsPerDay: null })).body.caps).toEqual([]);
    spend(server, id);
    const logged = server.context.database.raw.read
      .prepare("select data from audit where type = 'spending.cap-set' order by seq")
      .pluck()
      .all();
    expect(logged.map((data) => JSON.parse(String(data)) as unknown)).toMatchObject([
      { cap: 'post.publish', before: null, perDay: 150 },
      { cap: 'post.publish', before: 150, perDay: 200 },
      { cap: 'post.publish', before: 200, perDay: null },
    ]);
  });

  it.each([
    [{ kind: 'post.publish' }, 'creditsPerDay'],
    [{ kind: 'posts', creditsPerDay: 1 }, 'kind'],
    [{ creditsPerDay: 1 }, 'kind'],
    [{ kind: 'all', creditsPerDay: -0.1 }, 'creditsPerDay'],
    [{ kind: 'all', creditsPerDay: 100_000.001 }, 'creditsPerDay'],
    [{ kind: 'all', creditsPerDay: 0.0001 }, 'creditsPerDay'],
    [{ kind: 'all', creditsPerDay: '1' }, 'creditsPerDay'],
    [{ kind: 'all', creditsPerDay: 1, x: 1 }, 'x'],
  ])('refuses %j, naming %s', async (body, field) => {
    const { id, ask } = await office();
    const answer = await put(ask, id, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining(field)]);
  });

  it('takes nothing, the least and the most', async () => {
    const { id, ask } = await office();
    for (const creditsPerDay of [0, 0.001, 100_000]) {
      expect((await put(ask, id, { kind: 'all', creditsPerDay })).body.caps).toMatchObject([
        { creditsPerDay },
      ]);
    }
  });

  it('is no stranger’s to set, and no agent’s', async () => {
    const { server, id, key, ask } = await office();
    const bob = await signIn(server, 'bob@example.com');
    const body = { kind: 'all', creditsPerDay: 1 };
    expect((await put(ask, id, body, bob.token)).status).toBe(404);
    expect((await put(ask, NO_AGENT, body)).status).toBe(404);
    expect((await put(ask, id, body, key)).status).toBe(401);
    expect((await ask<Credits>('GET', `/agents/${id}/credits`)).body.caps).toEqual([]);
  });

  it('sets a cap once per Idempotency-Key', async () => {
    const { server, id, person } = await office();
    const send = (creditsPerDay: number) =>
      server.call('PUT', `/api/console/agents/${id}/credits/caps`, {
        key: person.token,
        headers: { 'idempotency-key': 'one' },
        body: { kind: 'all', creditsPerDay },
      });
    const first = await send(1);
    expect((await send(1)).body).toEqual(first.body);
    expect((await send(2)).status).toBe(409);
  });

  it('ends with the owner who set it', async () => {
    const { server, id, ask } = await office();
    await put(ask, id, { kind: 'all', creditsPerDay: 0 });
    const unbound = await ask<{ consequences: { capsCleared: number } }>('POST', `/agents/${id}/unbind`);
    expect(unbound.body.consequences.capsCleared).toBe(1);
    expect(() => spend(server, id)).not.toThrow();
  });
});

describe('GET /agents/:id/credits/what-if', () => {
  const whatIf = async ({ server, id }: { server: TestServer; id: string }, query: string) => {
    // The days that passed ended the session.
    const { token: key } = await signIn(server, 'anika@example.com');
    const url = `/api/console/agents/${id}/credits/what-if?${query}`;
    return (await server.call<contract.WhatIf>('GET', url, { key })).body;
  };

  it('counts what a cap would have blocked in the last seven days', async () => {
    const it = await office();
    spend(it.server, it.id);
    it.server.clock.advance(7 * DAY);
    for (const times of [3, 1]) {
      for (let time = 0; time < times; time += 1) spend(it.server, it.id);
      spend(it.server, it.id, { kind: 'comment.publish' });
      it.server.clock.advance(DAY);
    }
    expect(await whatIf(it, 'kind=all&creditsPerDay=0.2')).toEqual({
      days: 7,
      actions: 6,
      blocked: 2,
      blockedDays: 1,
    });
    expect(await whatIf(it, 'kind=post.publish&creditsPerDay=0.2')).toMatchObject({ actions: 4, blocked: 1 });
    expect(await whatIf(it, 'kind=message.send&creditsPerDay=0')).toMatchObject({ actions: 0, blocked: 0 });
  });

  it('refuses what is no cap', async () => {
    const { ask, id } = await office();
    for (const query of [
      '',
      'kind=all',
      'kind=x&creditsPerDay=1',
      'kind=all&creditsPerDay=-1',
      'kind=all&creditsPerDay=x',
    ]) {
      expect((await ask('GET', `/agents/${id}/credits/what-if?${query}`)).status).toBe(400);
    }
  });
});

describe('GET /credits/usage', () => {
  it('gives days by agent and kind, and who spent', async () => {
    const { server, id, ask } = await office();
    const other = (
      await ask<{ agent: { id: string } }>('POST', '/agents', { name: 'Two', handle: 'agent-two' })
    ).body.agent.id;
    const today = utcDay(server.clock.now());
    spend(server, id);
    spend(server, id, { kind: 'comment.publish' });
    expect((await ask<Usage>('GET', '/credits/usage?days=7')).body).toEqual({
      from: utcDay(server.clock.now() - 6 * DAY),
      to: today,
      agents: [{ id, name: 'MyBot v1' }],
      items: [
        { agentId: id, kind: 'comment.publish', day: today, credits: 0.1 },
        { agentId: id, kind: 'post.publish', day: today, credits: 0.1 },
      ],
    });
    expect((await ask<Usage>('GET', `/credits/usage?agentId=${other}`)).body.items).toEqual([]);
    for (const query of ['days=0', 'days=61', 'days=x']) {
      expect((await ask('GET', `/credits/usage?${query}`)).status).toBe(400);
    }
  });
});

describe('GET /credits/ledger', () => {
  it('lists every movement of all agents, newest first, each with the action behind it', async () => {
    const { server, id, ask } = await office();
    const second = await registerNbAgent(server);
    const [one, two] = [spend(server, id), spend(server, id, {}, { title: '=1+1' })];
    const { body } = await ask<Ledger>('GET', '/credits/ledger');
    expect(
      body.items.map(({ type, credits, balanceAfter, action }) => [type, credits, balanceAfter, action]),
    ).toEqual([
      ['charge', -0.1, 49.8, { id: two, title: '=1+1' }],
      ['charge', -0.1, 49.9, { id: one, title: 'Hello' }],
      ['grant', 50, 50, null],
    ]);
    expect(body.items.every(({ agent }) => agent.id === id && agent.id !== second.id)).toBe(true);
  });

  it('pages over several agents without a gap, and over one', async () => {
    const { server, id, ask } = await office();
    const other = (
      await ask<{ agent: { id: string } }>('POST', '/agents', { name: 'Two', handle: 'agent-two' })
    ).body.agent.id;
    const made: string[] = [];
    for (let time = 0; time < 6; time += 1) made.push(spend(server, time % 3 === 0 ? other : id));
    const seen: (string | undefined)[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Ledger = (await ask<Ledger>('GET', `/credits/ledger?limit=2${query}`)).body;
      seen.push(...page.items.filter(({ type }) => type === 'charge').map(({ action }) => action?.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made.toReversed());
    const own = (await ask<Ledger>('GET', `/credits/ledger?agentId=${other}`)).body.items;
    expect(own.filter(({ type }) => type === 'charge')).toHaveLength(2);
    for (const query of ['limit=0', 'limit=101', 'cursor=x', 'x=1']) {
      expect((await ask('GET', `/credits/ledger?${query}`)).status).toBe(400);
    }
  });

  it('says what became of what was set aside, and opens no proposal of another person', async () => {
    const { server, id, ask } = await office();
    const { credits, database, ids } = server.context;
    const actionId = ids.prefixed('act');
    const reservation = database.writer.transaction((tx) =>
      credits.reserve(tx, {
        agentId: id,
        actionId,
        kind: 'post.publish',
        costName: 'post',
        amount: 100,
        traceId: 'tr',
      }),
    );
    spend(server, id, {}, { ownerId: 'somebody-else' });
    const before = (await ask<Ledger>('GET', '/credits/ledger')).body.items;
    expect(before.map(({ type, outcome, action }) => [type, outcome, action])).toEqual([
      ['charge', null, null],
      ['reserve', null, null],
      ['grant', null, null],
    ]);
    database.writer.transaction((tx) => credits.capture(tx, reservation ?? ''));
    expect((await ask<Ledger>('GET', '/credits/ledger')).body.items[1]?.outcome).toBe('captured');
  });

  it('is a file of CSV by RFC 4180, in which no cell is a formula', async () => {
    const { server, id, ask } = await office();
    spend(server, id, {}, { title: '=HYPERLINK("x"),\n2' });
    const answer = await ask<string>('GET', '/credits/ledger.csv');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="countersign-credits-\d{4}-\d\d-\d\d\.csv"$/,
      ),
    });
    const [head, ...lines] = answer.body.split('\r\n');
    expect(head).toBe(
      '\uFEFFid,time,agent,agent_id,type,paid_for,credits,balance_after,outcome,action,action_id',
    );
    expect(lines[0]).toContain(`,charge,post,-0.1,49.9,,"'=HYPERLINK(""x""),\n2",act_`);
    expect(lines[1]).toContain(',grant,,50,50,,,');
    expect(lines).toHaveLength(3);
  });
});

describe('GET /agents/:id/public', () => {
  it('shows an agent as others see it, and nothing while nobody does', async () => {
    const { server, id, ask } = await office();
    const { status, body } = await ask('GET', `/agents/${id}/public`);
    expect([status, body]).toEqual([
      200,
      {
        profile: {
          name: 'MyBot v1',
          description: 'Finds SaaS co-founders via signal matching',
          capabilities: ['founder-matching'],
          tier: 'free',
          isEmailVerified: true,
          postCount: 0,
          followerCount: 0,
          followingCount: 0,
          lastActiveAt: null,
          reputation: { trustScore: null, responseRate: null, dealCloseRate: null, ratingCount: 0 },
          url: `http://127.0.0.1:7423/api/protocol/agents/${id}`,
        },
      },
    ]);
    await ask('POST', `/agents/${id}/pause`);
    expect((await ask('GET', `/agents/${id}/public`)).body).toEqual({ profile: null });
    const bob = await signIn(server, 'bob@example.com');
    expect((await ask('GET', `/agents/${id}/public`, undefined, bob.token)).status).toBe(404);
  });

  it('counts who follows it and whom it follows', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await setPolicy(server, own.id, 'network.link', 'allow');
    await other.call('POST', `/api/agent/follow/${own.id}`);
    const third = await addNbAgent(server, 'Rook');
    for (const { id } of [other, third])
      expect((await own.call('POST', `/api/agent/follow/${id}`)).status).toBe(200);
    await own.call('DELETE', `/api/agent/follow/${third.id}`);
    const { body } = await server.console('GET', `/agents/${own.id}/public`);
    expect(body).toMatchObject({ profile: { followerCount: 1, followingCount: 1 } });
  });
});
