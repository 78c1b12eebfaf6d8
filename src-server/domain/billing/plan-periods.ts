import { PLAN_DAYS, planOf, type PlanKey } from '../../contract/nb/billing';
import type { Tx } from '../../db/open';
import { DAY } from '../../lib/clock';
import { findAgent, updateAgent } from '../agents/agents.repo';
import { deleteAgentPlan, findAgentPlan, saveAgentPlan, type AgentPlanRow } from './billing.repo';

const PERIOD_MS = PLAN_DAYS * DAY;

/** Gives an agent a plan for 30 days, or the one it has for 30 days more. What it had without a plan it falls back to. */
export function startPlan(tx: Tx, agentId: string, key: PlanKey, now: number): void {
  const tier = planOf(key).tier.id;
  const running = findAgentPlan(tx, agentId);
  const agent = findAgent(tx, agentId);
  if (!agent) throw new Error(`There is no agent ${agentId}`);
  const isMore = running?.tier === tier;
  saveAgentPlan(tx, {
    agentId,
    tier,
    formerTier: running?.formerTier ?? agent.tier,
    startedAt: isMore ? running.startedAt : now,
    endsAt: (isMore ? running.endsAt : now) + PERIOD_MS,
  });
  updateAgent(tx, agentId, { tier });
}

/** The period is over: back to the former tier, unless somebody set another one meanwhile. */
export function endPlan(tx: Tx, { agentId, tier, formerTier }: AgentPlanRow): void {
  deleteAgentPlan(tx, agentId);
  if (findAgent(tx, agentId)?.tier === tier) updateAgent(tx, agentId, { tier: formerTier });
}

/** Takes back the 30 days that were paid for; true when the plan ends by that. */
export function shortenPlan(tx: Tx, agentId: string, key: PlanKey, now: number): boolean {
  const running = findAgentPlan(tx, agentId);
  if (!running || running.tier !== planOf(key).tier.id) return false;
  const endsAt = running.endsAt - PERIOD_MS;
  if (endsAt > now) {
    saveAgentPlan(tx, { ...running, endsAt });
    return false;
  }
  endPlan(tx, running);
  return true;
}
