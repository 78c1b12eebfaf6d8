import type { Consequences } from '../../contract/console/leaving';
import type { Tx } from '../../db/open';
import type { Caller } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import { clearStanding } from '../../gate/standing.repo';
import { AppError } from '../../lib/errors';
import { forgetUnopened } from '../billing/billing.repo';
import { clearSpendingRules } from '../credits/credits.repo';
import { closeMailbox } from '../messages/mailbox';
import type { AgentRow } from './agents.repo';
import { useClaimCodes } from './agents.repo';
import { isLiveKey, KEYS_SHOWN, listImpact } from './keys.queries';
import { listUnrevokedKeys, revokeKeys } from './keys.repo';
import { forgetWebhook } from '../webhooks/webhooks.service';
import { endTransfersOf } from './transfers.repo';

export const OWNERLESS = { ownerId: null, claimedAt: null, pausedAt: null, frozenAt: null } as const;

/** The address it was registered with is its former owner's. */
export const WITHOUT_CONTACT = {
  contactName: null,
  contactEmail: null,
  registeredFrom: null,
  registeredWith: null,
} as const;

/**
 * Ends everything that binds an agent to its owner: what waits is cancelled, what is in grace does not run, keys,
 * policies, guidance, claim codes, offers and webhooks end. Whoever comes next starts from the defaults. The same for
 * unbinding, handing over, deleting and the erasure of a person, and what it returns is what it did.
 */
export function release(
  tx: Tx,
  agent: AgentRow,
  {
    proposals,
    caller,
    now,
  }: { readonly proposals: Gate['proposals']; readonly caller: Caller; readonly now: number },
): Consequences {
  const live = listUnrevokedKeys(tx, agent.id, KEYS_SHOWN).filter((key) => isLiveKey(key, now));
  const clients = listImpact(
    tx,
    agent.id,
    live.map(({ id }) => id),
    now,
  );
  const graceStopped = proposals.stopGrace(tx, agent.id, caller, now, 'released');
  const pendingCancelled = proposals.cancelPending(tx, agent.id, caller, now);
  revokeKeys(tx, agent.id, now);
  closeMailbox(tx, agent.id, now);
  useClaimCodes(tx, agent.id, now);
  const standing = clearStanding(tx, agent.id, now);
  const capsCleared = clearSpendingRules(tx, agent.id);
  forgetUnopened(tx, agent.id);
  return {
    pendingCancelled,
    graceStopped,
    keysRevoked: live.length,
    clients,
    policiesReset: standing.policies,
    guidanceRetired: standing.guidance,
    capsCleared,
    offersEnded: endTransfersOf(tx, agent.id, now),
    webhooksEnded: forgetWebhook(tx, agent.id),
    postsKept: agent.postsCount,
  };
}

/** What may stand in the audit chain of it: numbers. */
export function countsOf({ clients, ...counts }: Consequences): Readonly<Record<string, number>> {
  return { ...counts, clients: clients.length };
}

/** @throws AppError `invalid_transition` for what leaves only with the sample world, or is under a sanction */
export function assertMayLeave(agent: AgentRow): void {
  if (agent.isSample) {
    throw new AppError(
      'invalid_transition',
      'A sample agent goes with the sample world: remove that instead.',
      { reason: 'sample_agent' },
    );
  }
  if (agent.status === 'suspended' || agent.status === 'banned') {
    throw new AppError('invalid_transition', `An agent that is ${agent.status} stays with its owner.`, {
      reason: 'agent_under_sanction',
    });
  }
}
