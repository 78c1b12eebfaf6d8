import type { JobDefinition } from '../jobs/runner';
import { END_GRANT_JOB } from './allow';
import { EXECUTE_JOB } from './execution-job';
import type { Gate } from './gate';
import { WAKE_JOB } from './snooze';

/** What the gate does later: after a grace, at the end of a time-boxed allow or of a snooze, each minute. */
export function gateJobs(gate: Gate): JobDefinition[] {
  return [
    {
      type: EXECUTE_JOB,
      maxAttempts: 5,
      handle({ actionId }) {
        if (typeof actionId === 'string') gate.execute(actionId);
      },
    },
    {
      type: 'actions.expire',
      maxAttempts: 3,
      cron: '* * * * *',
      handle() {
        gate.expireOverdue();
        gate.wakeSnoozed();
        gate.sweepGrants();
      },
    },
    {
      type: END_GRANT_JOB,
      maxAttempts: 5,
      handle(payload) {
        gate.settleGrant(payload);
      },
    },
    {
      type: WAKE_JOB,
      maxAttempts: 5,
      handle() {
        gate.wakeSnoozed();
      },
    },
  ];
}
