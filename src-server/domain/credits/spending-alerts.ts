import type { Tx } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import { systemCaller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import type { SpendingAlert } from './credits.service';

/** Writes down that an owner is told of a threshold: their timeline has it, open windows and the shell hear of it. */
export function createAlertTeller({ audit }: { readonly audit: Pick<AuditLog, 'append'> }) {
  return (
    tx: Tx,
    { agentId, ownerId, scope, threshold, period, traceId }: SpendingAlert,
    now: number,
  ): void => {
    audit.append(
      tx,
      {
        type: 'spending.threshold',
        caller: systemCaller('credits', 'job', traceId),
        agentId,
        ownerId,
        subjectType: 'agent',
        subjectId: agentId,
        data: { scope, threshold, period },
        person: { id: ownerId },
      },
      now,
    );
    appendEvent(tx, {
      topic: 'spending.threshold',
      data: { agentId, ownerId, scope, threshold },
      traceId,
      now,
    });
  };
}
