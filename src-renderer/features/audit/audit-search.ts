import { z } from 'zod';

/** What the audit log is searched for, and the row that is open; all of it in the address. */
const auditSearch = z.object({
  type: z.string().max(80).optional().catch(undefined),
  agent: z.string().max(64).optional().catch(undefined),
  actor: z.string().max(64).optional().catch(undefined),
  subject: z.string().max(64).optional().catch(undefined),
  trace: z.string().max(64).optional().catch(undefined),
  from: z.iso.datetime({ offset: true }).optional().catch(undefined),
  to: z.iso.datetime({ offset: true }).optional().catch(undefined),
  scope: z.literal('system').optional().catch(undefined),
  row: z.coerce.number().int().min(1).optional().catch(undefined),
});
export type AuditSearch = z.infer<typeof auditSearch>;

export function validateAuditSearch(search: Record<string, unknown>): AuditSearch {
  return auditSearch.parse(search);
}

export function isAuditFiltered({ row: _row, scope: _scope, ...filters }: AuditSearch): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}

/** The same in the terms of the API. */
export function filterOf({ type, agent, actor, subject, trace, from, to, scope }: AuditSearch) {
  return { type, agentId: agent, actorId: actor, subjectId: subject, traceId: trace, from, to, scope };
}
