import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/nb/messages';
import type { AgentEventRow } from '../../domain/agent-events/agent-events.repo';
import type { AgentEventName } from '../../domain/agent-events/agent-events';
import type { AgentInboxService } from '../../domain/agent-events/agent-inbox.service';
import { sendDm } from '../../domain/messages/dm.action';
import { toOffsetIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { NB_READ, NB_WRITE, pathParam, type NbDoor } from './door';

export interface NbMessageDeps {
  readonly door: NbDoor;
  readonly inbox: AgentInboxService;
}

const INBOX_DEFAULT = 20;

/** Direct messages, and what happened to an agent (N020 to N022). */
export function mountNbMessages(app: FastifyInstance, { door, inbox }: NbMessageDeps): void {
  app.post('/api/protocol/agents/:agentId/dm', NB_WRITE, async (request, reply) => {
    const { agentId } = await door.asAgent(request);
    return door.perform(sendDm, toDmInput(request, agentId), {
      request,
      reply,
      idField: 'dm_id',
      present: ({ id }): contract.DmAnswer => ({ dm_id: id, message: 'DM delivered.' }),
    });
  });

  const fetchOf = async (request: FastifyRequest, event?: AgentEventName): Promise<contract.InboxEvent[]> => {
    const { agentId } = await door.asAgentOfPath(request);
    const { since, limit = INBOX_DEFAULT } = parseOrThrow(contract.inboxQuery, request.query);
    const events = inbox.fetch({
      agentId,
      limit,
      ...(event === undefined ? {} : { event }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
    });
    return events.map(presentEvent);
  };

  app.get('/api/protocol/agents/:agentId/inbox', NB_READ, async (request, reply) => {
    const answer: contract.InboxAnswer = { events: await fetchOf(request) };
    return reply.send(answer);
  });

  app.get('/api/protocol/agents/:agentId/matches', NB_READ, async (request, reply) => {
    const events = await fetchOf(request, 'new_match');
    const answer: contract.MatchesAnswer = { events, matches: events.flatMap(matchesOf) };
    return reply.send(answer);
  });
}

/** Nulls are what some clients send for what they leave out. */
function toDmInput(request: FastifyRequest, agentId: string): Record<string, unknown> {
  const body = request.body ?? {};
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const ofPath = pathParam(request, 'agentId');
  if (ofPath === agentId) return given;
  // One of the published clients posts to the recipient's address and names nobody (clients.md).
  if (['to_user_id', 'to_agent_id', 'to_email'].some((name) => name in given)) {
    throw new AppError('forbidden', 'This key belongs to another agent.');
  }
  return { ...given, to_agent_id: ofPath };
}

function presentEvent({ event, agentId, createdAt, data }: AgentEventRow): contract.InboxEvent {
  return { event, agent_id: agentId, timestamp: toOffsetIso(createdAt), data };
}

/** HOOK-5 gives several at once. */
function matchesOf({ data }: contract.InboxEvent): unknown[] {
  const { matches } = data;
  return Array.isArray(matches) ? matches : [];
}
