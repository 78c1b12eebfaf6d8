import type { ActionStatus, RejectReason } from '../contract/common';
import { AppError, isAppError } from '../lib/errors';
import { findAction } from './actions.repo';
import type { Caller } from './caller';
import { decide, requireDecider, type Seen } from './decide';
import type { GateDeps } from './deps';

export interface BulkDecision {
  readonly verdict: 'approve' | 'reject';
  readonly items: readonly Seen[];
  readonly reasonCode?: RejectReason | undefined;
  readonly note?: string | undefined;
  /** `window` or `browser`; recorded as `bulk-window` or `bulk-browser`. */
  readonly channel: string;
}

export interface BulkResult {
  readonly id: string;
  readonly ok: boolean;
  readonly code: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly status: ActionStatus | null;
}

/**
 * Decides on several reversible proposals that were all read in exactly this version, each in a transaction of its
 * own, with grace as for a single one. What is refused says why and stays as it was; the rest goes on.
 * @throws AppError `validation` where one is named twice, `actor_denied`
 */
export function decideBulk(
  deps: GateDeps,
  { verdict, items, reasonCode, note, channel }: BulkDecision,
  caller: Caller,
): readonly BulkResult[] {
  const user = requireDecider(caller);
  const seenAt = new Set<string>();
  for (const [at, { actionId }] of items.entries()) {
    if (seenAt.has(actionId)) {
      const path = `items.${at}.id`;
      throw new AppError('validation', `${path}: is named twice.`, {
        fields: [{ path, message: 'is named twice' }],
      });
    }
    seenAt.add(actionId);
  }
  return items.map((seen) => {
    try {
      const decision = { ...seen, verdict, reasonCode, note, channel: `bulk-${channel}`, isBulk: true };
      const { status } = decide(deps, decision, caller);
      return { id: seen.actionId, ok: true, code: null, reason: null, detail: null, status };
    } catch (error) {
      // What went before stands, so the answer must come whatever happens to one of them.
      if (!isAppError(error)) deps.log.error({ err: error, actionId: seen.actionId }, 'bulk decision failed');
      const action = findAction(deps.reader, seen.actionId);
      return {
        id: seen.actionId,
        ok: false,
        code: isAppError(error) ? error.code : 'internal',
        reason: isAppError(error) ? (error.reason ?? null) : null,
        detail: isAppError(error) ? error.message : 'Something went wrong here; look at this one by itself.',
        status: action?.ownerId === user.userId ? action.status : null,
      };
    }
  });
}
