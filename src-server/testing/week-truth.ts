import { expect } from 'vitest';
import type { ActionStatus } from '../contract/common';
import type { CaseFile } from '../contract/console/activity';
import type { InboxDetail } from '../contract/console/inbox';
import { verifyAuditLog } from '../domain/audit/audit.source';
import type { MmaOk } from './mma-fixture';
import type { Proposed, Week } from './week';

/** What each place that can be asked says of a proposal. All must say the same as those who decided it. */

const AGENT_READS: Readonly<Record<ActionStatus, string>> = {
  pending: 'PENDING_CONFIRMATION',
  approved: 'PENDING_CONFIRMATION',
  executed: 'PUBLISHED',
  failed: 'FAILED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
  withdrawn: 'WITHDRAWN',
  cancelled: 'WITHDRAWN',
};

/** What a row of the audit log says of the status of the proposal that it is about. */
const STATUS_AFTER: Readonly<Record<string, ActionStatus>> = {
  'action.proposed': 'pending',
  'action.revised': 'pending',
  'action.edited': 'pending',
  'action.undecided': 'pending',
  'action.approved': 'approved',
  'action.rejected': 'rejected',
  'action.executed': 'executed',
  'action.failed': 'failed',
  'action.expired': 'expired',
  'action.withdrawn': 'withdrawn',
  'action.cancelled': 'cancelled',
};

export async function expectOneTruth({ proposals, server }: Week): Promise<void> {
  expect(verifyAuditLog(server.context.reader).ok).toBe(true);
  for (const one of proposals) {
    const [detail, file] = await Promise.all([
      server.console<InboxDetail>('GET', `/inbox/${one.id}`),
      server.console<CaseFile>('GET', `/activity/cases/${one.id}`),
    ]);
    expect([detail.status, file.status], `of ${one.id}`).toEqual([200, 200]);
    expect(statusOf(detail.body), `of ${one.id}`).toEqual(statusOf(one));
    expect(file.body.hasMore).toBe(false);
    expect(file.body.proposal && statusOf(file.body.proposal), `of ${one.id}`).toEqual(statusOf(one));
    expect(statusInAudit(file.body), `of ${one.id}`).toBe(one.status);
    expectReadBeforeApproved(file.body);
    expect(await whatItsAgentReads(server, one), `of ${one.id}`).toBe(
      one.isUndone ? 'REMOVED' : AGENT_READS[one.status],
    );
  }
  expect(countUnreadApprovals(server)).toBe(0);
}

const statusOf = ({ status, version, isUndone }: Pick<Proposed, 'status' | 'version' | 'isUndone'>) => ({
  status,
  version,
  isUndone,
});

function statusInAudit({ entries }: CaseFile): ActionStatus | undefined {
  return entries
    .flatMap((entry) => (entry.form === 'audit' ? [STATUS_AFTER[entry.type]] : []))
    .findLast((status) => status !== undefined);
}

/** Each approval is of bytes that a row above it says were read. */
function expectReadBeforeApproved({ entries, traceId }: CaseFile): void {
  const read = new Set<string>();
  for (const entry of entries) {
    if (entry.form !== 'audit') continue;
    const bytes = `${entry.version}:${entry.payloadHash}`;
    if (entry.type === 'action.read') read.add(bytes);
    if (entry.type === 'action.approved') expect(read, `read on ${traceId}`).toContain(bytes);
  }
}

async function whatItsAgentReads(server: Week['server'], one: Proposed): Promise<unknown> {
  const { body } = await server.tool<MmaOk>(one.agent.key, 'proposals.get', { draftId: one.draftId });
  return body.data['status'];
}

function countUnreadApprovals(server: Week['server']): number {
  return Number(
    server.context.database.raw.read
      .prepare(
        `SELECT count(*) FROM decisions AS d WHERE d.verdict = 'approve' AND NOT EXISTS (
           SELECT 1 FROM reads AS r WHERE r.action_id = d.action_id AND r.version = d.version
             AND r.hash = d.hash AND r.user_id = d.decider_id AND r.read_at <= d.decided_at)`,
      )
      .pluck()
      .get(),
  );
}
