import type { ProblemReason } from '../contract/console/problem';
import type { Tx } from '../db/open';
import { enqueue } from '../jobs/job';
import { DAY, toIso } from '../lib/clock';
import { AppError } from '../lib/errors';
import { listSnoozedDue, updateAction, type ActionRow } from './actions.repo';
import { systemCaller, type Caller } from './caller';
import { alreadyDecided, findOwn, getAction, requireDecider } from './decide';
import { record, type GateDeps } from './deps';
import type { InTransaction } from './idempotency';
import { isOverdue } from './steps';

/** Brings back what was put off, when its time has come; the minute's sweep brings what a lost job left. */
export const WAKE_JOB = 'action.wake';
/** The longest that a proposal can be put off. */
export const SNOOZE_MAX_MS = 30 * DAY;
const WAKE_BATCH = 100;

/**
 * Takes a pending proposal out of sight until then. Its expiry does not move (decisions §3).
 * @throws AppError `validation` naming `until` and its bound, `already_decided`, `gone`
 */
export function snooze(
  deps: GateDeps,
  { actionId, until }: { readonly actionId: string; readonly until: number },
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    const action = findOwn(tx, actionId, user);
    if (action.status !== 'pending') throw alreadyDecided(tx, action);
    if (isOverdue(action, now))
      throw new AppError('gone', 'This proposal expired; silence counted as no.', {
        reason: 'proposal_expired',
      });
    assertWithinBounds(action, until, now);
    updateAction(tx, actionId, {
      status: 'pending',
      // Its agent does not hear of it.
      updatedAt: action.updatedAt,
      expiresAt: action.expiresAt,
      snoozedUntil: until,
    });
    enqueue(
      tx,
      deps.ids,
      { type: WAKE_JOB, key: `${actionId}@${until}`, payload: { actionId }, runAt: until },
      now,
    );
    record(
      deps,
      tx,
      { type: 'action.snoozed', caller, action, data: { version: action.version, until }, personId: null },
      now,
    );
    inTransaction?.(tx, getAction(tx, actionId), now);
  });
  deps.afterCommit();
  return getAction(deps.reader, actionId);
}

function assertWithinBounds(action: ActionRow, until: number, now: number): void {
  if (until <= now) throw badUntil('not_in_future', 'must lie in the future', { earliest: toIso(now) });
  if (action.expiresAt !== null && until > action.expiresAt) {
    const latest = toIso(action.expiresAt);
    throw badUntil('past_expiry', `must not lie beyond the proposal’s expiry, ${latest}`, { latest });
  }
  if (until > now + SNOOZE_MAX_MS) {
    throw badUntil('too_far_ahead', 'must lie at most 30 days ahead', { latest: toIso(now + SNOOZE_MAX_MS) });
  }
}

function badUntil(
  reason: ProblemReason,
  message: string,
  details: Readonly<Record<string, string>>,
): AppError {
  const fields = [{ path: 'until', message }];
  return new AppError('validation', `until: ${message}.`, { reason, fields, details });
}

/** Back among the pending ones at once; harmless when it is there. @throws AppError `already_decided` */
export function unsnooze(
  deps: GateDeps,
  actionId: string,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    const action = findOwn(tx, actionId, user);
    if (action.status !== 'pending') throw alreadyDecided(tx, action);
    if (action.snoozedUntil !== null) wake(deps, tx, action, caller, now);
    inTransaction?.(tx, getAction(tx, actionId), now);
  });
  deps.afterCommit();
  return getAction(deps.reader, actionId);
}

/** Brings back all whose time has come. Answers how many there were. */
export function wakeSnoozed(deps: GateDeps): number {
  let total = 0;
  for (;;) {
    const woken = deps.writer.transaction((tx) => {
      const now = deps.clock.now();
      const due = listSnoozedDue(tx, now, WAKE_BATCH);
      for (const action of due) wake(deps, tx, action, systemCaller('snooze', 'job', action.traceId), now);
      return due.length;
    });
    if (woken === 0) return total;
    total += woken;
    deps.afterCommit();
  }
}

function wake(deps: GateDeps, tx: Tx, action: ActionRow, caller: Caller, now: number): void {
  updateAction(tx, action.id, {
    status: 'pending',
    updatedAt: action.updatedAt,
    expiresAt: action.expiresAt,
  });
  record(
    deps,
    tx,
    { type: 'action.unsnoozed', caller, action, data: { version: action.version }, personId: null },
    now,
  );
}
