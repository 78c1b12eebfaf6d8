import type { z } from 'zod';
import type * as contract from '../../contract/console/billing';
import type { Payment } from '../../contract/console/billing';
import { CURRENCY, PACKS, PLAN_KEYS, planOf, toMinor } from '../../contract/nb/billing';
import { toCredits } from '../../contract/nb/costs';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db, Reader } from '../../db/open';
import { toIso, toIsoOrNull, type Clock } from '../../lib/clock';
import { getOwnAgent } from '../agents/agents.queries';
import { findAgent } from '../agents/agents.repo';
import { listPaymentsOf, type PaymentRow } from './billing.repo';
import type { PaymentProvider } from './payment-provider';
import { getCustomer, planRefusalOf, topUpRefusalOf } from './shop';

const PAYMENTS_PER_PAGE = 50;

/** What a person sees of money. */
export interface PaymentsReader {
  /** @throws AppError `not_found` for anybody else's agent */
  shop(db: Reader, ownerId: string, agentId: string): contract.Shop;
  list(
    db: Reader,
    ownerId: string,
    query: z.infer<typeof contract.listPayments.query>,
  ): z.infer<typeof contract.listPayments.answer>;
  present(db: Db, row: PaymentRow): Payment;
}

export function createPaymentsReader({
  clock,
  provider,
}: {
  readonly clock: Clock;
  readonly provider: Pick<PaymentProvider, 'name'>;
}): PaymentsReader {
  const isPayable = (row: PaymentRow): boolean =>
    row.status === 'pending' &&
    (row.provider ?? provider.name) === provider.name &&
    (row.checkoutExpiresAt === null || row.checkoutExpiresAt > clock.now());

  const present = (db: Db, row: PaymentRow): Payment => ({
    id: row.id,
    purpose: row.purpose,
    agent: { id: row.agentId, name: findAgent(db, row.agentId)?.name ?? row.agentId },
    credits: row.credits === null ? null : toCredits(row.credits),
    plan: row.planKey === null ? null : planOf(row.planKey).tier.label,
    amountMinor: row.amount,
    currency: row.currency,
    status: row.status,
    isPayable: isPayable(row),
    isFulfilled: row.fulfilledAt !== null,
    createdAt: toIso(row.createdAt),
    paidAt: toIsoOrNull(row.paidAt),
  });

  return {
    present,
    shop(db, ownerId, agentId) {
      getOwnAgent(db, ownerId, agentId);
      const customer = getCustomer(db, agentId);
      const { tier, plan } = customer;
      return {
        currency: CURRENCY,
        isSandbox: provider.name === 'sandbox',
        tier: { id: tier.id, label: tier.label },
        tierEndsAt: plan?.tier === tier.id ? toIso(plan.endsAt) : null,
        topUpRefusal: topUpRefusalOf(customer),
        packs: PACKS.map(({ credits, priceInr }) => ({ credits, priceMinor: toMinor(priceInr) })),
        plans: PLAN_KEYS.map((key) => {
          const { tier: wanted, priceInr } = planOf(key);
          return {
            key,
            tier: wanted.id,
            label: wanted.label,
            creditsMonth: wanted.creditsMonth,
            priceMinor: toMinor(priceInr),
            refusal: planRefusalOf(customer, key),
          };
        }),
      };
    },
    list(db, ownerId, { agentId, cursor, limit = PAYMENTS_PER_PAGE }) {
      const after = cursor === undefined ? undefined : decodeKeyset(cursor);
      const rows = listPaymentsOf(db, ownerId, { agentId, after, limit: limit + 1 });
      const page = toPage(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: page.items.map((row) => present(db, row)), nextCursor: page.nextCursor };
    },
  };
}
