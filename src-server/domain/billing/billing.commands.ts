import { z } from 'zod';
import { id } from '../../contract/common';
import { orderPlanBody, orderTopUpBody } from '../../contract/console/billing';
import type { Tx } from '../../db/open';
import { defineCommand, type CommandAudit, type CommandContext } from '../../gate/define-action';
import { getOwnAgent } from '../agents/agents.queries';
import type { PaymentRow } from './billing.repo';
import { assertMayOrder, findWaitingOrder, placeOrder, type Item } from './orders';

/** An order moves no money: whoever pays does that at the checkout. So it does not take the window. */
const ORDER = { access: 'owner', needsDecide: false, isDurable: true } as const;

const topUp = defineCommand({
  name: 'payment.topup-ordered',
  summary: 'Order a pack of credits for an agent',
  input: z.object({ id, ...orderTopUpBody.shape }),
  ...ORDER,
  run: (tx, context) => order(tx, context, { purpose: 'credits.topup', pack: context.input.packSize }),
});

const plan = defineCommand({
  name: 'payment.plan-ordered',
  summary: 'Order a plan for an agent',
  input: z.object({ id, ...orderPlanBody.shape }),
  ...ORDER,
  run: (tx, context) => order(tx, context, { purpose: 'plan', planKey: context.input.planKey }),
});

/** @throws AppError `not_found` for anybody else's agent; as `placeOrder` */
function order(
  tx: Tx,
  { input, user, now, ids, emit }: CommandContext<{ readonly id: string }>,
  item: Item,
): { result: PaymentRow; audit: CommandAudit } {
  const agent = getOwnAgent(tx, user.userId, input.id);
  const wanted = { id: ids.prefixed('order'), agentId: agent.id, buyerId: user.userId, item, now };
  assertMayOrder(tx, wanted);
  const result = findWaitingOrder(tx, wanted) ?? placeOrder(tx, wanted);
  emit('payment.ordered', { agentId: agent.id, ownerId: user.userId, paymentId: result.id });
  const { amount, currency, purpose } = result;
  return {
    result,
    audit: {
      agentId: agent.id,
      subjectType: 'payment',
      subjectId: result.id,
      data: { purpose, amount, currency },
    },
  };
}

/** What a person orders for their agents. */
export const billingCommands = { orderTopUp: topUp, orderPlan: plan } as const;
