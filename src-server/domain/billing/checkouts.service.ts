import { PLAN_DAYS, planOf } from '../../contract/nb/billing';
import { toCredits } from '../../contract/nb/costs';
import type { Reader, Writer } from '../../db/open';
import type { InTransaction } from '../../gate/idempotency';
import type { Clock } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { findAgent } from '../agents/agents.repo';
import { findPayment, updatePayment, type PaymentRow } from './billing.repo';
import type { CheckoutOrder, PaymentProvider } from './payment-provider';

export interface CheckoutsService {
  /**
   * Where a person pays an order of theirs. It asks the provider the first time, outside of any transaction; a repeat
   * gets the same address.
   * @throws AppError `not_found` for somebody else's order; `unavailable` when the provider does not answer
   */
  open(
    wanted: { readonly paymentId: string; readonly buyerId: string },
    inTransaction?: InTransaction<{ readonly url: string }>,
  ): Promise<string>;
}

export function createCheckoutsService({
  writer,
  reader,
  clock,
  provider,
  publicUrl,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly provider: PaymentProvider;
  readonly publicUrl: () => string;
}): CheckoutsService {
  const absolute = (url: string): string => new URL(url, publicUrl()).href;
  return {
    async open({ paymentId, buyerId }, inTransaction) {
      const payment = findPayment(reader, paymentId);
      if (!payment || payment.buyerId !== buyerId) throw notFound('payment');
      const opened =
        payment.checkoutUrl === null ? await provider.openCheckout(orderOf(reader, payment)) : undefined;
      return writer.transaction(
        (tx) => {
          const now = clock.now();
          const current = findPayment(tx, paymentId);
          if (!current) throw notFound('payment');
          let url = current.checkoutUrl;
          if (opened && url === null) {
            url = opened.url;
            updatePayment(tx, paymentId, {
              provider: provider.name,
              sessionId: opened.sessionId,
              checkoutUrl: url,
              checkoutExpiresAt: opened.expiresAt,
              updatedAt: now,
            });
          }
          if (url === null) throw notFound('payment');
          const answer = { url: absolute(url) };
          inTransaction?.(tx, answer, now);
          return answer.url;
        },
        { isDurable: true },
      );
    },
  };
}

function orderOf(db: Reader, payment: PaymentRow): CheckoutOrder {
  const { id, amount, currency, agentId } = payment;
  const name = findAgent(db, agentId)?.name ?? agentId;
  return { orderId: id, title: `${titleOf(payment)} · ${name}`, amount, currency };
}

/** What was ordered, for whoever pays it. */
export function titleOf({ credits, planKey }: Pick<PaymentRow, 'credits' | 'planKey'>): string {
  if (credits !== null) return `${toCredits(credits)} credits`;
  if (planKey === null) throw new Error('An order is for credits or for a plan');
  return `${planOf(planKey).tier.label}, ${PLAN_DAYS} days`;
}
