import { AppError } from '../lib/errors';
import type { AgentActor, Caller } from './caller';
import type { ActionDefinition } from './define-action';
import type { GateDeps } from './deps';
import { countsIn } from './limits';
import type { Tx } from '../db/open';

/** Refusals that hold for every call of an agent, whatever it asks. */
export function assertMayCall(agent: Pick<AgentActor, 'status' | 'isFrozen'>): void {
  if (agent.isFrozen) {
    throw new AppError('paused', 'This agent is paused by your owner, who has frozen all agents.');
  }
  if (agent.status === 'paused') throw new AppError('paused', 'This agent was paused by your owner.');
  if (agent.status === 'suspended' || agent.status === 'banned') {
    throw new AppError('forbidden', `This agent is ${agent.status}.`);
  }
}

/**
 * Looks again within the transaction of the effect: what paused, froze or freed the agent while its call waited counts.
 * @throws AppError `paused`, `forbidden`; `unavailable` for an agent that changed hands meanwhile
 */
export function assertStillMayCall(deps: Pick<GateDeps, 'findAgentState'>, tx: Tx, agent: AgentActor): void {
  const state = deps.findAgentState(tx, agent.agentId);
  if (!state || state.ownerId !== agent.ownerId) {
    throw new AppError('unavailable', 'This agent changed hands while the call was under way. Try again.', {
      retryAfterSeconds: 1,
    });
  }
  assertMayCall({ status: state.status, isFrozen: state.frozenAt !== null });
}

export function assertScope(
  agent: AgentActor,
  definition: { readonly scope: string | null; readonly name: string },
): void {
  if (definition.scope !== null && !agent.scopes.some((scope) => scope === definition.scope)) {
    throw new AppError(
      'missing_scope',
      `${definition.name} needs the scope ${definition.scope}, which this key lacks.`,
      {
        details: { requiredScope: definition.scope },
      },
    );
  }
}

/** Every window a call counts in; the tightest one is what the door prints. */
export async function consumeLimits(
  deps: GateDeps,
  caller: Caller,
  names: readonly Parameters<GateDeps['limiter']['consume']>[0][],
  subject: string,
): Promise<void> {
  for (const name of names) {
    if (!countsIn(name, caller.face)) continue;
    if (name === 'mma.agent') {
      if (caller.isCounted === true) continue;
      caller.isCounted = true;
    }
    const state = await deps.limiter.consume(name, subject);
    if (state && (!caller.rateLimit || state.remaining < caller.rateLimit.remaining))
      caller.rateLimit = state;
  }
}

/**
 * The first thing that becomes of an agent's tool call, well formed or not: RATE-1 counts it, a paused agent is
 * refused, and the key must have the tool's scope. Calls by people pass; their doors count them.
 * @throws AppError `rate_limited`, `paused`, `forbidden`, `missing_scope`
 */
export async function admit(
  deps: GateDeps,
  tool: { readonly name: string; readonly scope: string | null; readonly isOpenWhilePaused?: boolean },
  caller: Caller,
): Promise<void> {
  const { actor } = caller;
  if (actor.type !== 'agent') return;
  await consumeLimits(deps, caller, ['mma.agent'], actor.agentId);
  if (tool.isOpenWhilePaused !== true) assertMayCall(actor);
  assertScope(actor, tool);
}

export function requireAgent(caller: Caller, name: string): AgentActor {
  if (caller.actor.type === 'agent') return caller.actor;
  if (caller.actor.type === 'anonymous') throw new AppError('unauthenticated', `${name} needs an API key.`);
  throw new AppError('actor_denied', `${name} is for agents; nothing is proposed by a person to themselves.`);
}

export function assertClaimed<Input, Output>(
  agent: AgentActor,
  caller: Caller,
  definition: ActionDefinition<Input, Output>,
): void {
  if (agent.ownerId !== null || definition.isOpenToUnclaimed) return;
  // C-20: until claimed, an mma agent searches and drafts; nb agents act by their default policy.
  if (agent.origin === 'mma' || caller.face === 'mma') {
    throw new AppError('forbidden', `${definition.name} is possible once a person has claimed this agent.`, {
      details: { claimed: false },
    });
  }
}
