import type { PaymentStatus } from '../../contract/console/billing';
import { toCredits } from '../../contract/nb/costs';
import type { Tx } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import { systemCaller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import { toOffsetIso } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import type { Logger } from '../../lib/logger';
import { noteAgentEvent } from '../agent-events/agent-events';
import { findAgent } from '../agents/agents.repo';
import type { CreditsService } from '../credits/credits.service';
import {
  findAgentPlan,
  findPayment,
  updatePayment,
  type AgentPlanRow,
  type PaymentRow,
} from './billing.repo';
import type { PaymentEvent } from './payment-events';
import { endPlan, shortenPlan, startPlan } from './plan-periods';
import { getCustomer, planRefusalOf } from './shop';

/**
 * What an event of the provider does: the payment's status, what was paid for, the audit row and what everybody is told
 * of it are one transaction. Events come late, twice and out of order, so each is looked at against what is known:
 *
 *   pending ─▶ paid ─▶ refunded      money that arrives counts, whatever was said before;
 *      ├─────▶ expired ─▶ paid       a refund is the end, whether the payment was heard of or not
 *      └─────▶ failed  ─▶ paid
 */
const NEXT: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  pending: ['paid', 'expired', 'failed', 'refunded'],
  expired: ['paid', 'refunded'],
  failed: ['paid', 'refunded'],
  paid: ['refunded'],
  refunded: [],
};

export interface SettlementDeps {
  readonly ids: Ids;
  readonly log: Logger;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly credits: Pick<CreditsService, 'topUp' | 'takeBack' | 'open' | 'standingOf'>;
}

/** Carries an event out, where it still changes something. */
export function settle(deps: SettlementDeps, tx: Tx, event: PaymentEvent, now: number): void {
  const payment = findPayment(tx, event.orderId);
  if (!payment || !NEXT[payment.status].includes(event.change)) return;
  if (!isAbout(event, payment)) {
    deps.log.error({ event: event.id, payment: payment.id }, 'event does not fit its payment');
    tell(deps, tx, payment, { type: 'payment.refused', data: { change: event.change }, now });
    return;
  }
  const before = payment.status;
  const after: PaymentRow = {
    ...payment,
    status: event.change,
    sessionId: payment.sessionId ?? event.sessionId,
    updatedAt: now,
    ...(event.change === 'paid' ? { paidAt: now } : {}),
  };
  const made =
    event.change === 'paid'
      ? fulfil(deps, tx, after, now)
      : before === 'paid'
        ? reverse(deps, tx, after, now)
        : undefined;
  const { id, ...row } = { ...after, ...made };
  updatePayment(tx, id, row);
  const isLost = event.change === 'paid' && row.fulfilledAt === null;
  tell(deps, tx, payment, {
    type: isLost ? 'payment.undelivered' : `payment.${event.change}`,
    data: { purpose: payment.purpose, amount: payment.amount, currency: payment.currency, before },
    now,
  });
}

/** What was paid must be what was ordered, at the checkout that was opened for it. */
function isAbout(event: PaymentEvent, payment: PaymentRow): boolean {
  if (event.sessionId !== null && payment.sessionId !== null && event.sessionId !== payment.sessionId)
    return false;
  if (event.change !== 'paid') return true;
  return event.amount === payment.amount && event.currency === payment.currency;
}

/** Gives the agent what was paid for. Nothing where it is not its buyer's any more: that is for people to settle. */
function fulfil(deps: SettlementDeps, tx: Tx, payment: PaymentRow, now: number): Partial<PaymentRow> {
  const { agentId, buyerId, credits, planKey } = payment;
  const agent = findAgent(tx, agentId);
  if (!agent || agent.ownerId !== buyerId) return {};
  if (credits !== null) {
    const transactionId = deps.credits.topUp(tx, { agentId, amount: credits });
    const { available } = deps.credits.standingOf(tx, agentId);
    note(deps, tx, payment, now, 'credits_topped_up', {
      order_id: payment.id,
      credits: toCredits(credits),
      credits_remaining: available === null ? null : toCredits(available),
    });
    return { fulfilledAt: now, transactionId };
  }
  // A higher plan may have been paid for since this one was ordered; a smaller one would only take from it.
  if (planKey === null || planRefusalOf(getCustomer(tx, agentId), planKey) !== null) return {};
  startPlan(tx, agentId, planKey, now);
  deps.credits.open(tx, agentId);
  notePlan(deps, tx, payment, now, 'plan_changed');
  return { fulfilledAt: now };
}

/** Takes back what was given, as far as it is still there. */
function reverse(deps: SettlementDeps, tx: Tx, payment: PaymentRow, now: number): undefined {
  const { agentId, credits, planKey } = payment;
  if (payment.fulfilledAt === null) return;
  if (credits !== null) deps.credits.takeBack(tx, { agentId, amount: credits });
  else if (planKey !== null && shortenPlan(tx, agentId, planKey, now)) {
    notePlan(deps, tx, payment, now, 'plan_ended');
  }
}

/** A period is over: the former tier, an audit row, and everybody is told. */
export function settleEndedPlan(
  deps: Pick<SettlementDeps, 'ids' | 'audit'>,
  tx: Tx,
  plan: AgentPlanRow,
  now: number,
): void {
  const { agentId } = plan;
  endPlan(tx, plan);
  const agent = findAgent(tx, agentId);
  if (!agent) return;
  const traceId = deps.ids.prefixed('tr');
  const { ownerId, tier } = agent;
  deps.audit.append(
    tx,
    {
      type: 'plan.ended',
      caller: systemCaller('billing', 'job', traceId),
      agentId,
      ownerId,
      subjectType: 'agent',
      subjectId: agentId,
      data: { plan: plan.tier, tier },
      ...(ownerId === null ? {} : { person: { id: ownerId } }),
    },
    now,
  );
  appendEvent(tx, { topic: 'payment.plan-ended', data: { agentId, ownerId }, traceId, now });
  noteAgentEvent(tx, deps.ids, { agentId, event: 'plan_ended', data: { tier }, traceId }, now);
}

function notePlan(
  deps: Pick<SettlementDeps, 'ids'>,
  tx: Tx,
  payment: PaymentRow,
  now: number,
  event: 'plan_changed' | 'plan_ended',
): void {
  const plan = findAgentPlan(tx, payment.agentId);
  note(deps, tx, payment, now, event, {
    order_id: payment.id,
    tier: findAgent(tx, payment.agentId)?.tier,
    ...(plan ? { ends_at: toOffsetIso(plan.endsAt) } : {}),
  });
}

function note(
  { ids }: Pick<SettlementDeps, 'ids'>,
  tx: Tx,
  { agentId }: PaymentRow,
  now: number,
  event: string,
  data: Readonly<Record<string, unknown>>,
): void {
  noteAgentEvent(tx, ids, { agentId, event, data, traceId: ids.prefixed('tr') }, now);
}

/** The audit row of it, and the event that windows follow. */
function tell(
  { ids, audit }: Pick<SettlementDeps, 'ids' | 'audit'>,
  tx: Tx,
  { id, agentId, buyerId }: PaymentRow,
  {
    type,
    data,
    now,
  }: { readonly type: string; readonly data: Readonly<Record<string, unknown>>; now: number },
): void {
  const traceId = ids.prefixed('tr');
  audit.append(
    tx,
    {
      type,
      caller: systemCaller('billing', 'job', traceId),
      agentId,
      ownerId: buyerId,
      subjectType: 'payment',
      subjectId: id,
      data,
      person: { id: buyerId },
    },
    now,
  );
  appendEvent(tx, { topic: type, data: { agentId, ownerId: buyerId, paymentId: id }, traceId, now });
}
