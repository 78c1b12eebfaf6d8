import type { Db } from '../../db/open';
import { AppError } from '../../lib/errors';
import { countAgentsOfOwner } from './agents.repo';

/** Agents an owner may hold, by plan (decisions §2); a desktop's owner has no limit against themselves. */
const PLAN_AGENTS: Readonly<Record<string, number>> = { free: 3, pro: 10, elite: 25, protocol_pro: 100 };
const MOST_AGENTS = 1_000;

/** Whether one more agent fits. @throws AppError `cap_reached` naming plan and bound */
export function assertPlanHasRoom(db: Db, person: { readonly id: string; readonly plan: string }): void {
  const most = PLAN_AGENTS[person.plan] ?? MOST_AGENTS;
  if (countAgentsOfOwner(db, person.id, most, { withSamples: false }) < most) return;
  throw new AppError('cap_reached', `Your plan (${person.plan}) has room for ${most} agents.`, {
    reason: 'plan_full',
    details: { limit: most },
  });
}
