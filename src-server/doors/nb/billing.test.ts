import { describe, expect, it } from 'vitest';
import type { CreditHistory } from '../../contract/nb/agents';
import type { Problem } from '../../contract/console/problem';
import { checkLedger } from '../../domain/credits/ledger-check';
import { DAY } from '../../lib/clock';
import {
  balanceOf,
  openShop,
  orderPlan,
  orderTopUp,
  paymentOf,
  press,
  setTier,
  statusOf,
  tierNow,
  type Shop,
} from '../../testing/billing-fixture';
import { signIn } from '../../testing/mma-fixture';
import { expectDetail, expectHeld, OFFSET, registerNbAgent, UNKNOWN_AGENT } from '../../testing/nb-fixture';
import { createOwner, createTestServer, decideOn, newestProposal } from '../../testing/test-server';

const ORDER_ID = /^order_[0-9A-Za-z]{22}$/;
const PAYMENT_URL = /^http:\/\/127\.0\.0\.1:7423\/checkout\/cs_sandbox_[\w-]{43}$/;

async function historyOf({ agent }: Shop): Promise<CreditHistory['transactions']> {
  const url = `/api/protocol/agents/${agent.id}/credits/history?limit=50`;
  return (await agent.call<CreditHistory>('GET', url)).body.transactions;
}

describe('POST /api/credits/topup/order (N028)', () => {
  it.each([
    [50, 250],
    [200, 900],
    [500, 2_000],
  ])('answers as printed for %i credits: ₹%i', async (pack, price) => {
    const shop = await openShop();
    const { status, body } = await orderTopUp(shop, { agent_id: shop.agent.id, pack_size: pack });
    expect([status, Object.keys(body)]).toEqual([
      200,
      ['order_id', 'amount_inr', 'currency', 'pack_credits', 'payment_url', 'key_id'],
    ]);
    expect(body).toEqual({
      order_id: expect.stringMatching(ORDER_ID),
      amount_inr: price,
      currency: 'INR',
      pack_credits: pack,
      payment_url: expect.stringMatching(PAYMENT_URL),
      key_id: 'pk_sandbox',
    });
  });

  it.each(['pro', 'elite', 'protocol_pro'] as const)('is for %s', async (tier) => {
    expect((await orderTopUp(await openShop(tier))).status).toBe(200);
  });

  it('is refused to Starter, which is told what to do, and to who has no limit', async () => {
    const starter = await openShop('free');
    const refused = await orderTopUp(starter);
    expectDetail(
      refused as never,
      400,
      /^Top-ups are for Pro, Elite and Protocol Pro; this agent is on Starter/,
    );
    expect(refused.body).toMatchObject({ tier: 'free', can_purchase: false });
    setTier(starter.server, starter.agent.id, 'enterprise');
    expectDetail((await orderTopUp(starter)) as never, 409, /no limit/);
    expect(
      starter.server.context.database.raw.read.prepare('select count(*) from payments').pluck().get(),
    ).toBe(0);
  });

  it('is a person’s, for an agent of theirs: 401, 403 for a key, 404 for a stranger', async () => {
    const { server, agent } = await openShop();
    const url = '/api/credits/topup/order';
    const body = { agent_id: agent.id, pack_size: 50 };
    expectDetail(await server.call('POST', url, { body }), 401, /Sign in/);
    expectDetail(await agent.call('POST', url, body), 403, /Only a person/);
    const stranger = await signIn(server, 'bob@example.com');
    expectDetail(await server.call('POST', url, { key: stranger.token, body }), 404, /no such agent/);
    const unknown = { ...body, agent_id: UNKNOWN_AGENT };
    expectDetail(
      await server.call('POST', url, { key: stranger.token, body: unknown }),
      404,
      /no such agent/,
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['agent_id', { agent_id: undefined }],
    ['agent_id', { agent_id: '' }],
    ['agent_id', { agent_id: 'x'.repeat(65) }],
    ['agent_id', { agent_id: 7 }],
    ['pack_size', { pack_size: undefined }],
    ['pack_size', { pack_size: 49 }],
    ['pack_size', { pack_size: 51 }],
    ['pack_size', { pack_size: 501 }],
    ['pack_size', { pack_size: '50' }],
    ['pack_size', { pack_size: -50 }],
    ['pack_size', { pack_size: null }],
  ])('refuses a bad %s: %o', async (field, change) => {
    const shop = await openShop();
    const body = { agent_id: shop.agent.id, pack_size: 50, ...change };
    expectDetail((await orderTopUp(shop, body)) as never, 400, new RegExp(`^${field}:`));
  });

  it('drops unknown keys, and takes an id of 64 characters for one that nobody has', async () => {
    const shop = await openShop();
    const more = { agent_id: shop.agent.id, pack_size: 50, coupon: 'FREE', amount_inr: 1 };
    expect((await orderTopUp(shop, more)).body.amount_inr).toBe(250);
    expect((await orderTopUp(shop, { ...more, agent_id: 'x'.repeat(64) })).status).toBe(404);
  });

  it('gives the same order while it waits, and another once it was paid', async () => {
    const shop = await openShop();
    const first = await orderTopUp(shop);
    expect((await orderTopUp(shop)).body).toEqual(first.body);
    const bigger = await orderTopUp(shop, { agent_id: shop.agent.id, pack_size: 200 });
    expect(bigger.body.order_id).not.toBe(first.body.order_id);
    await press(shop.server, first.body.payment_url, 'pay');
    expect((await orderTopUp(shop)).body.order_id).not.toBe(first.body.order_id);
  });

  it('answers a repeat with its Idempotency-Key alike, and refuses the key for another pack', async () => {
    const shop = await openShop();
    const once = { 'idempotency-key': 'one' };
    const body = { agent_id: shop.agent.id, pack_size: 50 };
    const [first, twin] = await Promise.all([orderTopUp(shop, body, once), orderTopUp(shop, body, once)]);
    expect(twin.body).toEqual(first.body);
    await press(shop.server, first.body.payment_url, 'pay');
    const repeat = await orderTopUp(shop, body, once);
    expect([repeat.headers['idempotent-replayed'], repeat.body]).toEqual(['true', first.body]);
    expectDetail(
      (await orderTopUp(shop, { ...body, pack_size: 200 }, once)) as never,
      409,
      /Idempotency-Key/,
    );
  });

  it('takes 20 orders an hour of one person', async () => {
    const shop = await openShop('pro', { hasLimits: true });
    for (let n = 0; n < 20; n += 1) expect((await orderTopUp(shop)).status).toBe(200);
    const refused = await orderTopUp(shop);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });
});

describe('a top-up at the sandbox’s checkout', () => {
  it('says that no money moves, and does nothing when it is opened', async () => {
    const shop = await openShop();
    const { payment_url: url, order_id: id } = (await orderTopUp(shop)).body;
    const shown = await shop.server.call<string>('GET', new URL(url).pathname);
    expect([shown.status, shown.headers['cache-control']]).toEqual([200, 'no-store']);
    for (const words of ['No money moves here', '50 credits', 'MyBot v1', '₹250.00', id]) {
      expect(shown.body).toContain(words);
    }
    expect([statusOf(shop.server, id), await balanceOf(shop)]).toEqual(['pending', 200]);
  });

  it('raises the balance once it is paid; history shows a top-up with what came', async () => {
    const shop = await openShop();
    const { payment_url: url, order_id: id } = (await orderTopUp(shop)).body;
    expect(await balanceOf(shop)).toBe(200);
    const pressed = await press(shop.server, url, 'pay');
    expect(pressed).toEqual({
      status: 303,
      location: expect.stringMatching(/^\/agent-credits\?session=cs_/),
    });
    expect([statusOf(shop.server, id), await balanceOf(shop)]).toEqual(['paid', 250]);
    expect((await historyOf(shop))[0]).toEqual({
      action: 'topup',
      amount: 50,
      balance_after: 250,
      created_at: expect.stringMatching(OFFSET),
    });
    const landed = await shop.server.call<string>('GET', pressed.location);
    expect([landed.status, landed.body]).toEqual([200, expect.stringContaining('The payment is confirmed')]);
    const told = await shop.agent.call<{ events: { event: string; data: unknown }[] }>(
      'GET',
      `/api/protocol/agents/${shop.agent.id}/inbox`,
    );
    expect(told.body.events[0]).toMatchObject({
      event: 'credits_topped_up',
      data: { order_id: id, credits: 50, credits_remaining: 250 },
    });
    const { read } = shop.server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type = 'payment.paid'").pluck().get()).toBe(1);
    expect(checkLedger(read).verdict).toBe('ok');
  });

  it('is paid once, however often the button is pressed', async () => {
    const shop = await openShop();
    const { payment_url: url } = (await orderTopUp(shop)).body;
    await Promise.all([1, 2, 3].map(() => press(shop.server, url, 'pay')));
    await press(shop.server, url, 'cancel');
    expect(await balanceOf(shop)).toBe(250);
    const shown = await shop.server.call<string>('GET', new URL(url).pathname);
    expect(shown.body).toContain('<h1>Paid</h1>');
  });

  it('is let go by its buyer, or by nobody within a day, and can be ordered again', async () => {
    const shop = await openShop();
    const first = (await orderTopUp(shop)).body;
    await press(shop.server, first.payment_url, 'cancel');
    await press(shop.server, first.payment_url, 'pay');
    expect([statusOf(shop.server, first.order_id), await balanceOf(shop)]).toEqual(['expired', 200]);
    const second = (await orderTopUp(shop)).body;
    shop.server.clock.advance(DAY + 1);
    await press(shop.server, second.payment_url, 'pay');
    expect(statusOf(shop.server, second.order_id)).toBe('pending');
    shop.server.context.billing.sweep();
    expect(statusOf(shop.server, second.order_id)).toBe('expired');
  });

  it('knows no other address, and pays nothing there', async () => {
    const { server } = await openShop();
    for (const path of ['/checkout/cs_sandbox_x', '/checkout/x']) {
      expect((await server.call('GET', path)).status).toBe(404);
      expect((await press(server, `http://x${path}`, 'pay')).status).toBe(404);
    }
    expect((await server.call<string>('GET', '/agent-credits?session=cs_sandbox_x')).body).toContain(
      '50 credits · ₹250',
    );
  });
});

describe('POST /api/protocol/agents/{id}/upgrade (N007)', () => {
  it.each([
    ['pro_monthly', 349],
    ['elite_monthly', 599],
    ['protocol_pro_monthly', 2_999],
  ])('gives its owner the address where %s is paid: ₹%i', async (plan, price) => {
    const shop = await openShop('free');
    const { status, body } = await orderPlan(shop, plan);
    expect([status, body]).toEqual([
      200,
      {
        order_id: expect.stringMatching(ORDER_ID),
        amount_inr: price,
        currency: 'INR',
        plan_key: plan,
        payment_url: expect.stringMatching(PAYMENT_URL),
        key_id: 'pk_sandbox',
      },
    ]);
  });

  it.each<[unknown, RegExp]>([
    [null, /^plan_key:/],
    ['', /^plan_key: must be one of pro_monthly/],
    ['free', /^plan_key:/],
    ['enterprise', /^plan_key:/],
    [['pro_monthly'], /^plan_key:/],
    ['x'.repeat(1_000), /^plan_key:/],
  ])('refuses the plan %s', async (plan, words) => {
    const shop = await openShop('free');
    expectDetail((await orderPlan(shop, plan)) as never, 400, words);
    const url = `/api/protocol/agents/${shop.agent.id}/upgrade`;
    expectDetail(await shop.agent.call('POST', url, { plan_key: plan }), 400, words);
  });

  it('is refused to nobody, another agent and a stranger', async () => {
    const { server, agent } = await openShop('free');
    const url = `/api/protocol/agents/${agent.id}/upgrade`;
    const body = { plan_key: 'pro_monthly' };
    expect((await server.call('POST', url, { body })).status).toBe(401);
    const other = await registerNbAgent(server);
    expectDetail(await other.call('POST', url, body), 403, /another agent/);
    const stranger = await signIn(server, 'bob@example.com');
    expectDetail(await server.call('POST', url, { key: stranger.token, body }), 404, /no such agent/);
    const unknown = `/api/protocol/agents/${UNKNOWN_AGENT}/upgrade`;
    expectDetail(await server.call('POST', unknown, { key: stranger.token, body }), 404, /no such agent/);
    // An agent that nobody owns has nobody who would pay.
    expectDetail(await other.call('POST', `/api/protocol/agents/${other.id}/upgrade`, body), 403, /owner/);
  });

  it('runs for 30 days with its credits at once, and then falls back; the owner and the agent are told', async () => {
    const shop = await openShop('free');
    const { server, agent } = shop;
    expect(await balanceOf(shop)).toBe(50);
    const { payment_url: url, order_id: id } = (await orderPlan(shop)).body;
    await press(server, url, 'pay');
    expect([tierNow(server, agent.id), await balanceOf(shop)]).toEqual(['protocol_pro', 2_000]);
    server.clock.advance(30 * DAY - 60_000);
    server.context.billing.sweep();
    expect(tierNow(server, agent.id)).toBe('protocol_pro');
    server.clock.advance(120_000);
    server.context.billing.sweep();
    expect(tierNow(server, agent.id)).toBe('free');
    const { read } = server.context.database.raw;
    expect(read.prepare('select count(*) from agent_plans').pluck().get()).toBe(0);
    expect(read.prepare("select owner_id from audit where type = 'plan.ended'").pluck().get()).toBe(
      shop.person.userId,
    );
    const told = read.prepare('select event from agent_events order by created_at').pluck().all();
    expect(told).toEqual(['plan_changed', 'plan_ended']);
    expect(statusOf(server, id)).toBe('paid');
    expect(checkLedger(read).verdict).toBe('ok');
  });

  it('adds 30 days to the plan that runs', async () => {
    const shop = await openShop('free');
    const { server, agent } = shop;
    for (let n = 0; n < 2; n += 1)
      await press(server, (await orderPlan(shop, 'pro_monthly')).body.payment_url, 'pay');
    server.clock.advance(59 * DAY);
    server.context.billing.sweep();
    expect(tierNow(server, agent.id)).toBe('pro');
    server.clock.advance(DAY);
    server.context.billing.sweep();
    expect(tierNow(server, agent.id)).toBe('free');
  });

  it('falls back from a higher plan to what there was without any', async () => {
    const shop = await openShop('free');
    const { server, agent } = shop;
    for (const plan of ['pro_monthly', 'elite_monthly']) {
      await press(server, (await orderPlan(shop, plan)).body.payment_url, 'pay');
    }
    expect(tierNow(server, agent.id)).toBe('elite');
    server.clock.advance(30 * DAY);
    server.context.billing.sweep();
    expect(tierNow(server, agent.id)).toBe('free');
  });

  it('is not for less than the agent has, nor for what it has without an end', async () => {
    const shop = await openShop('elite');
    expectDetail((await orderPlan(shop, 'pro_monthly')) as never, 409, /on Elite, which gives more/);
    expectDetail((await orderPlan(shop, 'elite_monthly')) as never, 409, /without an end/);
    setTier(shop.server, shop.agent.id, 'enterprise');
    expectDetail((await orderPlan(shop)) as never, 409, /no limit/);
  });

  it('keeps a tier that an admin set meanwhile, when the plan ends', async () => {
    const shop = await openShop('free');
    await press(shop.server, (await orderPlan(shop, 'pro_monthly')).body.payment_url, 'pay');
    setTier(shop.server, shop.agent.id, 'elite');
    shop.server.clock.advance(31 * DAY);
    shop.server.context.billing.sweep();
    expect(tierNow(shop.server, shop.agent.id)).toBe('elite');
  });

  it('is given to nobody else: an order that is paid after a higher plan, or after the agent left, is kept apart', async () => {
    const shop = await openShop('free');
    const { server, agent } = shop;
    const small = (await orderPlan(shop, 'pro_monthly')).body;
    await press(server, (await orderPlan(shop)).body.payment_url, 'pay');
    await press(server, small.payment_url, 'pay');
    expect([tierNow(server, agent.id), statusOf(server, small.order_id)]).toEqual(['protocol_pro', 'paid']);
    expect(paymentOf(server, small.order_id)).toMatchObject({ fulfilled_at: null });
    const pack = (await orderTopUp(shop)).body;
    server.context.database.raw.write.prepare('update agents set owner_id = null where id = ?').run(agent.id);
    await press(server, pack.payment_url, 'pay');
    expect(paymentOf(server, pack.order_id)).toMatchObject({
      status: 'paid',
      fulfilled_at: null,
      transaction_id: null,
    });
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type = 'payment.undelivered'").pluck().get()).toBe(
      2,
    );
    expect(await balanceOf(shop)).toBe(2_000);
  });
});

describe('an agent that asks for a plan', () => {
  it('is held whatever its policy, and its owner pays or does not', async () => {
    const server = await createTestServer();
    const owner = await createOwner(server);
    const { write } = server.context.database.raw;
    write.prepare("update users set plan = 'free'").run();
    const agent = await registerNbAgent(server);
    await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
    write
      .prepare(
        "insert into policies (agent_id, kind, verdict, set_by, set_at) values (?, 'billing.order', 'allow', '', 0)",
      )
      .run(agent.id);
    const url = `/api/protocol/agents/${agent.id}/upgrade`;
    const allowed = await server.console<Problem>('POST', `/agents/${agent.id}/allow`, {
      kind: 'billing.order',
      minutes: 60,
    });
    expect([allowed.status, allowed.body.reason]).toEqual([400, 'always_asked']);
    const asked = await agent.call('POST', url, { plan_key: 'protocol_pro_monthly' });
    const draftId = expectHeld(asked, 'order', 'order_id');
    expect(JSON.stringify(asked.body)).not.toContain('checkout');
    expect(paymentOf(server, draftId)).toBeUndefined();
    const proposal = await newestProposal(server);
    expect(proposal).toMatchObject({ kind: 'billing.order', risk: 'costly', title: 'Protocol Pro' });
    expect(proposal.effects).toContainEqual({
      code: 'plan.ordered',
      params: { plan: 'Protocol Pro', price: '₹2999', days: 30 },
    });
    await decideOn(server, proposal, 'approve');
    expect(paymentOf(server, draftId)).toMatchObject({
      status: 'pending',
      agent_id: agent.id,
      buyer_id: owner.id,
      amount: 299_900,
      session_id: null,
    });
    expect(tierNow(server, agent.id)).toBe('free');
    const opened = await server.console<{ url: string }>('POST', `/credits/payments/${draftId}/checkout`);
    await press(server, opened.body.url, 'pay');
    expect(tierNow(server, agent.id)).toBe('protocol_pro');
    // What it reads of its own proposal is no way to the checkout.
    const own = await agent.call('GET', '/api/protocol/me');
    expect(own.body).toMatchObject({ tier: 'protocol_pro' });
  });

  it('orders nothing when its owner says no', async () => {
    const server = await createTestServer();
    await createOwner(server);
    server.context.database.raw.write.prepare("update users set plan = 'free'").run();
    const agent = await registerNbAgent(server);
    await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
    const url = `/api/protocol/agents/${agent.id}/upgrade`;
    const draftId = expectHeld(
      await agent.call('POST', url, { plan_key: 'pro_monthly' }),
      'order',
      'order_id',
    );
    await decideOn(server, await newestProposal(server), 'reject', { reasonCode: 'not_now' });
    expect(paymentOf(server, draftId)).toBeUndefined();
  });
});

describe('a refusal for want of credits', () => {
  it('says where to top up, where that is possible', async () => {
    const shop = await openShop('pro');
    const { server, agent } = shop;
    await balanceOf(shop);
    const post = { room_slug: 'startup-networking', title: 'T', body: 'B' };
    const spend = (): void => {
      server.context.database.raw.write
        .prepare('update credit_accounts set balance = 0 where id = ?')
        .run(`${agent.id}:available`);
    };
    await agent.call('POST', '/api/agent/posts', post);
    spend();
    const refused = await agent.call('POST', '/api/agent/posts', { ...post, title: 'U' });
    expect([refused.status, refused.body]).toEqual([
      402,
      {
        detail: expect.stringContaining('Upgrade to Elite'),
        tier: 'pro',
        credits_remaining: 0,
        can_purchase: true,
        reset_at: expect.stringMatching(OFFSET),
        top_up_url: `http://127.0.0.1:7423/agent-credits?agent_id=${agent.id}`,
      },
    ]);
    setTier(server, agent.id, 'free');
    const starter = await agent.call('POST', '/api/agent/posts', { ...post, title: 'V' });
    expect(starter.body).toMatchObject({ can_purchase: false });
    expect(starter.body).not.toHaveProperty('top_up_url');
  });
});
