import type { ActivityActor, ActivityAgent, ActivityEvent } from '../../contract/console/activity';
import type { Reader } from '../../db/open';
import type { ActionRow } from '../../gate/actions.repo';
import { toIso } from '../../lib/clock';
import { listAgentsByIds, type AgentRow } from '../agents/agents.repo';
import type { AuditRow } from '../audit/audit.repo';
import { listActionsByIds } from './activity.repo';
import { groupOf } from './groups';

type Scalar = string | number | boolean | null;

/** A fact is one plain value; what is longer than this is no word of ours. */
const MAX_FACT = 200;

/** The plain values of a JSON object: what a line of words can be made from. */
export function factsOf(data: string): Record<string, Scalar> {
  const parsed: unknown = JSON.parse(data);
  const facts: Record<string, Scalar> = {};
  for (const [name, value] of Object.entries(parsed ?? {})) {
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) facts[name] = value;
    else if (typeof value === 'string' && value.length <= MAX_FACT) facts[name] = value;
  }
  return facts;
}

/** What rows name, looked up once for all of them. */
export interface Names {
  agent(id: string | null): ActivityAgent | null;
  actor(row: Pick<AuditRow, 'actorType' | 'actorId'>): ActivityActor;
  action(row: Pick<AuditRow, 'subjectType' | 'subjectId'>): ActionRow | undefined;
}

export function presentAgent(id: string, agent: AgentRow | undefined): ActivityAgent {
  return {
    id,
    name: agent?.name ?? id,
    handle: agent?.handle ?? null,
    isSample: agent?.isSample ?? false,
  };
}

/** The names that rows of `ownerId` are shown with; proposals of others stay nameless. */
export function namesOf(db: Reader, ownerId: string, rows: readonly AuditRow[]): Names {
  const agentIds = rows.flatMap((row) =>
    [row.agentId, row.actorType === 'agent' ? row.actorId : null].filter((id) => id !== null),
  );
  const agents = new Map(listAgentsByIds(db, agentIds).map((agent) => [agent.id, agent]));
  const actionIds = rows.flatMap(({ subjectType, subjectId }) =>
    subjectType === 'action' && subjectId !== null ? [subjectId] : [],
  );
  const actions = new Map(
    listActionsByIds(db, actionIds)
      .filter((action) => action.ownerId === ownerId)
      .map((action) => [action.id, action]),
  );
  return {
    agent: (id) => (id === null ? null : presentAgent(id, agents.get(id))),
    actor: ({ actorType, actorId }) => ({
      type: actorType === 'agent' || actorType === 'user' || actorType === 'system' ? actorType : 'anonymous',
      id: actorId,
      name:
        actorType === 'agent' && actorId !== null
          ? (agents.get(actorId)?.name ?? actorId)
          : actorType === 'system'
            ? actorId
            : null,
      isYou: actorType === 'user' && actorId === ownerId,
    }),
    action: ({ subjectType, subjectId }) =>
      subjectType === 'action' && subjectId !== null ? actions.get(subjectId) : undefined,
  };
}

export function presentEvent(row: AuditRow, names: Names): ActivityEvent {
  const action = names.action(row);
  return {
    form: 'event',
    id: `e${row.seq}`,
    seq: row.seq,
    at: toIso(row.at),
    type: row.type,
    group: groupOf(row.type),
    actor: names.actor(row),
    agent: names.agent(row.agentId),
    subjectType: row.subjectType,
    subjectId: row.subjectId,
    action: action
      ? {
          id: action.id,
          title: action.title,
          kind: action.kind,
          status: action.status,
          version: action.version,
        }
      : null,
    traceId: row.traceId,
    facts: factsOf(row.data),
  };
}
