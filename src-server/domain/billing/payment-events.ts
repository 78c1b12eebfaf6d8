import { z } from 'zod';
import { text } from '../../contract/common';
import { AppError } from '../../lib/errors';

/** What an event of the provider says of a payment of ours. */
export interface PaymentEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly change: 'paid' | 'expired' | 'failed' | 'refunded';
  /** The checkout it speaks of; a refund speaks of none. */
  readonly sessionId: string | null;
  /** Minor units and ISO 4217, of what was paid. */
  readonly amount: number | null;
  readonly currency: string | null;
}

const envelope = z.object({ id: text(255, 1), type: text(100, 1), data: z.object({ object: z.unknown() }) });
const ofOurs = z.object({ order_id: text(64, 1) });

const checkoutSession = z.object({
  id: text(255, 1),
  metadata: ofOurs,
  amount_total: z.number().int(),
  currency: text(3, 3),
  payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
});

const charge = z.object({ metadata: ofOurs, refunded: z.boolean() });

/** What each event means; those of cards are paid when complete, others later. */
const CHANGES: Readonly<Record<string, PaymentEvent['change']>> = {
  'checkout.session.completed': 'paid',
  'checkout.session.async_payment_succeeded': 'paid',
  'checkout.session.async_payment_failed': 'failed',
  'checkout.session.expired': 'expired',
  'charge.refunded': 'refunded',
};

/**
 * Reads an event whose signature was checked. Undefined for one that is not about a payment of ours, or changes nothing.
 * @throws AppError `validation` for what is no event
 */
export function readEvent(body: string): PaymentEvent | undefined {
  const event = envelope.safeParse(jsonOf(body)).data;
  if (!event) throw new AppError('validation', 'The body is not an event.');
  const { id, type } = event;
  const change = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
  if (change === undefined) return undefined;
  const { object } = event.data;
  if (change === 'refunded') {
    const refund = charge.safeParse(object).data;
    // A part that went back leaves the payment as it is: what to do about that is for people.
    if (!refund?.refunded) return undefined;
    const none = { sessionId: null, amount: null, currency: null };
    return { id, type, change, orderId: refund.metadata.order_id, ...none };
  }
  const session = checkoutSession.safeParse(object).data;
  if (!session || (change === 'paid' && session.payment_status !== 'paid')) return undefined;
  return {
    id,
    type,
    change,
    orderId: session.metadata.order_id,
    sessionId: session.id,
    amount: session.amount_total,
    currency: session.currency.toUpperCase(),
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
