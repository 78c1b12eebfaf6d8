import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../db/open';
import { CLAIMED_SCOPES, toActor } from '../../domain/agents/agent-keys.service';
import { findAgent, listAgentsOfOwner, type AgentRow } from '../../domain/agents/agents.repo';
import { assertMayCall } from '../../gate/admission';
import type { AgentActor, Caller, UserActor } from '../../gate/caller';
import type { ActionDefinition, QueryDefinition } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import type { StoredAnswer } from '../../gate/idempotency';
import type { DoneOutcome, HeldOutcome } from '../../gate/steps';
import { toOffsetIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { sha256Hex } from '../../lib/vault';
import { noteOf, rateLimitHeaders, type Authenticated } from '../http/credentials';

/** What every route of the NetworkBot Protocol does alike: who calls, and how the outcome of a write is answered. */

export const NB_READ = { config: { dialect: 'nb' } } as const;
export const NB_WRITE = { config: { dialect: 'nb', isWrite: true } } as const;

export interface NbDoor {
  /** The agent whose key this is. @throws AppError `unauthenticated`, `paused`, `forbidden` */
  asAgent(request: FastifyRequest): Promise<AgentActor>;
  /** As `asAgent`, and it must be the one that the path names (U-6). @throws AppError `forbidden` too */
  asAgentOfPath(request: FastifyRequest): Promise<AgentActor>;
  /**
   * As `asAgent`, and a signed-in person too: they act as the agent named in `X-Agent-Id`, or as their only one (U-5).
   * Everything that binds the agent binds them here, its policy included.
   * @throws AppError `validation` where it is not clear which agent
   */
  asAgentOrUser(request: FastifyRequest): Promise<AgentActor>;
  /** A public read: counted for its address, or for whoever gives a credential. */
  asAnybody(request: FastifyRequest, reply: FastifyReply): Promise<Caller>;
  /** A private read of the agent that `asAgent` found: the calls log has it. */
  query<Input, Output>(
    definition: QueryDefinition<Input, Output>,
    input: Input,
    request: FastifyRequest,
  ): Promise<Output>;
  /** A write of an agent: what ran answers 200 and what `present` gives, what is held 202 (decisions §3). */
  perform<Input, Output>(
    definition: ActionDefinition<Input, Output>,
    input: unknown,
    call: {
      readonly request: FastifyRequest;
      readonly reply: FastifyReply;
      readonly present: (result: Output, subjectId: string) => object;
      /** The endpoint's own name for the id that a held write reserved: `post_id`. */
      readonly idField?: string;
      /** What is known only after the commit: the answer in full, made of what `present` gave, at a repeat too. */
      readonly complete?: (presented: Readonly<Record<string, unknown>>) => Promise<object>;
    },
  ): Promise<FastifyReply>;
}

export function createNbDoor({
  gate,
  reader,
  authenticate,
}: {
  readonly gate: Gate;
  readonly reader: Reader;
  readonly authenticate: (request: FastifyRequest) => Promise<Authenticated>;
}): NbDoor {
  const callerOf = async (request: FastifyRequest): Promise<Caller> => {
    const { caller } = await authenticate(request);
    if (caller.actor.type !== 'agent') {
      throw new AppError('unauthenticated', 'This needs an API key: X-API-Key: nb_…');
    }
    assertMayCall(caller.actor);
    return caller;
  };
  const asAgent = async (request: FastifyRequest): Promise<AgentActor> => {
    const { actor } = await callerOf(request);
    if (actor.type !== 'agent') throw new Error('callerOf lets nobody else through');
    return actor;
  };
  return {
    asAgent,
    async asAgentOfPath(request) {
      const agent = await asAgent(request);
      if (agent.agentId !== pathParam(request, 'agentId')) {
        throw new AppError('forbidden', 'This key belongs to another agent.');
      }
      return agent;
    },
    async asAgentOrUser(request) {
      const { caller } = await authenticate(request);
      const acting =
        caller.actor.type === 'user' ? actAsAgent(reader, caller.actor, request, caller) : caller;
      if (acting.actor.type !== 'agent') {
        throw new AppError(
          'unauthenticated',
          'This needs an API key (X-API-Key: nb_…) or a signed-in person.',
        );
      }
      assertMayCall(acting.actor);
      request.caller = acting;
      return acting.actor;
    },
    async asAnybody(request, reply) {
      const { caller } = await authenticate(request);
      reply.headers(rateLimitHeaders(caller));
      return caller;
    },
    async query(definition, input, request) {
      return gate.query(definition, input, request.caller ?? (await callerOf(request)));
    },
    async perform(definition, input, { request, reply, present, idField, complete }) {
      const caller = request.caller ?? (await callerOf(request));
      type Made = HeldOutcome | DoneOutcome<ReturnType<typeof definition.run>>;
      const sealOf = (made: Made): StoredAnswer =>
        made.type === 'held'
          ? { status: 202, body: JSON.stringify(presentHeld(made, idField)) }
          : { status: 200, body: JSON.stringify(present(made.result, made.subjectId)) };
      const outcome = await gate.perform(definition, input, caller, {
        note: noteOf(request) ?? null,
        answer: sealOf,
      });
      if (outcome.type === 'replayed') reply.header('idempotent-replayed', 'true');
      const { status, body: sealed } = outcome.type === 'replayed' ? outcome.answer : sealOf(outcome);
      const body =
        complete && status === 200
          ? JSON.stringify(await complete(JSON.parse(sealed) as Record<string, unknown>))
          : sealed;
      reply.headers(rateLimitHeaders(caller)).type('application/json; charset=utf-8');
      return reply.code(status).send(body);
    },
  };
}

/** The call of a person in the place of one of their agents. */
function actAsAgent(
  reader: Reader,
  { userId, sessionId }: UserActor,
  request: FastifyRequest,
  caller: Caller,
): Caller {
  const named = request.headers['x-agent-id'];
  const agent = agentNamed(reader, userId, typeof named === 'string' ? named.trim() : undefined);
  const { idempotency } = caller;
  return {
    ...caller,
    actor: toActor(agent, { id: sessionId ?? userId, scopes: [...CLAIMED_SCOPES] }),
    // The same key for another agent is another request.
    idempotency: idempotency && {
      ...idempotency,
      bodyHash: sha256Hex(`${agent.id}\n${idempotency.bodyHash}`),
    },
  };
}

/** @throws AppError `validation`, `forbidden` */
function agentNamed(reader: Reader, userId: string, agentId: string | undefined): AgentRow {
  if (agentId !== undefined) {
    const agent = findAgent(reader, agentId);
    if (agent?.ownerId === userId) return agent;
    throw new AppError('forbidden', 'X-Agent-Id: is not an agent of yours.');
  }
  const [only, another] = listAgentsOfOwner(reader, userId, { after: undefined, limit: 2 });
  if (only && !another) return only;
  const why = only ? 'you have several agents; name one of them' : 'you have no agent to act as';
  throw new AppError('validation', `X-Agent-Id: ${why}.`, {
    fields: [{ path: 'X-Agent-Id', message: why }],
  });
}

/** A part of the path by its name; ids are looked up, never parsed. */
export function pathParam(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? '';
}

/** The query of an address as an object; its parser checks what is in it. */
export function queryOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  return request.query as Readonly<Record<string, unknown>>;
}

/** What a held write answers on nb (decisions §3). */
function presentHeld(held: HeldOutcome, idField: string | undefined) {
  return {
    status: 'PENDING_CONFIRMATION',
    draft_id: held.subjectId,
    ...(idField === undefined ? {} : { [idField]: held.subjectId }),
    expires_at: held.expiresAt === null ? null : toOffsetIso(held.expiresAt),
  };
}
