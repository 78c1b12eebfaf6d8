import { PLAN_DAYS, planOf, upgradeBody, type UpgradeBody } from '../../contract/nb/billing';
import { defineAction } from '../../gate/define-action';
import { AppError } from '../../lib/errors';
import { placeOrder } from './orders';
import { assertMayHavePlan } from './shop';

export interface OrderedPlan {
  readonly orderId: string;
}

/**
 * An agent asks for a plan (AGT-6). Its kind is always held: its owner decides, and then pays or does not; the address
 * of the checkout is theirs alone.
 */
export const orderPlan = defineAction<UpgradeBody, OrderedPlan>({
  name: 'plan.order',
  kind: 'billing.order',
  summary: 'Ask the owner to pay for a plan',
  input: upgradeBody,
  scope: null,
  subjectPrefix: 'order',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: { plan_key: { form: 'line', maxLength: 40 } },
  editable: [],
  publicText: [],
  contentType: 'message',
  prepare(db, { plan_key: planKey }, { agentId }) {
    assertMayHavePlan(db, agentId, planKey);
    return { targets: [] };
  },
  title: ({ plan_key: planKey }) => planOf(planKey).tier.label,
  effects({ plan_key: planKey }) {
    const { tier, priceInr } = planOf(planKey);
    return [{ code: 'plan.ordered', params: { plan: tier.label, price: `₹${priceInr}`, days: PLAN_DAYS } }];
  },
  run(tx, { input, agentId, ownerId, subjectId, now, emit }) {
    if (ownerId === null) throw new AppError('forbidden', 'This needs an owner, who pays for it.');
    const item = { purpose: 'plan', planKey: input.plan_key } as const;
    placeOrder(tx, { id: subjectId, agentId, buyerId: ownerId, item, now });
    emit('payment.ordered', { agentId, ownerId, paymentId: subjectId });
    return { orderId: subjectId };
  },
});
