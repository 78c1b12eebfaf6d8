import type { Tx } from '../db/open';
import { DAY } from '../lib/clock';
import { AppError } from '../lib/errors';
import { findVersion, updateAction, type ActionRow } from './actions.repo';
import type { Caller, UserActor } from './caller';
import { assertThawed, findOwn, getAction, requireDecider } from './decide';
import { definitionOf, record, type GateDeps } from './deps';
import { closeAction } from './closing';
import { assertFailed, settleIn } from './execute';
import { enqueueExecution } from './execution-job';
import { isInGrace, voidDecision } from './grace';
import { unguideBeside } from './guidance';
import type { InTransaction } from './idempotency';
import { KIND_TABLE } from './kinds';
import { getPayload } from './payload';
import { contextOf } from './action-context';
import { isOverdue, reserveFor } from './steps';

/** How long a failed effect can be run again (decisions §3). */
export const RETRY_WINDOW_MS = DAY;

/** How long after it ran an undone action gives its credits back; after that it was public for what it cost. */
export const REFUND_WINDOW_MS = DAY;

/** Runs a failed effect again on the same decision. @throws AppError `invalid_transition`, `gone` after 24 hours */
export function retry(
  deps: GateDeps,
  actionId: string,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      const action = findOwn(tx, actionId, user);
      assertFailed(action);
      assertThawed(deps, tx, action);
      if (action.decidedAt === null || action.decidedAt + RETRY_WINDOW_MS < now) {
        throw new AppError('gone', 'A failed action can be run again for 24 hours after the decision.', {
          reason: 'retry_over',
        });
      }
      const reservationId = reserveFor(deps, tx, definitionOf(deps, action.actionName), action);
      updateAction(tx, actionId, { status: 'approved', reservationId, updatedAt: now, runAt: now });
      enqueueExecution(deps, tx, action, now, now);
      record(
        deps,
        tx,
        {
          type: 'action.retried',
          caller,
          action,
          data: { version: action.version, hash: action.hash },
          personId: user.userId,
        },
        now,
      );
      settleIn(deps, tx, actionId, now);
      inTransaction?.(tx, getAction(tx, actionId), now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return getAction(deps.reader, actionId);
}

/**
 * Takes a decision back that is still in grace, so that the proposal waits again; or undoes an executed reversible
 * action. A proposal whose time is over meanwhile expires.
 * @throws AppError `invalid_transition` where grace is over or the kind can't be undone
 */
export function undo(
  deps: GateDeps,
  actionId: string,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      undoIn(deps, tx, actionId, { user, caller, now });
      inTransaction?.(tx, getAction(tx, actionId), now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return getAction(deps.reader, actionId);
}

function undoIn(
  deps: GateDeps,
  tx: Tx,
  actionId: string,
  { user, caller, now }: { readonly user: UserActor; readonly caller: Caller; readonly now: number },
): void {
  const action = findOwn(tx, actionId, user);
  if (isInGrace(action, now)) {
    unguideBeside(deps, tx, action, caller, now);
    const open = voidDecision(deps, tx, action, caller, 'undo', now);
    if (isOverdue(open, now)) {
      closeAction(deps, tx, open, { status: 'expired', type: 'action.expired', caller, now });
    }
    return;
  }
  const definition = definitionOf(deps, action.actionName);
  const stored = findVersion(tx, actionId, action.version);
  if (action.status !== 'executed' || !KIND_TABLE[action.kind].canUndo || !definition.undo || !stored) {
    throw new AppError('invalid_transition', 'This action cannot be undone.', { reason: 'not_undoable' });
  }
  if (action.isUndone) return;
  const payload = getPayload(stored);
  definition.undo(
    tx,
    contextOf(deps, tx, action, payload.input, payload.targets, now),
    action.result === null ? null : JSON.parse(action.result),
  );
  updateAction(tx, actionId, { status: 'executed', updatedAt: now, isUndone: true });
  if (action.executedAt !== null && now - action.executedAt <= REFUND_WINDOW_MS) {
    deps.credits.refund(tx, action);
  }
  record(
    deps,
    tx,
    {
      type: 'action.undone',
      caller,
      action,
      data: { version: action.version, hash: action.hash },
      personId: user.userId,
    },
    now,
  );
}
