import type { Kind } from '../contract/common';
import { GUIDANCE_MAX } from '../contract/console/agents';
import type { Tx } from '../db/open';
import { AppError } from '../lib/errors';
import type { Ids } from '../lib/ids';
import type { ActionRow } from './actions.repo';
import type { Caller } from './caller';
import type { GateDeps } from './deps';
import { appendEvent } from './events';
import {
  countLiveGuidance,
  insertGuidance,
  listGuidanceBeside,
  setRetired,
  type GuidanceRow,
} from './guidance.repo';

export interface NewGuidance {
  readonly agentId: string;
  readonly ownerId: string;
  readonly kind: Kind | null;
  readonly text: string;
  readonly actionId: string | null;
  readonly createdAt: number;
}

/** Writes one sentence down. @throws AppError `validation` naming `field`, when the agent has as many as it may */
export function writeGuidance(tx: Tx, ids: Ids, line: NewGuidance, field: string): GuidanceRow {
  if (countLiveGuidance(tx, line.agentId) >= GUIDANCE_MAX) {
    const message = `an agent has at most ${GUIDANCE_MAX} sentences to keep to; take one back first`;
    throw new AppError('validation', `${field}: ${message}.`, {
      reason: 'guidance_full',
      details: { limit: GUIDANCE_MAX },
      fields: [{ path: field, message }],
    });
  }
  const row = { ...line, id: ids.prefixed('gui') };
  insertGuidance(tx, row);
  return { ...row, retiredAt: null };
}

/** "Always do this", said beside a decision: it goes with the decision's transaction. */
export function guideBeside(
  deps: Pick<GateDeps, 'audit' | 'ids'>,
  tx: Tx,
  action: ActionRow & { readonly ownerId: string },
  text: string,
  caller: Caller,
  now: number,
): void {
  const { agentId, ownerId, kind, id: actionId } = action;
  const line = writeGuidance(
    tx,
    deps.ids,
    { agentId, ownerId, kind, text, actionId, createdAt: now },
    'guidance',
  );
  record(deps, tx, 'guidance.added', line, { text }, caller, now);
}

/** What was said beside a decision goes when that is taken back. */
export function unguideBeside(
  deps: Pick<GateDeps, 'audit'>,
  tx: Tx,
  action: Pick<ActionRow, 'id' | 'agentId' | 'decidedAt'>,
  caller: Caller,
  now: number,
): void {
  const { id: actionId, agentId, decidedAt } = action;
  if (decidedAt === null) return;
  for (const line of listGuidanceBeside(tx, { agentId, actionId, decidedAt })) {
    setRetired(tx, line.id, now);
    record(deps, tx, 'guidance.retired', line, {}, caller, now);
  }
}

function record(
  deps: Pick<GateDeps, 'audit'>,
  tx: Tx,
  type: 'guidance.added' | 'guidance.retired',
  line: GuidanceRow,
  personData: Readonly<Record<string, unknown>>,
  caller: Caller,
  now: number,
): void {
  const { agentId, ownerId } = line;
  deps.audit.append(
    tx,
    {
      type,
      caller,
      agentId,
      ownerId,
      subjectType: 'guidance',
      subjectId: line.id,
      data: { kind: line.kind, action: line.actionId },
      person: { id: ownerId, data: personData },
    },
    now,
  );
  appendEvent(tx, {
    topic: 'agent.guided',
    data: { agentId, ownerId },
    traceId: caller.traceId,
    now,
  });
}
