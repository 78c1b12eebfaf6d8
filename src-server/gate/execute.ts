import { AppError, isAppError } from '../lib/errors';
import { secretsEqual } from '../lib/vault';
import { toCanonicalJson } from '../lib/jcs';
import { enqueue, finishJobByKey } from '../jobs/job';
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
import { definitionOf, record, type GateDeps } from './deps';
import { openPayload, tryOpenPayload } from './payload';
import { contextOf } from './steps';

export const EXECUTE_JOB = 'action.execute';

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

export function enqueueExecution(
  deps: GateDeps,
  tx: Tx,
  action: { id: string },
  runKey: string,
  runAt: number,
  now: number,
): void {
  enqueue(tx, deps.ids, { type: EXECUTE_JOB, key: runKey, payload: { actionId: action.id }, runAt }, now);
}

/**
 * Runs an approved action once. Its status moves with its effect in one durable transaction, so a process killed at
 * any step leaves it either approved, and the job runs it, or executed.
 */
export function executeApproved(deps: GateDeps, actionId: string): void {
  deps.writer.transaction((tx) => executeIn(deps, tx, actionId, deps.clock.now()), { isDurable: true });
  deps.afterCommit();
}

/** As `executeApproved`, in the transaction of the decision where nothing is to be waited for. */
export function executeIn(deps: GateDeps, tx: Tx, actionId: string, now: number): void {
  const action = findAction(tx, actionId);
  if (!action || action.status !== 'approved' || action.runAt === null || action.runAt > now) return;
  const caller = systemCaller('executor', 'job', action.traceId);
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
    if (!isAppError(error)) deps.log.error({ err: error, actionId }, 'effect failed');
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
    result: definition.hasSecretAnswer ? null : JSON.stringify(result ?? null),
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

/** A retry is a run of its own: decision and attempt name it. */
export function executionKey(action: Pick<ActionRow, 'decisionId' | 'attempts'>): string {
  return `${action.decisionId ?? ''}#${action.attempts}`;
}

/** Why an action that stands as approved must not run; undefined when all is right. */
function findRefusal(deps: GateDeps, tx: Tx, action: ActionRow): string | undefined {
  const decision = action.decisionId === null ? undefined : findDecision(tx, action.decisionId);
  if (!decision) return 'There is no decision for this action.';
  const { mac, ...signed } = decision;
  if (!secretsEqual(mac, decisionMac(deps, signed))) return 'The decision was not made by Countersign.';
  if (decision.verdict !== 'approve' || decision.actionId !== action.id)
    return 'The decision is not an approval of this.';
  const stored = findVersion(tx, action.id, decision.version);
  if (
    decision.version !== action.version ||
    decision.hash !== action.hash ||
    stored?.hash !== decision.hash
  ) {
    return 'The decision was made on another version.';
  }
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
  updateAction(tx, action.id, {
    status: 'failed',
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
    );
  }
}
