import { finishJobByKey } from '../jobs/job';
import type { Db, Tx } from '../db/open';
import { SECOND } from '../lib/clock';
import { updateAction, type ActionRow } from './actions.repo';
import type { Caller } from './caller';
import { record, type GateDeps } from './deps';
import { EXECUTE_JOB, executionKey } from './execution-job';
import { KIND_TABLE } from './kinds';

/**
 * Grace (decisions §3): a decision made at a screen stands for some seconds before it is carried out, and until then
 * it can be taken back. It lives in the action's own row, so a crash loses neither the decision nor the undo:
 *
 *   pending → approved (run_at ahead) → executed       pending → rejected (run_at set) → rejected (run_at null)
 *                │                                                  │
 *                └── undo, pause, freeze, revision, withdrawal ─────┴──→ pending
 *
 * The execution job settles both. A decision counts from the moment it was made: an approval in grace runs although
 * the proposal's time is over meanwhile; one that is taken back after that expires at once.
 */

/** What irreversible kinds keep, whatever their owner set. */
export const IRREVERSIBLE_GRACE_MS = 5 * SECOND;

/** How long a decision on this action can be taken back. What is decided over the API runs at once. */
export function graceMsFor(
  deps: Pick<GateDeps, 'graceMsOf'>,
  db: Db,
  action: Pick<ActionRow, 'kind' | 'ownerId'>,
  channel: string,
): number {
  if (channel === 'api' || action.ownerId === null) return 0;
  const wanted = deps.graceMsOf(db, action.ownerId);
  return KIND_TABLE[action.kind].risk === 'irreversible' ? Math.max(IRREVERSIBLE_GRACE_MS, wanted) : wanted;
}

type Decided = Pick<ActionRow, 'status' | 'runAt'>;

/** Decided, and not carried out yet: to its agent it still waits. */
export function isUnsettled({ status, runAt }: Decided): boolean {
  return runAt !== null && (status === 'approved' || status === 'rejected');
}

/** Decided, and the decision can still be taken back. */
export function isInGrace(action: Decided, now: number): boolean {
  return isUnsettled(action) && action.runAt !== null && action.runAt > now;
}

/** Why a decision does not stand any more. */
export type VoidReason = 'undo' | 'paused' | 'frozen' | 'revised' | 'withdrawn' | 'released' | 'refused';

/**
 * Takes an unsettled decision off its action, which waits again; decision and reading stay as history. What it answers
 * is the action as it is now.
 */
export function voidDecision(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  caller: Caller,
  reason: VoidReason,
  now: number,
): ActionRow {
  finishJobByKey(tx, EXECUTE_JOB, executionKey(action), now);
  const change = {
    status: 'pending' as const,
    updatedAt: now,
    decidedAt: null,
    decisionId: null,
    runAt: null,
    expiresAt: action.expiresAt,
  };
  updateAction(tx, action.id, change);
  record(
    deps,
    tx,
    {
      type: 'action.undecided',
      caller,
      action,
      data: { version: action.version, hash: action.hash, decision: action.decisionId, reason },
      personId: null,
    },
    now,
  );
  return { ...action, ...change, snoozedUntil: null };
}
