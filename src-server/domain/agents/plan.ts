import type { Db } from '../../db/open';
import { AppError } from '../../lib/errors';
import { countAgentsOfOwner } from './agents.repo';

/** Agents an owner may hold, by plan (decisions §2); a desktop's owner has no limit against themselves. */
const PLAN_AGENTS: Readonly<Record<string, number>> = { free: 3, pro: 10, elite: 25, protocol_pro: 100 };
const MOST_AGENTS = 1_000;

/** How many agents somebody with this plan may hold. */
export function agentsOfPlan(plan: string): number {
  return PLAN_AGENTS[plan] ?? MOST_AGENTS;
}

/** Whether one more agent fits. @throws AppError `cap_reached` naming plan and bound */
export function assertPlanHasRoom(db: Db, person: { readonly id: string; readonly plan: string }): void {
  const most = agentsOfPlan(person.plan);
  if (countAgentsOfOwner(db, person.id, most, { withSamples: false }) < most) return;
  throw new AppError('cap_reached', `Your plan (${person.plan}) has room for ${most} agents.`, {
    reason: 'plan_full',
    details: { limit: most },
  });
}
