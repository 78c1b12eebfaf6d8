import { diffFieldsOf } from './versions';
import type { RejectReason } from '../contract/common';
import { codePointLength } from '../contract/common';
import { DAY } from '../lib/clock';
import { AppError, notFound } from '../lib/errors';
import { parseOrThrow } from '../lib/validate';
import type { Tx } from '../db/open';
import {
  findAction,
  findDecision,
  findRead,
  findVersion,
  insertDecision,
  insertVersion,
  updateAction,
  upsertRead,
  type ActionRow,
  type DecisionRow,
} from './actions.repo';
import type { Caller, UserActor } from './caller';
import type { Target } from './define-action';
import { definitionOf, record, type GateDeps } from './deps';
import { assertFailed, decisionMac, enqueueExecution, executeApproved, executionKey } from './execute';
import { KIND_TABLE } from './kinds';
import { getPayload, hashPayload } from './payload';
import { closeAction } from './closing';
import { contentBlocked, scanPublic } from './content';
import { contextOf, isOverdue, MAX_VERSIONS, titleOf } from './steps';

/** How long a failed effect can be run again (decisions §3). */
export const RETRY_WINDOW_MS = DAY;

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
  /** `window`, `browser`, `api`. */
  readonly channel: string;
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
  if (!caller.actor.mayDecide) throw new AppError('actor_denied', 'Decide in the Countersign window.');
  return caller.actor;
}

function findOwn(tx: Tx, actionId: string, user: UserActor): ActionRow {
  const action = findAction(tx, actionId);
  if (!action || action.ownerId !== user.userId) throw notFound('proposal');
  return action;
}

/** Records that the whole payload of a version was in the visible, focused view. Not a decision, not an action. */
export function markRead(deps: GateDeps, seen: Seen, caller: Caller): void {
  const user = requireDecider(caller);
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    const action = findOwn(tx, seen.actionId, user);
    const stored = findVersion(tx, seen.actionId, seen.version);
    if (!stored) throw notFound('version');
    if (stored.hash !== seen.hash) throw staleVersion(action);
    if (findRead(tx, action.id, seen.version, user.userId)) return;
    writeRead(deps, tx, action, seen, user, 'window', caller, now);
  });
  deps.afterCommit();
}

function writeRead(
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

function staleVersion(action: ActionRow): AppError {
  return new AppError(
    'stale_version',
    'This proposal changed since you looked at it. Look at the new version and decide on that.',
    {
      details: { version: action.version, hash: action.hash },
    },
  );
}

function alreadyDecided(tx: Tx, action: ActionRow): AppError {
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
 * Takes a decision on exactly the bytes that were shown, durably, and runs it when no grace is set.
 * @throws AppError `stale_version` (audited), `already_decided`, `not_read`, `not_found`, `actor_denied`
 */
export function decide(deps: GateDeps, decision: Decision, caller: Caller): ActionRow {
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
        return new AppError('gone', 'This proposal expired; silence counted as no.');
      }
      if (decision.verdict === 'approve' && !findRead(tx, action.id, action.version, user.userId)) {
        if (decision.channel !== 'api') {
          return new AppError(
            'not_read',
            'The end of this text was not shown yet. Read it to the end, then decide.',
          );
        }
        // Over the API, naming the hash is the reading: the caller can only have it from the payload.
        writeRead(deps, tx, action, action, user, 'api', caller, now);
      }
      const stored = findVersion(tx, action.id, action.version);
      if (decision.verdict === 'approve' && stored) getPayload(stored);
      settle(deps, tx, action, decision, user, caller, now);
      return undefined;
    },
    { isDurable: true },
  );
  deps.afterCommit();
  if (refusal) throw refusal;
  executeApproved(deps, decision.actionId);
  return getAction(deps, decision.actionId);
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
  if (decision.verdict === 'reject') {
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
  const runAt = now + (decision.channel === 'api' ? 0 : deps.graceMs);
  updateAction(tx, action.id, {
    status: 'approved',
    updatedAt: now,
    decidedAt: now,
    decisionId: unsigned.id,
    runAt,
    expiresAt: action.expiresAt,
  });
  enqueueExecution(
    deps,
    tx,
    action,
    executionKey({ decisionId: unsigned.id, attempts: action.attempts }),
    runAt,
    now,
  );
  record(
    deps,
    tx,
    {
      type: 'action.approved',
      caller,
      action,
      data: { version: action.version, hash: action.hash, runAt, ...data },
      personId: user.userId,
      personData,
    },
    now,
  );
}

/**
 * Saves the owner's edit of prose fields as the next version, which counts as read: it was in the editor.
 * Approving it is a second call with its hash.
 * @throws AppError `validation` naming the field and bound, `content_blocked`, `stale_version`
 */
export function edit(
  deps: GateDeps,
  change: Seen & { readonly fields: Readonly<Record<string, string>> },
  caller: Caller,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      const action = findOwn(tx, change.actionId, user);
      if (action.status !== 'pending') throw alreadyDecided(tx, action);
      if (action.version !== change.version || action.hash !== change.hash) throw staleVersion(action);
      if (isOverdue(action, now)) throw new AppError('gone', 'This proposal expired; silence counted as no.');
      if (action.version >= MAX_VERSIONS) {
        throw new AppError('invalid_transition', `A proposal has at most ${MAX_VERSIONS} versions.`);
      }
      const stored = findVersion(tx, action.id, action.version);
      if (!stored) throw notFound('version');
      const definition = definitionOf(deps, action.actionName);
      const payload = getPayload(stored);
      for (const [field, value] of Object.entries(change.fields)) {
        if (!definition.editable.includes(field)) {
          throw fieldError(field, 'is not a field that can be edited');
        }
        const bound = definition.fields[field]?.maxLength;
        if (bound !== undefined && codePointLength(value) > bound) {
          throw fieldError(field, `must have at most ${bound} characters`);
        }
      }
      const input = parseOrThrow(definition.input, { ...payload.input, ...change.fields }) as Record<
        string,
        unknown
      >;
      const issues = scanPublic(deps, definition, input);
      if (issues.length > 0) throw contentBlocked(issues);
      const next = hashPayload({ ...payload, input });
      if (next.hash === action.hash) return;
      const version = action.version + 1;
      const targets = definition.describeTargets?.(tx, payload.targets) ?? labelled(payload.targets);
      const title = titleOf(definition, input, targets);
      updateAction(tx, action.id, {
        status: 'pending',
        version,
        hash: next.hash,
        title,
        updatedAt: now,
        expiresAt: action.expiresAt,
      });
      insertVersion(tx, { actionId: action.id, version, by: 'owner', ...next, note: null, createdAt: now });
      const edited = { ...action, version, hash: next.hash, title };
      definition.onHold?.(tx, contextOf(deps, tx, edited, input, payload.targets, now));
      record(
        deps,
        tx,
        {
          type: 'action.edited',
          caller,
          action: edited,
          data: { version, hash: next.hash, previousHash: action.hash },
          personId: user.userId,
          // Audit keeps original, final and diff (decisions §3): versions hold the first two.
          personData: { diff: diffFieldsOf(payload.input, input, definition.editable) },
        },
        now,
      );
      writeRead(deps, tx, edited, { version, hash: next.hash }, user, 'editor', caller, now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return getAction(deps, change.actionId);
}

/** Where nothing better is known, a thing is called by its id. */
function labelled(targets: readonly Pick<Target, 'type' | 'id'>[]): Target[] {
  return targets.map((target) => ({ ...target, label: target.id }));
}

function fieldError(path: string, message: string): AppError {
  return new AppError('validation', `${path}: ${message}`, { fields: [{ path, message }] });
}

/** Runs a failed effect again on the same decision. @throws AppError `invalid_transition`, `gone` after 24 hours */
export function retry(deps: GateDeps, actionId: string, caller: Caller): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      const action = findOwn(tx, actionId, user);
      assertFailed(action);
      if (action.decidedAt === null || action.decidedAt + RETRY_WINDOW_MS < now) {
        throw new AppError('gone', 'A failed action can be run again for 24 hours after the decision.');
      }
      updateAction(tx, actionId, { status: 'approved', updatedAt: now, runAt: now });
      enqueueExecution(deps, tx, action, executionKey(action), now, now);
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
    },
    { isDurable: true },
  );
  deps.afterCommit();
  executeApproved(deps, actionId);
  return getAction(deps, actionId);
}

/** Undoes an executed reversible action. @throws AppError `invalid_transition` where its kind can't be undone */
export function undo(deps: GateDeps, actionId: string, caller: Caller): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      const action = findOwn(tx, actionId, user);
      const definition = definitionOf(deps, action.actionName);
      const stored = findVersion(tx, actionId, action.version);
      if (action.status !== 'executed' || !KIND_TABLE[action.kind].canUndo || !definition.undo || !stored) {
        throw new AppError('invalid_transition', 'This action cannot be undone.');
      }
      if (action.isUndone) return;
      const payload = getPayload(stored);
      definition.undo(
        tx,
        contextOf(deps, tx, action, payload.input, payload.targets, now),
        action.result === null ? null : JSON.parse(action.result),
      );
      updateAction(tx, actionId, { status: 'executed', updatedAt: now, isUndone: true });
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
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return getAction(deps, actionId);
}

function getAction(deps: GateDeps, actionId: string): ActionRow {
  const action = findAction(deps.reader, actionId);
  if (!action) throw notFound('proposal');
  return action;
}
