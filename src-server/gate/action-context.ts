import type { Tx } from '../db/open';
import type { ActionRow } from './actions.repo';
import type { ActionContext, Target } from './define-action';
import type { GateDeps } from './deps';
import { appendEvent } from './events';

/** What an action's definition is given to run, to hold or to close it. */
export function contextOf<Input>(
  deps: GateDeps,
  tx: Tx,
  action: Pick<ActionRow, 'id' | 'subjectId' | 'agentId' | 'ownerId' | 'traceId' | 'isSample'>,
  input: Input,
  targets: readonly Pick<Target, 'type' | 'id'>[],
  now: number,
): ActionContext<Input> {
  return {
    actionId: action.id,
    traceId: action.traceId,
    subjectId: action.subjectId,
    agentId: action.agentId,
    ownerId: action.ownerId,
    input,
    targets,
    now,
    ids: deps.ids,
    vault: deps.vault,
    isSample: action.isSample,
    emit: (topic, data) => appendEvent(tx, { topic, data, traceId: action.traceId, now }),
  };
}
