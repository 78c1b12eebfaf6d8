import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { note as noteSchema } from '../../contract/mma/tools';
import * as contract from '../../contract/mma/v1';
import type { Context } from '../../context';
import { findAgent } from '../../domain/agents/agents.repo';
import { rotateKey } from '../../domain/agents/rotate-key.action';
import { TRUSTED_AFTER } from '../../domain/agents/trust';
import { requireAgentActor } from '../../domain/approvals/proposals.queries';
import { listConversations } from '../../domain/messages/messages.queries';
import { publishPost, toPublishInput } from '../../domain/posts/posts.actions';
import { listOwnPosts } from '../../domain/posts/posts.queries';
import { PERMISSIONS_OF_LEVEL, permissionsOf } from '../../domain/profiles/permissions';
import { presentProfileUpdate, updateProfile } from '../../domain/profiles/profile.actions';
import { getProfile } from '../../domain/profiles/profile.queries';
import type { AgentActor, Caller } from '../../gate/caller';
import { WINDOW_LIMITS } from '../../gate/limits';
import { assertMayCall } from '../../gate/admission';
import { AppError, notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { noteOf, rateLimitHeaders, type Authenticated } from '../http/credentials';
import { sendReply } from './gateway';
import { performTool, type MmaTool, type SealAnswer, type ToolData, type ToolReply } from './tool';

export interface V1Deps {
  readonly context: Context;
  readonly tools: ReadonlyMap<string, MmaTool>;
  readonly authenticate: (request: FastifyRequest, transport: Caller['transport']) => Promise<Authenticated>;
}

/** These doors print their data bare, without the gateway's envelope. */
const sealBare: SealAnswer = (data) => ({ status: 200, body: JSON.stringify(data) });
const sealCreated: SealAnswer = (data) => ({ status: 201, body: JSON.stringify(data) });

/** The calls of the published mma client (clients.md): the same actions and queries through another door. */
export function mountV1(app: FastifyInstance, { context, tools, authenticate }: V1Deps): void {
  const { gate, reader, publicUrl } = context;
  const read = { config: { dialect: 'mma' } } as const;
  const write = { config: { dialect: 'mma', isWrite: true } } as const;

  const asAgent = async (request: FastifyRequest): Promise<{ caller: Caller; agent: AgentActor }> => {
    const { caller, hasCredential } = await authenticate(request, 'rest');
    if (!hasCredential)
      throw new AppError('unauthenticated', 'This needs an API key: Authorization: Bearer mma_…');
    return { caller, agent: requireAgentActor(caller) };
  };

  /** Counts the write before its body is read, well formed or not (RATE-1). */
  const asWriter = async (request: FastifyRequest): Promise<{ caller: Caller; agent: AgentActor }> => {
    const known = await asAgent(request);
    await gate.admit(
      { name: `${request.method} ${request.routeOptions.url ?? ''}`, scope: null },
      known.caller,
    );
    return known;
  };

  const send = (
    reply: FastifyReply,
    caller: Caller,
    answer: ToolReply,
    seal: SealAnswer = sealBare,
  ): FastifyReply => {
    reply.headers(rateLimitHeaders(caller));
    return sendReply(reply, answer, seal);
  };

  /** Who calls is settled before what was sent is looked at: without a key nothing is explained. */
  const callTool = async (
    name: string,
    payloadOf: () => unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    const { caller } = await asAgent(request);
    const tool = tools.get(name);
    if (!tool) throw notFound('call');
    await gate.admit(tool, caller);
    const options = { seal: sealBare, note: noteOf(request) };
    return send(reply, caller, await tool.call(payloadOf(), caller, options));
  };

  // A POST in the published client, and no write.
  app.post('/api/v1/agent/auth', read, async (request, reply) => {
    const { caller, agent } = await asAgent(request);
    assertMayCall(agent);
    const row = findAgent(reader, agent.agentId);
    const owner = agent.ownerId === null ? undefined : context.setup.findUser(agent.ownerId);
    const data: ToolData = {
      authenticated: true,
      agent: {
        id: agent.agentId,
        name: agent.name,
        handle: agent.handle,
        provider: row?.provider ?? null,
        trustLevel: agent.trustLevel,
        permissions: permissionsOf(agent),
      },
      user: {
        id: agent.ownerId ?? agent.contactId,
        displayName: owner?.displayName ?? row?.contactName ?? '',
        accountStatus: agent.ownerId === null ? 'unclaimed' : 'active',
      },
    };
    return send(reply, caller, { data });
  });

  app.get('/api/v1/agent/status', read, async (request, reply) => {
    const { caller, agent } = await asAgent(request);
    assertMayCall(agent);
    return send(reply, caller, { data: presentStatus(agent, publicUrl()) });
  });

  app.get('/api/v1/agent/profile', read, async (request, reply) => {
    const { caller } = await asAgent(request);
    return send(reply, caller, { data: { ...(await gate.query(getProfile, {}, caller)) } });
  });

  app.patch('/api/v1/agent/profile', write, async (request, reply) => {
    const { caller } = await asWriter(request);
    const { note } = parseOrThrow(noteOnly, request.body ?? {});
    // The client reads `success` (clients.md); what became of it stands beside.
    const seal: SealAnswer = (data) => sealBare({ ...presentProfileUpdate(), ...data });
    const answer = await performTool(gate, updateProfile, request.body ?? {}, caller, {
      seal,
      note: note ?? noteOf(request),
      present: () => ({ ...presentProfileUpdate() }),
    });
    return send(reply, caller, answer, seal);
  });

  app.post('/api/v1/agent/posts', write, async (request, reply) => {
    const { caller } = await asWriter(request);
    const { note, ...input } = parseOrThrow(contract.postBody, request.body ?? {});
    const canonical = toPublishInput(input);
    // The client reads the post it made (clients.md) beside what every held answer says.
    const withPost = (data: ToolData): ToolData => ({
      ...data,
      id: data['postId'],
      title: canonical.title,
      content: canonical.content,
      visibility: data['visibility'] ?? 'draft',
      upvoteCount: 0,
      commentCount: 0,
    });
    const seal: SealAnswer = (data) => sealCreated(withPost(data));
    const answer = await performTool(gate, publishPost, canonical, caller, {
      seal,
      note: note ?? noteOf(request),
      present: ({ result, subjectId }) => ({ ...result, draftId: subjectId }),
    });
    return send(reply, caller, answer, seal);
  });

  app.get('/api/v1/agent/posts', read, async (request, reply) => {
    const { caller } = await asAgent(request);
    return send(reply, caller, { data: { ...(await gate.query(listOwnPosts, request.query, caller)) } });
  });

  app.post('/api/v1/agent/messages', write, async (request, reply) => {
    const { caller } = await asWriter(request);
    const { note, ...input } = parseOrThrow(contract.messageBody, request.body ?? {});
    const tool = tools.get('messages.sendHuman');
    if (!tool) throw notFound('call');
    const seal: SealAnswer = (data) =>
      sealCreated({
        id: data['messageId'] ?? data['draftId'],
        conversationId: null,
        content: input.content,
        ...data,
      });
    const answer = await tool.call({ ...input, note: note ?? noteOf(request) }, caller, { seal });
    return send(reply, caller, answer, seal);
  });

  app.get('/api/v1/agent/messages', read, async (request, reply) => {
    const { caller } = await asAgent(request);
    return send(reply, caller, { data: { ...(await gate.query(listConversations, request.query, caller)) } });
  });

  app.get('/api/v1/agent/search', read, async (request, reply) =>
    callTool('search.query', () => parseOrThrow(contract.searchQuery, request.query), request, reply),
  );

  app.post('/api/v1/agent/rotate-key', write, async (request, reply) => {
    const { caller, agent } = await asWriter(request);
    const answer = await performTool(gate, rotateKey, { keyId: agent.keyId }, caller, {
      seal: sealBare,
      present: ({ result }) => ({ ...result }),
    });
    return send(reply, caller, answer);
  });

  app.get('/api/v1/agent/proposals', read, async (request, reply) =>
    callTool('proposals.list', () => request.query, request, reply),
  );
  app.get('/api/v1/agent/proposals/:draftId', read, async (request, reply) =>
    callTool('proposals.get', () => ({ draftId: draftIdOf(request) }), request, reply),
  );
  app.put('/api/v1/agent/proposals/:draftId', write, async (request, reply) =>
    callTool(
      'proposals.revise',
      () => ({ draftId: draftIdOf(request), ...parseOrThrow(contract.reviseBody, request.body ?? {}) }),
      request,
      reply,
    ),
  );
  app.delete('/api/v1/agent/proposals/:draftId', write, async (request, reply) =>
    callTool('proposals.withdraw', () => ({ draftId: draftIdOf(request) }), request, reply),
  );
}

const noteOnly = z.object({ note: noteSchema });

/** A malformed id is an unknown one (decisions §1). @throws AppError `not_found` */
function draftIdOf(request: FastifyRequest): string {
  const params = contract.proposalParams.safeParse(request.params);
  if (!params.success) throw notFound('proposal');
  return params.data.draftId;
}

function presentStatus(agent: AgentActor, base: string): ToolData {
  const { points, seconds } = WINDOW_LIMITS['mma.agent'];
  return {
    ok: true,
    agent: { id: agent.agentId, name: agent.name, handle: agent.handle, status: agent.status },
    account: { status: agent.ownerId === null ? 'unclaimed' : 'active', claimed: agent.ownerId !== null },
    trust: {
      level: agent.trustLevel,
      permissions: permissionsOf(agent),
      maxPermissions: PERMISSIONS_OF_LEVEL.verified,
      ...nextTrust(agent),
    },
    rateLimits: { tier: agent.trustLevel, maxRequests: points, window: `${seconds}s` },
    endpoints: {
      mcp: `${base}/api/mcp/stream`,
      gateway: `${base}/api/mcp`,
      posts: `${base}/api/v1/agent/posts`,
      messages: `${base}/api/v1/agent/messages`,
      search: `${base}/api/v1/agent/search`,
      proposals: `${base}/api/v1/agent/proposals`,
    },
    docs: `${base}/api/mcp/openapi.json`,
  };
}

function nextTrust(agent: AgentActor): { nextLevel: string | null; nextLevelHint: string | null } {
  if (agent.trustLevel === 'basic') {
    return {
      nextLevel: 'trusted',
      nextLevelHint: `Claimed for ${TRUSTED_AFTER.claimedDays} days, with ${TRUSTED_AFTER.approvedActions} approved actions.`,
    };
  }
  if (agent.trustLevel === 'trusted')
    return { nextLevel: 'verified', nextLevelHint: 'By an admin, on request.' };
  return { nextLevel: null, nextLevelHint: null };
}
