import type { CaseEntry, CaseFile } from '../../contract/console/activity';
import type { FieldDiff, InboxDetail } from '../../contract/console/inbox';
import type { Reader } from '../../db/open';
import { findAction } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import { toIso } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { listAgentsByIds } from '../agents/agents.repo';
import { findAuditRows } from '../audit/audit-search.repo';
import { findPrivateOwner, type AuditRow } from '../audit/audit.repo';
import { listDeliveriesOfTrace } from '../webhooks/deliveries.repo';
import { listEventsAt } from './activity.repo';
import { factsOf, namesOf, presentAgent } from './present';

/** Rows of a trace that are shown: a proposal has at most 50 versions, each with few rows. */
const ROWS_MAX = 500;
/** Moments whose events are looked for. */
const MOMENTS_MAX = 20;
/** Deliveries that are shown: one effect tells few agents. */
const DELIVERIES_MAX = 100;

export interface CaseFileReader {
  /** @throws AppError `not_found` for a trace on which nothing is the owner's */
  get(db: Reader, ownerId: string, traceOrAction: string): CaseFile;
}

interface Case {
  readonly traceId: string;
  readonly ownerId: string;
  readonly rows: readonly AuditRow[];
}

export function createCaseFileReader({
  audit,
  proposalOf,
}: {
  readonly audit: Pick<AuditLog, 'openPrivate'>;
  readonly proposalOf: (db: Reader, ownerId: string, actionId: string) => InboxDetail;
}): CaseFileReader {
  /** What the owner changed lies sealed beside an edit; only its own person reads it. */
  const diffOf = (db: Reader, { ownerId }: Case, row: AuditRow): FieldDiff[] => {
    if (row.type !== 'action.edited' || row.privateHash === null) return [];
    const sealed = findPrivateOwner(db, row.seq);
    if (sealed?.personId !== ownerId || sealed.isErased) return [];
    const { diff } = audit.openPrivate(db, row.seq) ?? {};
    return Array.isArray(diff) ? (diff as FieldDiff[]) : [];
  };

  const auditEntries = (db: Reader, file: Case): CaseEntry[] => {
    const names = namesOf(db, file.ownerId, file.rows);
    return file.rows.map((row) => {
      const facts = factsOf(row.data);
      const { version, hash, decision } = facts;
      return {
        form: 'audit',
        id: `e${row.seq}`,
        seq: row.seq,
        at: toIso(row.at),
        type: row.type,
        actor: names.actor(row),
        version: typeof version === 'number' ? version : null,
        payloadHash: typeof hash === 'string' ? hash : null,
        rowHash: row.hash,
        facts,
        diff: diffOf(db, file, row),
        decisionId: typeof decision === 'string' ? decision : null,
      };
    });
  };

  /**
   * Events that effects sent out. Every change of a proposal is both an event and a row of the same moment
   * (`gate/deps.record`), so those are told by the rows alone.
   */
  const eventEntries = (db: Reader, { traceId, rows }: Case): CaseEntry[] => {
    const moments = new Set(
      rows
        .filter(({ type }) => type === 'action.executed' || type === 'action.undone')
        .map(({ at }) => at)
        .slice(0, MOMENTS_MAX),
    );
    return [...moments]
      .flatMap((at) => listEventsAt(db, traceId, at))
      .filter(({ topic }) => !topic.startsWith('action.'))
      .map((event) => ({
        form: 'event',
        id: `o${event.seq}`,
        seq: event.seq,
        at: toIso(event.createdAt),
        topic: event.topic,
        facts: factsOf(event.data),
      }));
  };

  /** What the webhooks of one's own agents were sent of it. */
  const deliveryEntries = (db: Reader, { traceId, ownerId }: Case): CaseEntry[] => {
    const deliveries = listDeliveriesOfTrace(db, traceId, DELIVERIES_MAX);
    const agents = listAgentsByIds(db, [...new Set(deliveries.map(({ agentId }) => agentId))]);
    const own = new Map(
      agents.filter((agent) => agent.ownerId === ownerId).map((agent) => [agent.id, agent]),
    );
    return deliveries
      .filter(({ agentId }) => own.has(agentId))
      .map((delivery) => ({
        form: 'delivery',
        id: delivery.id,
        seq: delivery.seq,
        at: toIso(delivery.createdAt),
        event: delivery.event,
        agent: presentAgent(delivery.agentId, own.get(delivery.agentId)),
        status: delivery.status,
        attempts: delivery.attempts,
        statusCode: delivery.statusCode,
      }));
  };

  /** Where lines of a case come from. */
  const sources = [auditEntries, eventEntries, deliveryEntries];

  return {
    get(db, ownerId, traceOrAction) {
      const action = findAction(db, traceOrAction);
      if (action && action.ownerId !== ownerId) throw notFound('case');
      const traceId = action?.traceId ?? traceOrAction;
      const everything = { before: Number.MAX_SAFE_INTEGER, floor: 1 };
      const own = findAuditRows(db, { ownerId, traceId }, everything, ROWS_MAX + 1);
      const actionId =
        action?.id ??
        own.rows.find(({ subjectType, subjectId }) => subjectType === 'action' && subjectId !== null)
          ?.subjectId;
      const current = action ?? (actionId ? findAction(db, actionId) : undefined);
      const isOwnAction = current !== undefined && current.ownerId === ownerId;
      // What its agent proposed before anybody owned it is in rows of nobody; with the proposal they came over.
      const before = isOwnAction
        ? findAuditRows(db, { ownerId: null, traceId, subjectId: current.id }, everything, ROWS_MAX + 1)
        : { rows: [] };
      const rows = [...own.rows, ...before.rows].toSorted((a, b) => b.seq - a.seq);
      if (rows.length === 0 && !isOwnAction) throw notFound('case');
      const file: Case = { traceId, ownerId, rows: rows.slice(0, ROWS_MAX) };
      const entries = sources
        .flatMap((source) => source(db, file))
        .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || rankOf(a) - rankOf(b) || a.seq - b.seq);
      const agentId = current?.agentId ?? rows.find((row) => row.agentId !== null)?.agentId ?? null;
      return {
        traceId,
        agent: agentId === null ? null : presentAgent(agentId, listAgentsByIds(db, [agentId])[0]),
        proposal: isOwnAction ? proposalOf(db, ownerId, current.id) : null,
        entries,
        hasMore: rows.length > ROWS_MAX,
      };
    },
  };
}

/** Within one moment the row comes first: it is what the event tells of. */
const rankOf = ({ form }: CaseEntry): number => ['audit', 'event', 'delivery'].indexOf(form);
