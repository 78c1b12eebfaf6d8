import { describe, expect, it } from 'vitest';
import type { Payment, Shop as ShopAnswer } from '../../contract/console/billing';
import type { LedgerLine } from '../../contract/console/credits';
import type { LiveEvent } from '../../contract/console/events';
import type { Problem } from '../../contract/console/problem';
import { exportSections } from '../../domain/privacy/export';
import { checkPayments } from '../../domain/billing/payments-check';
import {
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
import { UNKNOWN_AGENT } from '../../testing/nb-fixture';
import { createOwner, createTestServer, type Answer } from '../../testing/test-server';

type Method = 'GET' | 'POST' | 'DELETE';

const ask = <Body = Problem>(
  { server, person }: Pick<Shop, 'server' | 'person'>,
  method: Method,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> =>
  server.call<Body>(method, `/api/console${path}`, {
    key: person.token,
    ...(body === undefined ? {} : { body }),
  });

const shopOf = async (shop: Shop): Promise<ShopAnswer> =>
  (await ask<ShopAnswer>(shop, 'GET', `/credits/shop/${shop.agent.id}`)).body;

const paymentsOf = async (shop: Shop, query = ''): Promise<{ items: Payment[]; nextCursor: string | null }> =>
  (await ask<{ items: Payment[]; nextCursor: string | null }>(shop, 'GET', `/credits/payments${query}`)).body;

describe('what can be bought for an agent', () => {
  it('has its price, and a reason where it can’t be had', async () => {
    const shop = await openShop('free');
    expect(await shopOf(shop)).toMatchObject({
      currency: 'INR',
      isSandbox: true,
      tier: { id: 'free', label: 'Starter' },
      tierEndsAt: null,
      topUpRefusal: 'tier',
      packs: [
        { credits: 50, priceMinor: 25_000 },
        { credits: 200, priceMinor: 90_000 },
        { credits: 500, priceMinor: 200_000 },
      ],
      plans: [
        { key: 'pro_monthly', label: 'Pro', creditsMonth: 200, priceMinor: 34_900, refusal: null },
        { key: 'elite_monthly', label: 'Elite', creditsMonth: 500, priceMinor: 59_900, refusal: null },
        { key: 'protocol_pro_monthly', label: 'Protocol Pro', priceMinor: 299_900, refusal: null },
      ],
    });
    setTier(shop.server, shop.agent.id, 'elite');
    const elite = await shopOf(shop);
    expect([elite.topUpRefusal, elite.plans.map(({ refusal }) => refusal)]).toEqual([
      null,
      ['tier_higher', 'tier_set', null],
    ]);
    setTier(shop.server, shop.agent.id, 'enterprise');
    const unlimited = await shopOf(shop);
    expect([unlimited.topUpRefusal, unlimited.plans[0]?.refusal]).toEqual(['no_limit', 'no_limit']);
  });

  it('is nothing on a desktop, whose person has no limit, nor for a sample agent', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await server.console('POST', '/sample-world');
    const { read, write } = server.context.database.raw;
    const sample = String(
      read.prepare('select id from agents where is_sample = 1 and owner_id is not null').pluck().get(),
    );
    const shop = await server.console<ShopAnswer>('GET', `/credits/shop/${sample}`);
    expect([shop.body.topUpRefusal, shop.body.plans[0]?.refusal]).toEqual(['sample', 'sample']);
    write.exec("update users set plan = 'free'; update agents set tier = 'pro'");
    for (const [path, body] of [
      ['top-ups', { packSize: 50 }],
      ['plans', { planKey: 'elite_monthly' }],
    ] as const) {
      const refused = await server.console<Problem>('POST', `/agents/${sample}/${path}`, body);
      expect([refused.status, refused.body.reason]).toEqual([409, 'nothing_to_buy']);
    }
    expect(read.prepare('select count(*) from payments').pluck().get()).toBe(0);
  });

  it('is its owner’s: 401 and 404, and unknown keys are refused', async () => {
    const shop = await openShop();
    const stranger = { ...shop, person: await signIn(shop.server, 'bob@example.com') };
    const { order_id: id } = (await orderTopUp(shop)).body;
    for (const [method, path, body] of [
      ['GET', `/credits/shop/${shop.agent.id}`, undefined],
      ['POST', `/agents/${shop.agent.id}/top-ups`, { packSize: 50 }],
      ['POST', `/agents/${shop.agent.id}/plans`, { planKey: 'elite_monthly' }],
      ['POST', `/credits/payments/${id}/checkout`, {}],
    ] as const) {
      const nobody = await shop.server.call(method, `/api/console${path}`, body ? { body } : {});
      expect([path, nobody.status]).toEqual([path, 401]);
      expect([path, (await ask(stranger, method, path, body)).status]).toEqual([path, 404]);
    }
    expect((await ask(shop, 'POST', `/agents/${UNKNOWN_AGENT}/top-ups`, { packSize: 50 })).status).toBe(404);
    expect(await paymentsOf(stranger)).toEqual({ items: [], nextCursor: null });
    for (const body of [{ packSize: 51 }, {}, { packSize: 50, price: 1 }]) {
      expect((await ask(shop, 'POST', `/agents/${shop.agent.id}/top-ups`, body)).status).toBe(400);
    }
    for (const body of [{ planKey: 'free' }, {}, { planKey: 'pro_monthly', price: 1 }]) {
      expect((await ask(shop, 'POST', `/agents/${shop.agent.id}/plans`, body)).status).toBe(400);
    }
  });
});

describe('payments', () => {
  it('are ordered, opened, paid and listed, and windows are told of each', async () => {
    const shop = await openShop();
    const { server, agent, person } = shop;
    const heard: LiveEvent[] = [];
    server.context.live.subscribe(person.userId, (event) => heard.push(event));
    const made = await ask<Payment>(shop, 'POST', `/agents/${agent.id}/top-ups`, { packSize: 200 });
    const expected: Payment = {
      id: made.body.id,
      purpose: 'credits.topup',
      agent: { id: agent.id, name: 'MyBot v1' },
      credits: 200,
      plan: null,
      amountMinor: 90_000,
      currency: 'INR',
      status: 'pending',
      isPayable: true,
      isFulfilled: false,
      createdAt: expect.any(String) as string,
      paidAt: null,
    };
    expect(made.body).toEqual(expected);
    await server.processAll();
    expect(heard).toContainEqual({ topic: 'credits', id: agent.id, change: 'ordered' });
    const open = `/credits/payments/${made.body.id}/checkout`;
    const opened = await ask<{ url: string }>(shop, 'POST', open);
    expect((await ask<{ url: string }>(shop, 'POST', open)).body).toEqual(opened.body);
    heard.length = 0;
    await press(server, opened.body.url, 'pay');
    await server.processAll();
    expect(heard).toContainEqual({ topic: 'credits', id: agent.id, change: 'paid' });
    const { items } = await paymentsOf(shop);
    expect(items).toEqual([
      { ...expected, status: 'paid', isPayable: false, isFulfilled: true, paidAt: expect.any(String) },
    ]);
    const ledger = await ask<{ items: LedgerLine[] }>(shop, 'GET', '/credits/ledger');
    expect(ledger.body.items[0]).toMatchObject({
      type: 'topup',
      credits: 200,
      balanceAfter: 400,
      costName: null,
    });
    const csv = await server.call<string>('GET', '/api/console/credits/ledger.csv', { key: person.token });
    expect(csv.body).toContain(',topup,,200,400,');
    await ask(shop, 'POST', `/agents/${agent.id}/plans`, { planKey: 'protocol_pro_monthly' });
    const [plan] = (await paymentsOf(shop)).items;
    expect(plan).toMatchObject({
      purpose: 'plan',
      plan: 'Protocol Pro',
      credits: null,
      amountMinor: 299_900,
    });
  });

  it('are listed in pages, newest first, of one agent too', async () => {
    const shop = await openShop();
    const made: string[] = [];
    for (const pack of [50, 200, 500]) {
      made.unshift((await orderTopUp(shop, { agent_id: shop.agent.id, pack_size: pack })).body.order_id);
      shop.server.clock.advance(1_000);
    }
    const first = await paymentsOf(shop, '?limit=2');
    const second = await paymentsOf(shop, `?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made);
    expect(second.nextCursor).toBeNull();
    expect((await paymentsOf(shop, `?agentId=${shop.agent.id}`)).items).toHaveLength(3);
    expect((await paymentsOf(shop, `?agentId=${UNKNOWN_AGENT}`)).items).toEqual([]);
    for (const query of ['?limit=0', '?limit=101', '?cursor=x', '?other=1']) {
      expect((await ask(shop, 'GET', `/credits/payments${query}`)).status).toBe(400);
    }
  });

  it('are found by an index, whatever there is', async () => {
    const { server } = await openShop();
    const { read } = server.context.database.raw;
    for (const sql of [
      'select * from payments where buyer_id = ? and (created_at < 1 or (created_at = 1 and id < ?)) order by created_at desc, id desc limit 50',
      "select * from payments where agent_id = ? and status = 'pending' and ?",
      "select * from payments where status = 'pending' and provider = ? and checkout_expires_at <= ?",
    ]) {
      const plan = read.prepare(`explain query plan ${sql}`).all('x', 'x') as { detail: string }[];
      expect(plan.map(({ detail }) => detail).join('; ')).toMatch(/SEARCH payments USING INDEX/);
    }
  });
});

describe('a person who leaves', () => {
  it('has payments and plans in their copy, and never the way to a checkout', async () => {
    const shop = await openShop('free');
    const { server, person } = shop;
    const { order_id: id, payment_url: url } = (await orderPlan(shop)).body;
    await press(server, url, 'pay');
    const sections = exportSections(server.context.reader, person.userId, server.context.audit);
    const rowsOf = (name: string): Record<string, unknown>[] =>
      [...(sections.find((section) => section.name === name)?.rows() ?? [])] as Record<string, unknown>[];
    expect(rowsOf('payments.ndjson')).toEqual([
      expect.objectContaining({
        id,
        status: 'paid',
        amount: 299_900,
        currency: 'INR',
        planKey: 'protocol_pro_monthly',
      }),
    ]);
    expect(rowsOf('agents.ndjson')[0]).toMatchObject({ plan: { tier: 'protocol_pro', formerTier: 'free' } });
    expect(JSON.stringify(sections.map(({ name }) => rowsOf(name)))).not.toContain('cs_sandbox_');
  });

  it('leaves what was paid in the books, and no address of a checkout', async () => {
    const shop = await openShop();
    const { server, person } = shop;
    const { order_id: id, payment_url: url } = (await orderTopUp(shop)).body;
    await press(server, url, 'pay');
    const erased = await server.call('POST', '/api/console/data/erasure', {
      key: person.token,
      body: { target: { type: 'me' }, confirmation: person.email },
    });
    expect(erased.status).toBe(200);
    expect(paymentOf(server, id)).toMatchObject({ status: 'paid', checkout_url: null });
    expect(checkPayments(server.context.database.raw.read).verdict).toBe('ok');
  });
});

describe('an agent that leaves', () => {
  it('takes no order along that nobody opened, and gets nothing of one that is paid later', async () => {
    const shop = await openShop();
    const { server, agent } = shop;
    const unopened = await ask<Payment>(shop, 'POST', `/agents/${agent.id}/top-ups`, { packSize: 500 });
    const opened = (await orderTopUp(shop)).body;
    const left = await ask(shop, 'POST', `/agents/${agent.id}/unbind`, {});
    expect(left.status).toBe(200);
    expect(paymentOf(server, unopened.body.id)).toBeUndefined();
    await press(server, opened.payment_url, 'pay');
    expect(paymentOf(server, opened.order_id)).toMatchObject({ status: 'paid', fulfilled_at: null });
    const { items } = await paymentsOf(shop);
    expect(items).toMatchObject([{ status: 'paid', isFulfilled: false, isPayable: false }]);
  });

  it('keeps the plan that was paid for until its end', async () => {
    const shop = await openShop('free');
    await press(shop.server, (await orderPlan(shop, 'pro_monthly')).body.payment_url, 'pay');
    await ask(shop, 'POST', `/agents/${shop.agent.id}/unbind`, {});
    expect(tierNow(shop.server, shop.agent.id)).toBe('pro');
  });
});

describe('the doctor', () => {
  it('names a payment and a ledger that do not agree', async () => {
    const shop = await openShop();
    const { order_id: id, payment_url: url } = (await orderTopUp(shop)).body;
    await press(shop.server, url, 'pay');
    const { write, read } = shop.server.context.database.raw;
    expect(checkPayments(read)).toMatchObject({
      verdict: 'ok',
      message: '1 paid, each as the ledger has it',
    });
    write.prepare('update payments set credits = 1 where id = ?').run(id);
    expect(checkPayments(read)).toMatchObject({ verdict: 'problem' });
    write.prepare('update payments set credits = 50000, paid_at = null where id = ?').run(id);
    expect(checkPayments(read)).toMatchObject({
      verdict: 'problem',
      message: `${id} was fulfilled and never paid`,
    });
    write.prepare('delete from payments').run();
    expect(checkPayments(read)).toMatchObject({ message: expect.stringContaining('without a payment') });
    expect(statusOf(shop.server, id)).toBeUndefined();
  });
});
