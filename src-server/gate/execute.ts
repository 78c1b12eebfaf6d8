import { AppError, isAppError } from '../lib/errors';
import { secretsEqual } from '../lib/vault';
import { toCanonicalJson } from '../lib/jcs';
import { finishJobByKey } from '../jobs/job';
import type { Tx } from '../db/open';
import {
  findAction,
  findDecision,
  findVersion,
  updateAction,
  type ActionRow,
  type DecisionRow,
} from './actions.repo';
import { systemCaller, type Caller } from './caller';
import { contextOf } from './action-context';
import { closeAction } from './closing';
import { storedResultOf } from './define-action';
import { definitionOf, record, type GateDeps } from './deps';
import { EXECUTE_JOB, executionKey } from './execution-job';
import { isInGrace, isUnsettled, voidDecision } from './grace';
import { openPayload, tryOpenPayload } from './payload';

/** The MAC of a decision (decisions §0): without the data key nobody makes one, whatever row they edit. */
export function decisionMac(deps: Pick<GateDeps, 'vault'>, row: Omit<DecisionRow, 'mac'>): string {
  const content = toCanonicalJson({
    v: 1,
    id: row.id,
    actionId: row.actionId,
    version: row.version,
    hash: row.hash,
    verdict: row.verdict,
    deciderId: row.deciderId,
    channel: row.channel,
    decidedAt: row.decidedAt,
  });
  return deps.vault.hmac('decisions', content).toString('base64');
}

/**
 * Carries a decision out once its grace is over: runs what was approved, closes what was rejected. The status moves
 * with the effect in one durable transaction, so a process killed at any step leaves it either decided, and the job
 * carries it out, or done.
 */
export function settleDecision(deps: GateDeps, actionId: string): void {
  deps.writer.transaction((tx) => settleIn(deps, tx, actionId, deps.clock.now()), { isDurable: true });
  deps.afterCommit();
}

/** As `settleDecision`, in the transaction of the decision where nothing is to be waited for. */
export function settleIn(deps: GateDeps, tx: Tx, actionId: string, now: number): void {
  const action = findAction(tx, actionId);
  if (!action || !isUnsettled(action) || isInGrace(action, now)) return;
  const caller = systemCaller('executor', 'job', action.traceId);
  if (action.status === 'rejected') settleRejection(deps, tx, action, caller, now);
  // Freezing stopped what was decided; this is for a row that slipped through, e.g. of a restored file.
  else if (deps.findAgentState(tx, action.agentId)?.frozenAt) {
    voidDecision(deps, tx, action, caller, 'frozen', now);
  } else settleApproval(deps, tx, action, caller, now);
}

function settleApproval(deps: GateDeps, tx: Tx, action: ActionRow, caller: Caller, now: number): void {
  const refusal = findRefusal(deps, tx, action);
  if (refusal) {
    fail(deps, tx, action, caller, { type: 'action.refused', message: refusal, now });
    closeVisibleForm(deps, tx, action, now);
    return;
  }
  const stored = findVersion(tx, action.id, action.version);
  if (!stored) throw new Error(`Action ${action.id} lost its version ${action.version}`);
  const payload = openPayload(stored);
  const definition = definitionOf(deps, action.actionName);
  const context = contextOf(deps, tx, action, payload.input, payload.targets, now);
  let result: unknown;
  try {
    result = deps.writer.savepoint(tx, () => definition.run(tx, context));
  } catch (error) {
    if (!isAppError(error)) deps.log.error({ err: error, actionId: action.id }, 'effect failed');
    const message = isAppError(error) ? error.message : 'The effect failed for an unexpected reason.';
    fail(deps, tx, action, caller, { type: 'action.failed', message, now });
    definition.onClose?.(tx, context, 'failed');
    return;
  }
  if (action.reservationId) deps.credits.capture(tx, action.reservationId);
  updateAction(tx, action.id, {
    status: 'executed',
    updatedAt: now,
    executedAt: now,
    attempts: action.attempts + 1,
    result: storedResultOf(definition, result),
    failure: null,
  });
  finishJobByKey(tx, EXECUTE_JOB, executionKey(action), now);
  record(
    deps,
    tx,
    {
      type: 'action.executed',
      caller,
      action,
      data: { version: action.version, hash: action.hash, decision: action.decisionId, by: 'decision' },
      personId: action.ownerId,
    },
    now,
  );
}

/**
 * Closes a rejected action for good, within the caller's transaction. One that nobody made is refused as a forged
 * approval is, and the proposal waits again.
 */
export function settleRejection(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  caller: Caller,
  now: number,
): void {
  const decision = action.decisionId === null ? undefined : findDecision(tx, action.decisionId);
  const forgery = findForgery(deps, tx, action, decision, 'reject');
  if (!decision || forgery !== undefined) {
    record(
      deps,
      tx,
      {
        type: 'action.refused',
        caller,
        action,
        data: { version: action.version, hash: action.hash, decision: action.decisionId },
        personId: action.ownerId,
        personData: { failure: forgery },
      },
      now,
    );
    voidDecision(deps, tx, action, caller, 'refused', now);
    return;
  }
  finishJobByKey(tx, EXECUTE_JOB, executionKey(action), now);
  closeAction(deps, tx, action, {
    status: 'rejected',
    type: 'action.rejected',
    caller,
    now,
    decidedAt: action.decidedAt,
    data: {
      verdict: 'reject',
      decision: decision.id,
      reason: decision.reasonCode,
      channel: decision.channel,
    },
  });
}

/** Why a stored decision is not the one that a person made on this action's bytes; undefined when it is. */
function findForgery(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  decision: DecisionRow | undefined,
  verdict: DecisionRow['verdict'],
): string | undefined {
  if (!decision) return 'There is no decision for this action.';
  const { mac, ...signed } = decision;
  if (!secretsEqual(mac, decisionMac(deps, signed))) return 'The decision was not made by Countersign.';
  if (decision.verdict !== verdict || decision.actionId !== action.id) {
    return verdict === 'approve'
      ? 'The decision is not an approval of this.'
      : 'The decision is not a rejection of this.';
  }
  const isOfThis = decision.version === action.version && decision.hash === action.hash;
  if (!isOfThis || findVersion(tx, action.id, decision.version)?.hash !== decision.hash) {
    return 'The decision was made on another version.';
  }
  return undefined;
}

/** Why an action that stands as approved must not run; undefined when all is right. */
function findRefusal(deps: GateDeps, tx: Tx, action: ActionRow): string | undefined {
  const decision = action.decisionId === null ? undefined : findDecision(tx, action.decisionId);
  const forgery = findForgery(deps, tx, action, decision, 'approve');
  if (!decision || forgery !== undefined) return forgery;
  const stored = findVersion(tx, action.id, decision.version);
  if (!stored) return 'The decision was made on another version.';
  try {
    const payload = openPayload(stored);
    if (payload.agentId !== action.agentId || payload.kind !== action.kind)
      return 'The payload is of another action.';
  } catch {
    return 'The payload was changed after the decision.';
  }
  const agent = deps.findAgentState(tx, action.agentId);
  if (!agent || agent.ownerId !== decision.deciderId || agent.ownerId !== action.ownerId) {
    return 'The agent no longer belongs to the person who decided.';
  }
  if (agent.status === 'banned' || agent.status === 'suspended') return `The agent is ${agent.status}.`;
  return undefined;
}

/** What was refused stops looking as if it still waited; a payload that does not open has no form to close. */
function closeVisibleForm(deps: GateDeps, tx: Tx, action: ActionRow, now: number): void {
  const stored = findVersion(tx, action.id, action.version);
  const payload = stored && tryOpenPayload(stored);
  if (!payload) return;
  const context = contextOf(deps, tx, action, payload.input, payload.targets, now);
  definitionOf(deps, action.actionName).onClose?.(tx, context, 'failed');
}

function fail(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  caller: Caller,
  end: { readonly type: string; readonly message: string; readonly now: number },
): void {
  // What can be run again is paid for again then; nothing stays set aside for what nobody retries.
  if (action.reservationId) deps.credits.release(tx, action.reservationId);
  updateAction(tx, action.id, {
    status: 'failed',
    reservationId: null,
    updatedAt: end.now,
    attempts: action.attempts + 1,
    failure: end.message.slice(0, 500),
  });
  finishJobByKey(tx, EXECUTE_JOB, executionKey(action), end.now);
  record(
    deps,
    tx,
    {
      type: end.type,
      caller,
      action,
      data: { version: action.version, hash: action.hash, decision: action.decisionId },
      personId: action.ownerId,
      personData: { failure: end.message },
    },
    end.now,
  );
}

/** Where a failure is only worth telling: programming errors still surface in the log. */
export function assertFailed(action: ActionRow): void {
  if (action.status !== 'failed') {
    throw new AppError(
      'invalid_transition',
      `Only a failed action can be run again; this one is ${action.status}.`,
      { reason: 'only_failed' },
    );
  }
}
