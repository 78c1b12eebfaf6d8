import { DAY, SECOND, type Clock } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import type { Vault } from '../../lib/vault';
import type { PaymentRow } from './billing.repo';
import type { PaymentProvider } from './payment-provider';
import { signEvent } from './signatures';

const CHECKOUT_MS = DAY;
/** Pages of ours where such an order is paid. */
export const CHECKOUT_PATH = '/checkout';

/** An event as it travels: its bytes, and what proves who sent them. */
export interface SignedEvent {
  readonly body: string;
  readonly signature: string;
}

export interface SandboxProvider extends PaymentProvider {
  /** What Stripe would send when a buyer paid at the checkout, or let it go. */
  eventOf(payment: PaymentRow, type: 'completed' | 'expired'): SignedEvent;
}

/**
 * Stands in for Stripe where no keys are configured: a checkout on our own pages, where no money moves. Its events have
 * Stripe's form and signature, under a key that nobody but us has.
 */
export function createSandboxProvider({
  vault,
  clock,
  ids,
}: {
  readonly vault: Pick<Vault, 'hmac'>;
  readonly clock: Clock;
  readonly ids: Ids;
}): SandboxProvider {
  const webhookSecret = `whsec_${vault.hmac('payments', 'events').toString('base64url')}`;
  return {
    name: 'sandbox',
    publishableKey: 'pk_sandbox',
    webhookSecret,

    async openCheckout({ orderId }) {
      // Agents learn ids of orders; whoever has the address of a checkout can pay it.
      const sessionId = `cs_sandbox_${vault.hmac('payments', `session:${orderId}`).toString('base64url')}`;
      return { sessionId, url: `${CHECKOUT_PATH}/${sessionId}`, expiresAt: clock.now() + CHECKOUT_MS };
    },

    eventOf({ id, sessionId, amount, currency }, type) {
      const now = clock.now();
      const isPaid = type === 'completed';
      const body = JSON.stringify({
        id: ids.prefixed('evt'),
        object: 'event',
        created: Math.floor(now / SECOND),
        livemode: false,
        type: `checkout.session.${type}`,
        data: {
          object: {
            id: sessionId,
            object: 'checkout.session',
            client_reference_id: id,
            metadata: { order_id: id },
            amount_total: amount,
            currency: currency.toLowerCase(),
            payment_status: isPaid ? 'paid' : 'unpaid',
            status: isPaid ? 'complete' : 'expired',
          },
        },
      });
      return { body, signature: signEvent(webhookSecret, body, now) };
    },
  };
}
