import type { Stripe } from 'stripe';
import { SECOND } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Logger } from '../../lib/logger';
import type { Checkout, CheckoutOrder, PaymentProvider } from './payment-provider';

/** Somebody waits for the answer: one try more after this long, and no other. */
const TIMEOUT_MS = 8 * SECOND;
const RETRIES = 1;

export interface StripeKeys {
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly publishableKey: string;
  /** Origin of the API; Stripe's own unless set. */
  readonly apiHost: string | undefined;
}

/** Stripe Checkout: cards are typed in at Stripe, never here. */
export function createStripeProvider({
  keys,
  publicUrl,
  log,
  timeoutMs = TIMEOUT_MS,
}: {
  readonly keys: StripeKeys;
  readonly publicUrl: () => string;
  readonly log: Logger;
  readonly timeoutMs?: number;
}): PaymentProvider {
  let client: Promise<Stripe> | undefined;
  // Loaded with the first order, so that no start waits for it.
  const connect = (): Promise<Stripe> =>
    (client ??= import('stripe').then(
      ({ Stripe: StripeClient }) =>
        new StripeClient(keys.secretKey, {
          ...(keys.apiHost === undefined ? {} : addressOf(keys.apiHost)),
          timeout: timeoutMs,
          maxNetworkRetries: RETRIES,
          telemetry: false,
        }),
    ));
  return {
    name: 'stripe',
    publishableKey: keys.publishableKey,
    webhookSecret: keys.webhookSecret,
    async openCheckout(order) {
      try {
        const stripe = await connect();
        const session = await stripe.checkout.sessions.create(sessionOf(order, publicUrl()), {
          // The same checkout for the same order, however often it is asked for.
          idempotencyKey: order.orderId,
        });
        return checkoutOf(session);
      } catch (error) {
        log.error({ err: error, order: order.orderId }, 'no checkout was opened');
        throw new AppError('unavailable', 'The payment provider can’t be reached. Try again in a moment.', {
          retryAfterSeconds: 30,
          cause: error,
        });
      }
    },
  };
}

function sessionOf(
  { orderId, title, amount, currency }: CheckoutOrder,
  base: string,
): Stripe.Checkout.SessionCreateParams {
  // A refund speaks of the charge, which has what the payment intent was given.
  const metadata = { order_id: orderId };
  return {
    mode: 'payment',
    client_reference_id: orderId,
    metadata,
    payment_intent_data: { metadata },
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: amount,
          product_data: { name: title },
        },
      },
    ],
    success_url: `${base}/agent-credits?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${base}/agent-credits`,
  };
}

function checkoutOf({ id, url, expires_at: expiresAt }: Stripe.Checkout.Session): Checkout {
  if (!url) throw new Error(`Checkout ${id} has no address`);
  return { sessionId: id, url, expiresAt: expiresAt * SECOND };
}

function addressOf(origin: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const { hostname, port, protocol } = new URL(origin);
  const isPlain = protocol === 'http:';
  return {
    host: hostname,
    port: port === '' ? (isPlain ? 80 : 443) : port,
    protocol: isPlain ? 'http' : 'https',
  };
}
