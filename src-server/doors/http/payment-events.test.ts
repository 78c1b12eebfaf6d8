import { describe, expect, it } from 'vitest';
import { checkLedger } from '../../domain/credits/ledger-check';
import { signEvent } from '../../domain/billing/signatures';
import { DAY, MINUTE } from '../../lib/clock';
import {
  balanceOf,
  openShop,
  orderPlan,
  orderTopUp,
  paymentOf,
  press,
  sendEvent,
  sendRaw,
  statusOf,
  STRIPE,
  tierNow,
  type Shop,
} from '../../testing/billing-fixture';
import { expectDetail } from '../../testing/nb-fixture';
import { startStripeFake, type StripeFake } from '../../testing/stripe-fake';

const TAKEN = { received: true };

/** A shop whose payments Stripe takes: an order there is, and nothing paid. */
async function openStripeShop(fake: StripeFake): Promise<Shop & { readonly orderId: string }> {
  const shop = await openShop('pro', { stripe: { ...STRIPE, apiHost: fake.origin } });
  const { status, body } = await orderTopUp(shop);
  expect(status).toBe(200);
  return { ...shop, orderId: body.order_id };
}

describe('an event of the payment provider', () => {
  it('pays the order, once, however often it comes and however many come at once', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, orderId } = shop;
    const paid = await Promise.all(
      Array.from({ length: 8 }, () => sendEvent(server, orderId, { id: 'evt_1' })),
    );
    for (const { status, body } of paid) expect([status, body]).toEqual([200, TAKEN]);
    // The same payment, told of by another event.
    await sendEvent(server, orderId, { id: 'evt_2' });
    await sendEvent(server, orderId, { id: 'evt_3', type: 'checkout.session.async_payment_succeeded' });
    expect([statusOf(server, orderId), await balanceOf(shop)]).toEqual(['paid', 250]);
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from credit_transactions where type = 'topup'").pluck().get()).toBe(
      1,
    );
    expect(read.prepare("select count(*) from audit where type = 'payment.paid'").pluck().get()).toBe(1);
  });

  it.each([
    ['no signature', { signature: null }],
    ['an empty one', { signature: '' }],
    ['one that is none', { signature: 'v1=abc' }],
    ['one without a mac', { signature: 't=1700000000' }],
    ['one of another secret', { secret: 'whsec_other' }],
    ['one that is too old', { ageMs: 5 * MINUTE + 1_000 }],
    ['one that is ahead of time', { ageMs: -6 * MINUTE }],
    ['a very long one', { signature: `t=1,${'v1=a,'.repeat(10_000)}` }],
  ])('is refused with %s, and changes nothing', async (_what, options) => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    expectDetail(await sendEvent(shop.server, shop.orderId, options), 400, /^Stripe-Signature:/);
    expect([statusOf(shop.server, shop.orderId), await balanceOf(shop)]).toEqual(['pending', 200]);
  });

  it('is refused when its bytes were changed, and taken within five minutes', async () => {
    await using fake = await startStripeFake();
    const { server, orderId } = await openStripeShop(fake);
    const body = JSON.stringify({ id: 'evt_1', type: 'x', data: { object: {} } });
    const signature = signEvent(STRIPE.webhookSecret, body, server.clock.now());
    expectDetail(await sendRaw(server, `${body} `, signature), 400, /does not match/);
    expect((await sendEvent(server, orderId, { ageMs: 5 * MINUTE - 1_000 })).status).toBe(200);
    expect(statusOf(server, orderId)).toBe('paid');
  });

  it('is one of several signatures while a secret rolls over', async () => {
    await using fake = await startStripeFake();
    const { server } = await openStripeShop(fake);
    const body = JSON.stringify({ id: 'evt_1', type: 'ping', data: { object: null } });
    const [time, good] = signEvent(STRIPE.webhookSecret, body, server.clock.now()).split(',');
    expect((await sendRaw(server, body, `${time},v1=${'0'.repeat(64)},${good},v0=x`)).status).toBe(200);
  });

  it('is taken and left alone when it is of a kind, or about a payment, that is not ours', async () => {
    await using fake = await startStripeFake();
    const { server, orderId } = await openStripeShop(fake);
    for (const type of ['customer.created', 'checkout.session.unheard_of', '__proto__', 'constructor']) {
      expect(await sendEvent(server, orderId, { type })).toMatchObject({ status: 200, body: TAKEN });
    }
    expect((await sendEvent(server, 'order_unknown')).status).toBe(200);
    for (const object of [
      { metadata: {} },
      { metadata: null },
      { amount_total: 'x' },
      { payment_status: 'unpaid' },
    ]) {
      expect((await sendEvent(server, orderId, { object })).status).toBe(200);
    }
    expect(statusOf(server, orderId)).toBe('pending');
  });

  it('is a 400 when it is signed and no event', async () => {
    await using fake = await startStripeFake();
    const { server } = await openStripeShop(fake);
    for (const body of ['', '[]', '{', 'null', '{"id":1}', '{"id":"a","type":"b"}', '"\ud800"']) {
      const signature = signEvent(STRIPE.webhookSecret, body, server.clock.now());
      expect([body, (await sendRaw(server, body, signature)).status]).toEqual([body, 400]);
    }
  });

  it.each([
    ['another sum', { amount_total: 1 }],
    ['another currency', { currency: 'idr' }],
    ['another checkout', { id: 'cs_test_other' }],
  ])('pays nothing with %s, which is written down', async (_what, object) => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, orderId } = shop;
    expect((await sendEvent(server, orderId, { object })).status).toBe(200);
    expect([statusOf(server, orderId), await balanceOf(shop)]).toEqual(['pending', 200]);
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type = 'payment.refused'").pluck().get()).toBe(1);
  });

  it('counts in whatever order it comes: money that arrived is money', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, orderId } = shop;
    const send = async (type: string): Promise<unknown> => {
      await sendEvent(server, orderId, { type });
      return statusOf(server, orderId);
    };
    expect(await send('checkout.session.async_payment_failed')).toBe('failed');
    expect(await send('checkout.session.expired')).toBe('failed');
    expect(await send('checkout.session.completed')).toBe('paid');
    expect(await send('checkout.session.expired')).toBe('paid');
    expect(await send('checkout.session.async_payment_failed')).toBe('paid');
    expect(await balanceOf(shop)).toBe(250);
    expect(await send('charge.refunded')).toBe('refunded');
    expect(await send('checkout.session.completed')).toBe('refunded');
    expect(await balanceOf(shop)).toBe(200);
  });

  it('gives nothing for what was refunded before it was heard to be paid', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    await sendEvent(shop.server, shop.orderId, { type: 'charge.refunded' });
    await sendEvent(shop.server, shop.orderId);
    expect([statusOf(shop.server, shop.orderId), await balanceOf(shop)]).toEqual(['refunded', 200]);
  });

  it('takes back of a top-up what was not spent, and leaves a partial refund to people', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, agent, orderId } = shop;
    await sendEvent(server, orderId);
    await sendEvent(server, orderId, { type: 'charge.refunded', object: { refunded: false } });
    expect(statusOf(server, orderId)).toBe('paid');
    // Spent down to 30, by the ledger's own means.
    const { credits, database } = server.context;
    const spend = {
      agentId: agent.id,
      actionId: 'act_x',
      kind: 'post.publish',
      costName: 'post',
      traceId: 'tr_x',
    } as const;
    database.writer.transaction((tx) => credits.charge(tx, { ...spend, amount: 220_000 }));
    await sendEvent(server, orderId, { type: 'charge.refunded' });
    expect(await balanceOf(shop)).toBe(0);
    const history = await agent.call<{ transactions: { action: string; amount: number }[] }>(
      'GET',
      `/api/protocol/agents/${agent.id}/credits/history`,
    );
    expect(history.body.transactions[0]).toMatchObject({ action: 'topup_refund', amount: -30 });
  });

  it('ends a plan that was refunded', async () => {
    await using fake = await startStripeFake();
    const shop = await openShop('free', { stripe: { ...STRIPE, apiHost: fake.origin } });
    const { order_id: id } = (await orderPlan(shop, 'elite_monthly')).body;
    await sendEvent(shop.server, id);
    expect(tierNow(shop.server, shop.agent.id)).toBe('elite');
    await sendEvent(shop.server, id, { type: 'charge.refunded' });
    expect([tierNow(shop.server, shop.agent.id), statusOf(shop.server, id)]).toEqual(['free', 'refunded']);
  });

  it('is all or nothing: what a fault cuts off in between is as if it had not come, and comes again', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, orderId } = shop;
    const { write, read } = server.context.database.raw;
    const rows = (): unknown[] =>
      [
        'payments',
        'payment_events',
        'credit_accounts',
        'credit_entries',
        'audit',
        'outbox',
        'agent_events',
      ].map((table) => read.prepare(`select * from ${table}`).all());
    const before = rows();
    for (const table of ['credit_entries', 'agent_events', 'audit', 'outbox']) {
      write.exec(
        `create temp trigger cut before insert on main.${table} begin select raise(abort, 'cut'); end`,
      );
      expect([table, (await sendEvent(server, orderId, { id: 'evt_1' })).status]).toEqual([table, 500]);
      write.exec('drop trigger cut');
      expect(rows()).toEqual(before);
    }
    expect((await sendEvent(server, orderId, { id: 'evt_1' })).status).toBe(200);
    expect([statusOf(server, orderId), await balanceOf(shop)]).toEqual(['paid', 250]);
  });

  it('is not heard with the sandbox’s secret where Stripe takes the money', async () => {
    await using fake = await startStripeFake();
    const { server, orderId } = await openStripeShop(fake);
    const mac = server.context.vault.hmac('payments', 'events').toString('base64url');
    expect((await sendEvent(server, orderId, { secret: `whsec_${mac}` })).status).toBe(400);
    expect((await press(server, 'http://x/checkout/cs_test_1', 'pay')).status).toBe(404);
    expect(statusOf(server, orderId)).toBe('pending');
  });

  it('counts for its address only where it is refused', async () => {
    const { server } = await openShop('pro', { hasLimits: true });
    const mac = server.context.vault.hmac('payments', 'events').toString('base64url');
    for (let n = 0; n < 110; n += 1) {
      expect((await sendEvent(server, 'order_x', { secret: `whsec_${mac}` })).status).toBe(200);
    }
    let refused = 0;
    for (let n = 0; n < 110; n += 1) {
      const { status } = await sendEvent(server, 'order_x', { secret: 'whsec_wrong' });
      if (status === 429) refused += 1;
      else expect(status).toBe(400);
    }
    expect(refused).toBeGreaterThan(5);
  });

  it('is forgotten after a month, and orders that came to nothing after three', async () => {
    await using fake = await startStripeFake();
    const shop = await openStripeShop(fake);
    const { server, orderId } = shop;
    const unpaid = (await orderTopUp(shop, { agent_id: shop.agent.id, pack_size: 200 })).body.order_id;
    await sendEvent(server, orderId);
    const { read } = server.context.database.raw;
    server.clock.advance(31 * DAY);
    server.context.billing.care();
    expect(read.prepare('select count(*) from payment_events').pluck().get()).toBe(0);
    expect(statusOf(server, unpaid)).toBe('pending');
    server.clock.advance(60 * DAY);
    server.context.billing.care();
    expect([paymentOf(server, unpaid), statusOf(server, orderId)]).toEqual([undefined, 'paid']);
    expect(checkLedger(read).verdict).toBe('ok');
  });
});
