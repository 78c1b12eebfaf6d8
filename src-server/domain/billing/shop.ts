import type { PlanRefusal, TopUpRefusal } from '../../contract/console/billing';
import { isHigher, planOf, type PlanKey } from '../../contract/nb/billing';
import type { Tier } from '../../contract/nb/costs';
import type { Db } from '../../db/open';
import { AppError, notFound } from '../../lib/errors';
import { findAgent } from '../agents/agents.repo';
import { findHolder } from '../credits/credits.repo';
import { tierOfHolder } from '../credits/credits.service';
import { findAgentPlan, type AgentPlanRow } from './billing.repo';

/** What decides what may be bought for an agent. */
export interface Customer {
  readonly tier: Tier;
  readonly plan: AgentPlanRow | undefined;
  readonly isSample: boolean;
}

/** @throws AppError `not_found` */
export function getCustomer(db: Db, agentId: string): Customer {
  const [agent, holder] = [findAgent(db, agentId), findHolder(db, agentId)];
  if (!agent || !holder) throw notFound('agent');
  return { tier: tierOfHolder(holder), plan: findAgentPlan(db, agentId), isSample: agent.isSample };
}

export function topUpRefusalOf({ tier, isSample }: Customer): TopUpRefusal {
  if (isSample) return 'sample';
  if (tier.creditsMonth === null) return 'no_limit';
  return tier.canTopUp ? null : 'tier';
}

/** A plan is for a tier above, or for more time of the one that runs. */
export function planRefusalOf({ tier, plan, isSample }: Customer, key: PlanKey): PlanRefusal {
  const wanted = planOf(key).tier.id;
  if (isSample) return 'sample';
  if (tier.creditsMonth === null) return 'no_limit';
  if (isHigher(tier.id, wanted)) return 'tier_higher';
  return tier.id === wanted && plan?.tier !== wanted ? 'tier_set' : null;
}

/** @throws AppError `validation`, as the document has it for what a tier does not allow; `invalid_transition` */
export function assertMayTopUp(db: Db, agentId: string): void {
  const customer = getCustomer(db, agentId);
  const refusal = topUpRefusalOf(customer);
  if (refusal === null) return;
  throw refusal === 'tier'
    ? new AppError(
        'validation',
        `Top-ups are for Pro, Elite and Protocol Pro; this agent is on ${customer.tier.label}. Upgrade it first.`,
        { details: { tier: customer.tier.id, can_purchase: false } },
      )
    : refusedAtAll(refusal);
}

/** @throws AppError `invalid_transition` */
export function assertMayHavePlan(db: Db, agentId: string, key: PlanKey): void {
  const customer = getCustomer(db, agentId);
  const refusal = planRefusalOf(customer, key);
  if (refusal === null) return;
  const { label } = customer.tier;
  if (refusal === 'no_limit' || refusal === 'sample') throw refusedAtAll(refusal);
  throw new AppError(
    'invalid_transition',
    refusal === 'tier_higher'
      ? `This agent is on ${label}, which gives more. A smaller plan can follow when that ends.`
      : `This agent is on ${label} already, without an end.`,
    { reason: 'plan_not_now' },
  );
}

function refusedAtAll(refusal: 'no_limit' | 'sample'): AppError {
  const why =
    refusal === 'no_limit'
      ? 'This agent’s credits have no limit: there is nothing to buy.'
      : 'Nothing can be bought for a sample agent.';
  return new AppError('invalid_transition', why, { reason: 'nothing_to_buy' });
}
