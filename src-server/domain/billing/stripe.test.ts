import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config';
import { isAppError } from '../../lib/errors';
import { createLogger } from '../../lib/logger';
import { MINUTE } from '../../lib/clock';
import { openShop, orderPlan, orderTopUp, statusOf, STRIPE } from '../../testing/billing-fixture';
import { expectDetail } from '../../testing/nb-fixture';
import { startStripeFake, type StripeFake } from '../../testing/stripe-fake';
import { signEvent, verifyEvent } from './signatures';
import { createStripeProvider } from './stripe.provider';

const ORDER = { orderId: 'order_1', title: '50 credits · Bot', amount: 25_000, currency: 'INR' };

function providerAt(fake: StripeFake, timeoutMs = 2_000) {
  return createStripeProvider({
    keys: { ...STRIPE, apiHost: fake.origin },
    publicUrl: () => 'https://agents.example',
    log: createLogger('silent'),
    timeoutMs,
  });
}

describe('Stripe', () => {
  it('is asked for a checkout in its own form, with the order in everything it sends back', async () => {
    await using fake = await startStripeFake();
    const checkout = await providerAt(fake).openCheckout(ORDER);
    expect(checkout).toEqual({
      sessionId: 'cs_test_1',
      url: 'https://checkout.stripe.com/c/pay/cs_test_1',
      expiresAt: expect.any(Number),
    });
    const [request] = fake.requests;
    expect([request?.method, request?.url]).toEqual(['POST', '/v1/checkout/sessions']);
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${STRIPE.secretKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': 'order_1',
    });
    expect(request?.headers).not.toHaveProperty('x-stripe-client-telemetry');
    expect(request?.form).toEqual({
      mode: 'payment',
      client_reference_id: 'order_1',
      'metadata[order_id]': 'order_1',
      'payment_intent_data[metadata][order_id]': 'order_1',
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'inr',
      'line_items[0][price_data][unit_amount]': '25000',
      'line_items[0][price_data][product_data][name]': '50 credits · Bot',
      success_url: 'https://agents.example/agent-credits?session={CHECKOUT_SESSION_ID}',
      cancel_url: 'https://agents.example/agent-credits',
    });
  });

  it('is asked once more when it fails, for the same checkout', async () => {
    await using fake = await startStripeFake({ faults: ['close'] });
    expect((await providerAt(fake).openCheckout(ORDER)).sessionId).toBe('cs_test_1');
    expect(fake.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['order_1', 'order_1']);
  });

  it.each([
    ['refuses the key', [401]],
    ['has a fault', [500, 500]],
    ['closes the line', ['close', 'close']],
    ['gives no address', ['no url']],
  ] as const)('answers 503 when it %s', async (_what, faults) => {
    await using fake = await startStripeFake({ faults });
    const failure = await providerAt(fake)
      .openCheckout(ORDER)
      .catch((error: unknown) => error);
    expect([isAppError(failure) && failure.code, isAppError(failure) && failure.retryAfterSeconds]).toEqual([
      'unavailable',
      30,
    ]);
  });

  it('is not waited for without end', async () => {
    await using fake = await startStripeFake({ faults: ['hang', 'hang'] });
    await expect(providerAt(fake, 100).openCheckout(ORDER)).rejects.toThrow(/can’t be reached/);
    expect(fake.requests).toHaveLength(2);
  });

  it('leaves an order that it could not open, to be opened by the next try', async () => {
    await using fake = await startStripeFake({ faults: [401] });
    const shop = await openShop('pro', { stripe: { ...STRIPE, apiHost: fake.origin } });
    const once = { 'idempotency-key': 'one' };
    const body = { agent_id: shop.agent.id, pack_size: 50 };
    const failed = await orderTopUp(shop, body, once);
    expectDetail(failed as never, 503, /can’t be reached/);
    expect(failed.headers['retry-after']).toBe('30');
    const made = await orderTopUp(shop, body, once);
    expect([made.status, made.body]).toEqual([
      200,
      {
        order_id: expect.stringMatching(/^order_/),
        amount_inr: 250,
        currency: 'INR',
        pack_credits: 50,
        payment_url: 'https://checkout.stripe.com/c/pay/cs_test_1',
        key_id: 'pk_test_public',
      },
    ]);
    expect(statusOf(shop.server, made.body.order_id)).toBe('pending');
    expect((await orderPlan(shop)).body.payment_url).toBe('https://checkout.stripe.com/c/pay/cs_test_2');
  });

  it('signs as we check, and checks what we sign', async () => {
    const body = '{"id":"evt_1","note":"₹"}';
    const now = Date.now();
    const stripe = new Stripe('sk_test_x');
    const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret: STRIPE.webhookSecret });
    expect(() => verifyEvent(STRIPE.webhookSecret, body, header, now)).not.toThrow();
    expect(() => verifyEvent(STRIPE.webhookSecret, body, header, now + 6 * MINUTE)).toThrow(/too old/);
    expect(
      stripe.webhooks.constructEvent(body, signEvent(STRIPE.webhookSecret, body, now), STRIPE.webhookSecret),
    ).toMatchObject({ id: 'evt_1' });
  });
});

describe('the keys', () => {
  const KEYS = { STRIPE_SECRET_KEY: 'sk', STRIPE_WEBHOOK_SECRET: 'whsec', STRIPE_PUBLISHABLE_KEY: 'pk' };
  const stripeOf = (env: NodeJS.ProcessEnv) => readConfig(['--data', '/tmp/x'], env).secrets.stripe;

  it('are taken from the environment, where the secret ones do not stay', () => {
    const env: NodeJS.ProcessEnv = { ...KEYS };
    expect(stripeOf(env)).toEqual({
      secretKey: 'sk',
      webhookSecret: 'whsec',
      publishableKey: 'pk',
      apiHost: undefined,
    });
    expect(env).toEqual({ STRIPE_PUBLISHABLE_KEY: 'pk' });
    expect(stripeOf({})).toBeUndefined();
  });

  it.each(Object.keys(KEYS))('are all there or none: without %s nothing starts', (missing) => {
    expect(() => stripeOf({ ...KEYS, [missing]: undefined })).toThrow(/set all three, or none/);
  });

  it.each([
    ['api.stripe.com', 'https://api.stripe.com'],
    ['https://stripe.internal:8443', 'https://stripe.internal:8443'],
    ['http://127.0.0.1:12111', 'http://127.0.0.1:12111'],
  ])('go to %s', (given, origin) => {
    expect(stripeOf({ ...KEYS, STRIPE_API_HOST: given })?.apiHost).toBe(origin);
  });

  it.each(['http://stripe.example', 'ftp://api.stripe.com', 'https://a.example/path', 'a b', ''])(
    'go nowhere by %s',
    (given) => {
      expect(() => stripeOf({ ...KEYS, STRIPE_API_HOST: given })).toThrow(/STRIPE_API_HOST/);
    },
  );
});
