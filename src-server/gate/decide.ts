import type { RejectReason } from '../contract/common';
import { AppError, notFound } from '../lib/errors';
import type { Db, Tx } from '../db/open';
import {
  findAction,
  findDecision,
  findRead,
  findVersion,
  insertDecision,
  updateAction,
  upsertRead,
  type ActionRow,
  type DecisionRow,
} from './actions.repo';
import type { Caller, UserActor } from './caller';
import { record, type GateDeps } from './deps';
import { decisionMac, settleIn } from './execute';
import { enqueueExecution } from './execution-job';
import { graceMsFor } from './grace';
import { guideBeside } from './guidance';
import type { InTransaction } from './idempotency';
import { KIND_TABLE } from './kinds';
import { getPayload } from './payload';
import { closeAction } from './closing';
import { isOverdue } from './steps';

/** What the person looked at. */
export interface Seen {
  readonly actionId: string;
  readonly version: number;
  readonly hash: string;
}

export interface Decision extends Seen {
  readonly verdict: 'approve' | 'reject';
  readonly reasonCode?: RejectReason | undefined;
  /** At most 500 characters, for the agent. */
  readonly note?: string | undefined;
  /** "Always do this": what the agent is to keep to for this kind from now on, at most 500 characters. */
  readonly guidance?: string | undefined;
  /** `window`, `browser`, `api`; with `bulk-` before it where several were decided at once. */
  readonly channel: string;
  /** One of several: reversible kinds alone, and nothing that this person did not read, to reject it either. */
  readonly isBulk?: boolean | undefined;
}

/**
 * The one test of who decides: a person whose session says so. No agent's credential makes a `user` actor, and on
 * the desktop only the private socket sets `mayDecide` (decisions §0).
 */
export function requireDecider(caller: Caller): UserActor {
  if (caller.actor.type === 'anonymous') throw new AppError('unauthenticated', 'Sign in to decide.');
  if (caller.actor.type !== 'user') {
    throw new AppError('actor_denied', 'Agents never decide: a person does, in the Countersign window.');
  }
  if (!caller.actor.mayDecide)
    throw new AppError('actor_denied', 'Decide in the Countersign window.', { reason: 'window_only' });
  return caller.actor;
}

export function findOwn(tx: Tx, actionId: string, user: UserActor): ActionRow {
  const action = findAction(tx, actionId);
  if (!action || action.ownerId !== user.userId) throw notFound('proposal');
  return action;
}

/**
 * Records that the whole payload of a version was in the visible, focused view (`window`), or in a notification that
 * showed it whole (`notification`). Not a decision, not an action.
 */
export function markRead(
  deps: GateDeps,
  seen: Seen & { readonly channel?: string },
  caller: Caller,
  inTransaction?: InTransaction<void>,
): void {
  const user = requireDecider(caller);
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    const action = findOwn(tx, seen.actionId, user);
    const stored = findVersion(tx, seen.actionId, seen.version);
    if (!stored) throw notFound('version');
    if (stored.hash !== seen.hash) throw staleVersion(action);
    if (!findRead(tx, action.id, seen.version, user.userId)) {
      writeRead(deps, tx, action, seen, user, seen.channel ?? 'window', caller, now);
    }
    inTransaction?.(tx, undefined, now);
  });
  deps.afterCommit();
}

export function writeRead(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  seen: Pick<Seen, 'version' | 'hash'>,
  user: UserActor,
  channel: string,
  caller: Caller,
  now: number,
): void {
  upsertRead(tx, {
    actionId: action.id,
    version: seen.version,
    hash: seen.hash,
    userId: user.userId,
    channel,
    readAt: now,
  });
  record(
    deps,
    tx,
    {
      type: 'action.read',
      caller,
      action,
      data: { version: seen.version, hash: seen.hash, channel },
      personId: null,
    },
    now,
  );
}

export function staleVersion(action: ActionRow): AppError {
  return new AppError(
    'stale_version',
    'This proposal changed since you looked at it. Look at the new version and decide on that.',
    {
      details: { version: action.version, hash: action.hash },
    },
  );
}

export function alreadyDecided(tx: Tx, action: ActionRow): AppError {
  const decision = action.decisionId === null ? undefined : findDecision(tx, action.decisionId);
  return new AppError('already_decided', `This proposal is ${action.status} already.`, {
    details: {
      status: action.status,
      ...(decision
        ? {
            verdict: decision.verdict,
            decidedAt: new Date(decision.decidedAt).toISOString(),
            channel: decision.channel,
          }
        : {}),
    },
  });
}

/**
 * Takes a decision on exactly the bytes that were shown, durably. Where there is no grace it is carried out in
 * the same transaction, so that decision, effect and the answer to repeats stand or fall together.
 * @throws AppError `stale_version` (audited), `already_decided`, `not_read`, `not_found`, `actor_denied`
 */
export function decide(
  deps: GateDeps,
  decision: Decision,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  const refusal = deps.writer.transaction(
    (tx): AppError | undefined => {
      const now = deps.clock.now();
      const action = findOwn(tx, decision.actionId, user);
      if (action.status !== 'pending') return alreadyDecided(tx, action);
      if (action.version !== decision.version || action.hash !== decision.hash) {
        record(
          deps,
          tx,
          {
            type: 'action.stale-decision',
            caller,
            action,
            data: {
              verdict: decision.verdict,
              decidedVersion: decision.version,
              decidedHash: decision.hash,
              version: action.version,
              hash: action.hash,
            },
            personId: user.userId,
          },
          now,
        );
        return staleVersion(action);
      }
      if (isOverdue(action, now)) {
        closeAction(deps, tx, action, { status: 'expired', type: 'action.expired', caller, now });
        return new AppError('gone', 'This proposal expired; silence counted as no.', {
          reason: 'proposal_expired',
        });
      }
      if (decision.isBulk === true && KIND_TABLE[action.kind].risk !== 'reversible') {
        return new AppError('not_reversible', 'This can’t be taken back later: decide on it by itself.');
      }
      const isRead = findRead(tx, action.id, action.version, user.userId)?.hash === action.hash;
      if (!isRead && (decision.verdict === 'approve' || decision.isBulk === true)) {
        if (decision.channel !== 'api') {
          return new AppError(
            'not_read',
            'The end of this text was not shown yet. Read it to the end, then decide.',
          );
        }
        // Over the API, naming the hash is the reading: the caller can only have it from the payload.
        writeRead(deps, tx, action, action, user, 'api', caller, now);
      }
      if (decision.verdict === 'approve') assertThawed(deps, tx, action);
      const stored = findVersion(tx, action.id, action.version);
      if (decision.verdict === 'approve' && stored) getPayload(stored);
      settle(deps, tx, action, decision, user, caller, now);
      if (decision.guidance?.trim()) {
        const owned = { ...action, ownerId: user.userId };
        guideBeside(deps, tx, owned, decision.guidance, caller, now);
      }
      settleIn(deps, tx, action.id, now);
      inTransaction?.(tx, getAction(tx, action.id), now);
      return undefined;
    },
    { isDurable: true },
  );
  deps.afterCommit();
  if (refusal) throw refusal;
  return getAction(deps.reader, decision.actionId);
}

/** Nothing of a frozen agent runs, its owner's yes included. @throws AppError `invalid_transition` */
export function assertThawed(deps: GateDeps, tx: Tx, action: ActionRow): void {
  if (!deps.findAgentState(tx, action.agentId)?.frozenAt) return;
  throw new AppError('invalid_transition', 'All your agents are frozen. Thaw them, then approve.', {
    reason: 'agents_frozen',
  });
}

function settle(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  decision: Decision,
  user: UserActor,
  caller: Caller,
  now: number,
): void {
  const unsigned: Omit<DecisionRow, 'mac'> = {
    id: deps.ids.prefixed('dec'),
    actionId: action.id,
    version: action.version,
    hash: action.hash,
    verdict: decision.verdict,
    deciderId: user.userId,
    channel: decision.channel,
    reasonCode: decision.reasonCode ?? null,
    note: decision.note?.trim() ? decision.note : null,
    decidedAt: now,
  };
  insertDecision(tx, { ...unsigned, mac: decisionMac(deps, unsigned) });
  const data = {
    verdict: decision.verdict,
    decision: unsigned.id,
    reason: unsigned.reasonCode,
    channel: decision.channel,
  };
  const personData = unsigned.note === null ? {} : { note: unsigned.note };
  const graceMs = graceMsFor(deps, tx, action, decision.channel);
  if (decision.verdict === 'reject' && graceMs === 0) {
    closeAction(deps, tx, action, {
      status: 'rejected',
      type: 'action.rejected',
      caller,
      now,
      decisionId: unsigned.id,
      data,
      personData,
    });
    return;
  }
  const runAt = now + graceMs;
  updateAction(tx, action.id, {
    status: decision.verdict === 'approve' ? 'approved' : 'rejected',
    updatedAt: now,
    decidedAt: now,
    decisionId: unsigned.id,
    runAt,
    expiresAt: action.expiresAt,
  });
  enqueueExecution(deps, tx, { ...action, decisionId: unsigned.id }, runAt, now);
  record(
    deps,
    tx,
    {
      // `action.rejected` is what agents are told; that comes when grace is over.
      type: decision.verdict === 'approve' ? 'action.approved' : 'action.declined',
      caller,
      action,
      data: { version: action.version, hash: action.hash, runAt, ...data },
      personId: user.userId,
      personData,
    },
    now,
  );
}

/** @throws AppError `not_found` */
export function getAction(db: Db, actionId: string): ActionRow {
  const action = findAction(db, actionId);
  if (!action) throw notFound('proposal');
  return action;
}
