import { CURRENCY, packOf, planOf, toMinor, type Pack, type PlanKey } from '../../contract/nb/billing';
import { toMilli } from '../../contract/nb/costs';
import type { Tx } from '../../db/open';
import { MINUTE } from '../../lib/clock';
import { insertPayment, listPendingOf, type PaymentRow } from './billing.repo';
import { assertMayHavePlan, assertMayTopUp } from './shop';

/** A checkout with less time left is not handed out again. */
const TIME_TO_PAY_MS = 10 * MINUTE;

export type Item =
  | { readonly purpose: 'credits.topup'; readonly pack: Pack['credits'] }
  | { readonly purpose: 'plan'; readonly planKey: PlanKey };

export interface NewOrder {
  readonly id: string;
  readonly agentId: string;
  readonly buyerId: string;
  readonly item: Item;
  readonly now: number;
}

/**
 * Writes an order down: nothing is paid by it.
 * @throws AppError `validation`, `invalid_transition` for what this agent can't have
 */
export function placeOrder(tx: Tx, order: NewOrder): PaymentRow {
  assertMayOrder(tx, order);
  const { id, agentId, buyerId, item, now } = order;
  const row: PaymentRow = {
    id,
    ...goodsOf(item),
    agentId,
    buyerId,
    status: 'pending',
    provider: null,
    sessionId: null,
    checkoutUrl: null,
    checkoutExpiresAt: null,
    createdAt: now,
    updatedAt: now,
    paidAt: null,
    fulfilledAt: null,
    transactionId: null,
  };
  insertPayment(tx, row);
  return row;
}

/** The same order, where it waits to be paid: asking twice must not lead to paying twice. */
export function findWaitingOrder(tx: Tx, { agentId, buyerId, item, now }: NewOrder): PaymentRow | undefined {
  const { credits, planKey } = goodsOf(item);
  return listPendingOf(tx, agentId).find(
    (row) =>
      row.buyerId === buyerId &&
      row.credits === credits &&
      row.planKey === planKey &&
      (row.checkoutExpiresAt === null || row.checkoutExpiresAt > now + TIME_TO_PAY_MS),
  );
}

export function assertMayOrder(tx: Tx, { agentId, item }: Pick<NewOrder, 'agentId' | 'item'>): void {
  if (item.purpose === 'plan') assertMayHavePlan(tx, agentId, item.planKey);
  else assertMayTopUp(tx, agentId);
}

function goodsOf(item: Item): Pick<PaymentRow, 'purpose' | 'credits' | 'planKey' | 'amount' | 'currency'> {
  const [credits, planKey, priceInr] =
    item.purpose === 'plan'
      ? [null, item.planKey, planOf(item.planKey).priceInr]
      : [toMilli(item.pack), null, packOf(item.pack).priceInr];
  return { purpose: item.purpose, credits, planKey, amount: toMinor(priceInr), currency: CURRENCY };
}
