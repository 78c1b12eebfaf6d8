import type { ActionStatus } from '../contract/common';
import type { Tx } from '../db/open';
import { AppError, notFound } from '../lib/errors';
import { findAction, findVersion, updateAction, type ActionRow } from './actions.repo';
import { assertMayCall, requireAgent } from './admission';
import type { Caller } from './caller';
import { contextOf } from './action-context';
import { isInGrace, voidDecision } from './grace';
import { definitionOf, record, type GateDeps } from './deps';
import type { InTransaction } from './idempotency';
import { tryOpenPayload } from './payload';

/**
 * The agent takes a proposal back that waits, or whose decision is still in grace; only its own.
 * @throws AppError `not_found`, `invalid_transition`
 */
export function withdraw(
  deps: GateDeps,
  actionId: string,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const agent = requireAgent(caller, 'proposals.withdraw');
  assertMayCall(agent);
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    const action = findAction(tx, actionId);
    if (!action || action.agentId !== agent.agentId) throw notFound('proposal');
    if (action.status !== 'withdrawn') {
      const isDecided = isInGrace(action, now);
      if (action.status !== 'pending' && !isDecided) {
        throw new AppError('invalid_transition', `A proposal that is ${action.status} can't be withdrawn.`, {
          details: { status: action.status },
        });
      }
      const open = isDecided ? voidDecision(deps, tx, action, caller, 'withdrawn', now) : action;
      closeAction(deps, tx, open, { status: 'withdrawn', type: 'action.withdrawn', caller, now });
    }
    inTransaction?.(tx, findAction(tx, actionId) ?? action, now);
  });
  deps.afterCommit();
  const after = findAction(deps.reader, actionId);
  if (!after) throw notFound('proposal');
  return after;
}

/** Ends a pending action without an effect: releases its credits and closes its visible form. */
export function closeAction(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  end: {
    readonly status: Extract<ActionStatus, 'rejected' | 'expired' | 'withdrawn' | 'cancelled'>;
    readonly type: string;
    readonly caller: Caller;
    readonly now: number;
    readonly decisionId?: string;
    /** When it was decided, where that was before now. */
    readonly decidedAt?: number | null;
    readonly data?: Readonly<Record<string, unknown>>;
    readonly personData?: Readonly<Record<string, unknown>>;
  },
): void {
  const { now } = end;
  if (action.reservationId) deps.credits.release(tx, action.reservationId);
  updateAction(tx, action.id, {
    status: end.status,
    updatedAt: now,
    decidedAt: end.decidedAt ?? now,
    runAt: null,
    reservationId: null,
    ...(end.decisionId === undefined ? {} : { decisionId: end.decisionId }),
  });
  const stored = findVersion(tx, action.id, action.version);
  const payload = stored && tryOpenPayload(stored);
  if (payload) {
    definitionOf(deps, action.actionName).onClose?.(
      tx,
      contextOf(deps, tx, action, payload.input, payload.targets, now),
      end.status,
    );
  }
  record(
    deps,
    tx,
    {
      type: end.type,
      caller: end.caller,
      action,
      data: { version: action.version, hash: action.hash, ...end.data },
      personId: action.ownerId,
      ...(end.personData ? { personData: end.personData } : {}),
    },
    now,
  );
}
