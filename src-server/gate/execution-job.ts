import { enqueue } from '../jobs/job';
import type { Tx } from '../db/open';
import type { ActionRow } from './actions.repo';
import type { GateDeps } from './deps';

/** Carries out a decision when its grace is over: runs what was approved, closes what was rejected. */
export const EXECUTE_JOB = 'action.execute';

/** A retry is a run of its own: decision and attempt name it. */
export function executionKey(action: Pick<ActionRow, 'decisionId' | 'attempts'>): string {
  return `${action.decisionId ?? ''}#${action.attempts}`;
}

export function enqueueExecution(
  deps: Pick<GateDeps, 'ids'>,
  tx: Tx,
  action: Pick<ActionRow, 'id' | 'decisionId' | 'attempts'>,
  runAt: number,
  now: number,
): void {
  const key = executionKey(action);
  enqueue(tx, deps.ids, { type: EXECUTE_JOB, key, payload: { actionId: action.id }, runAt }, now);
}
