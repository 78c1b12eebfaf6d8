import type { Tx } from '../db/open';
import { listByAgentAndStatus, listExpired, listUnsettledRejections, updateAction } from './actions.repo';
import { systemCaller, type Caller } from './caller';
import { pruneDailyCounts } from './daily-counts';
import type { GateDeps } from './deps';
import { pruneEvents } from './events';
import { pruneAnswers } from './idempotency';
import { closeAction } from './closing';
import { pruneJobs } from '../jobs/job';
import { DAY } from '../lib/clock';
import { isUnsettled, voidDecision, type VoidReason } from './grace';
import { PENDING_PER_AGENT, PENDING_PER_OWNER } from './limits';

const SWEEP_BATCH = 100;
const OUTBOX_KEPT_MS = 7 * DAY;

/** Ends what nobody decided in time: silence is no. Returns how many there were. */
export function expireOverdue(deps: GateDeps): number {
  let total = 0;
  for (;;) {
    const ended = deps.writer.transaction((tx) => {
      const now = deps.clock.now();
      const overdue = listExpired(tx, now, SWEEP_BATCH);
      for (const action of overdue) {
        closeAction(deps, tx, action, {
          status: 'expired',
          type: 'action.expired',
          caller: systemCaller('expiry', 'job', action.traceId),
          now,
        });
      }
      return overdue.length;
    });
    if (ended === 0) return total;
    total += ended;
    deps.afterCommit();
  }
}

/** Forgets what has served its time: answers, counts, relayed events, finished jobs. */
export function prune(deps: GateDeps): void {
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    pruneAnswers(tx, now);
    pruneDailyCounts(tx, now);
    pruneEvents(tx, now - OUTBOX_KEPT_MS);
    pruneJobs(tx, now - OUTBOX_KEPT_MS);
  });
}

/** What an unclaimed agent proposed enters its new owner's Inbox, and its time starts now (decisions §3). */
export function adoptProposals(
  deps: GateDeps,
  tx: Tx,
  agentId: string,
  ownerId: string,
  now: number,
): number {
  const waiting = listByAgentAndStatus(tx, agentId, 'pending', PENDING_PER_AGENT);
  const expiresAt = now + deps.expiryMsOf(tx, ownerId);
  for (const action of waiting) {
    updateAction(tx, action.id, { status: 'pending', ownerId, expiresAt, updatedAt: now });
  }
  return waiting.length;
}

/** Unbinding, disowning, banning: what waits, decided or not, is cancelled and its credits are released. */
export function cancelPending(deps: GateDeps, tx: Tx, agentId: string, caller: Caller, now: number): number {
  stopUnsettled(deps, tx, agentId, caller, now, 'released');
  let cancelled = 0;
  for (;;) {
    const waiting = listByAgentAndStatus(tx, agentId, 'pending', SWEEP_BATCH);
    for (const action of waiting) {
      closeAction(deps, tx, action, { status: 'cancelled', type: 'action.cancelled', caller, now });
    }
    cancelled += waiting.length;
    if (waiting.length < SWEEP_BATCH) return cancelled;
  }
}

/** Why decisions are stopped on their way: a pause, a freeze, or the agent leaves its owner. */
export type StopReason = Extract<VoidReason, 'paused' | 'frozen' | 'released'>;

/** Pause and freeze stop what was decided and not carried out: it waits again. Answers how many there were. */
export function stopGrace(
  deps: GateDeps,
  tx: Tx,
  agentId: string,
  caller: Caller,
  now: number,
  reason: StopReason = 'released',
): number {
  return stopUnsettled(deps, tx, agentId, caller, now, reason);
}

function stopUnsettled(
  deps: GateDeps,
  tx: Tx,
  agentId: string,
  caller: Caller,
  now: number,
  reason: VoidReason,
): number {
  const ownerId = deps.findAgentState(tx, agentId)?.ownerId ?? null;
  const unsettled = [
    ...listByAgentAndStatus(tx, agentId, 'approved', PENDING_PER_OWNER),
    ...(ownerId === null ? [] : listUnsettledRejections(tx, { ownerId, agentId }, now)),
  ].filter(isUnsettled);
  for (const action of unsettled) voidDecision(deps, tx, action, caller, reason, now);
  return unsettled.length;
}
