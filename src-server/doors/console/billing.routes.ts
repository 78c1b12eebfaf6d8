import * as contract from '../../contract/console/billing';
import type { Reader } from '../../db/open';
import type { Billing } from '../../domain/billing/billing';
import { billingCommands } from '../../domain/billing/billing.commands';
import type { Gate } from '../../gate/gate';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface BillingRouteDeps {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly billing: Pick<Billing, 'checkouts' | 'payments'>;
}

/** A person and what they pay for their agents. */
export function billingRoutes({
  reader,
  gate,
  billing: { checkouts, payments },
}: BillingRouteDeps): ConsoleRoute[] {
  return [
    readRoute(contract.getShop, ({ user, params }) => payments.shop(reader, user.userId, params.id)),
    readRoute(contract.listPayments, ({ user, query }) => payments.list(reader, user.userId, query)),
    writeRoute(contract.orderTopUp, ({ params, body, caller }, answering) =>
      gate.command(
        billingCommands.orderTopUp,
        { ...params, ...body },
        caller,
        answering((tx, row) => payments.present(tx, row)),
      ),
    ),
    writeRoute(contract.orderPlan, ({ params, body, caller }, answering) =>
      gate.command(
        billingCommands.orderPlan,
        { ...params, ...body },
        caller,
        answering((tx, row) => payments.present(tx, row)),
      ),
    ),
    writeRoute(contract.openCheckout, ({ user, params }, answering) =>
      checkouts.open(
        { paymentId: params.id, buyerId: user.userId },
        answering((_tx, checkout: { readonly url: string }) => checkout),
      ),
    ),
  ];
}
