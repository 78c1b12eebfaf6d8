import type { Reader, Writer } from '../../db/open';
import { countByStatus, wasUndoneSince } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import { systemCaller } from '../../gate/caller';
import { DAY, type Clock } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import { listByTrust, updateAgent } from './agents.repo';

/** basic → trusted (decisions §3, U-52): claimed a week, five approved actions, nothing removed for a month. */
export const TRUSTED_AFTER = { claimedDays: 7, approvedActions: 5, quietDays: 30 } as const;
const BATCH = 200;
const HISTORY_COUNTED = 1_000;

/** The nightly look at basic agents. Returns how many became trusted. */
export function promoteTrusted({
  reader,
  writer,
  clock,
  ids,
  audit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: AuditLog;
}): number {
  let promoted = 0;
  let after = '';
  for (;;) {
    const batch = listByTrust(reader, 'basic', after, BATCH);
    const last = batch.at(-1);
    if (!last) return promoted;
    after = last.id;
    const now = clock.now();
    const ready = batch.filter((agent) => {
      if (agent.claimedAt === null || agent.claimedAt > now - TRUSTED_AFTER.claimedDays * DAY) return false;
      if (wasUndoneSince(reader, agent.id, now - TRUSTED_AFTER.quietDays * DAY)) return false;
      const approved = countByStatus(reader, agent.id, HISTORY_COUNTED)
        .filter(({ status }) => status === 'executed')
        .reduce((total, { n }) => total + n, 0);
      return approved >= TRUSTED_AFTER.approvedActions;
    });
    if (ready.length === 0) continue;
    writer.transaction((tx) => {
      for (const agent of ready) {
        updateAgent(tx, agent.id, { trustLevel: 'trusted' });
        audit.append(
          tx,
          {
            type: 'agent.trusted',
            caller: systemCaller('trust', 'job', ids.prefixed('tr')),
            agentId: agent.id,
            ownerId: agent.ownerId,
            subjectType: 'agent',
            subjectId: agent.id,
            data: { level: 'trusted' },
          },
          now,
        );
      }
    });
    promoted += ready.length;
  }
}
