import type { Tx } from '../db/open';
import { listByAgentAndStatus, listExpired, updateAction } from './actions.repo';
import { systemCaller, type Caller } from './caller';
import { pruneDailyCounts } from './daily-counts';
import { record, type GateDeps } from './deps';
import { pruneEvents } from './events';
import { pruneAnswers } from './idempotency';
import { closeAction } from './closing';
import { pruneJobs } from '../jobs/job';
import { DAY } from '../lib/clock';
import { PENDING_PER_AGENT } from './limits';

const SWEEP_BATCH = 100;
const OUTBOX_KEPT_MS = 7 * DAY;

/** Ends what nobody decided in time: silence is no. Returns how many there were. */
export function expireOverdue(deps: GateDeps): number {
  let total = 0;
  for (;;) {
    const now = deps.clock.now();
    const overdue = listExpired(deps.reader, now, SWEEP_BATCH);
    if (overdue.length === 0) return total;
    deps.writer.transaction((tx) => {
      for (const action of overdue) {
        closeAction(deps, tx, action, {
          status: 'expired',
          type: 'action.expired',
          caller: systemCaller('expiry', 'job', action.traceId),
          now,
        });
      }
    });
    total += overdue.length;
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

/** Unbinding, disowning, banning: what waits is cancelled and its credits are released. */
export function cancelPending(deps: GateDeps, tx: Tx, agentId: string, caller: Caller, now: number): number {
  const waiting = listByAgentAndStatus(tx, agentId, 'pending', PENDING_PER_AGENT);
  for (const action of waiting) {
    closeAction(deps, tx, action, { status: 'cancelled', type: 'action.cancelled', caller, now });
  }
  return waiting.length;
}

/** Pause and freeze stop what is in grace: approved, not yet run, back to pending. */
export function stopGrace(deps: GateDeps, tx: Tx, agentId: string, caller: Caller, now: number): number {
  const approved = listByAgentAndStatus(tx, agentId, 'approved', PENDING_PER_AGENT).filter(
    ({ runAt }) => runAt !== null && runAt > now,
  );
  for (const action of approved) {
    updateAction(tx, action.id, {
      status: 'pending',
      updatedAt: now,
      decidedAt: null,
      decisionId: null,
      runAt: null,
      expiresAt: action.expiresAt,
    });
    record(
      deps,
      tx,
      {
        type: 'action.undecided',
        caller,
        action,
        data: { version: action.version, hash: action.hash, reason: 'paused' },
        personId: null,
      },
      now,
    );
  }
  return approved.length;
}
