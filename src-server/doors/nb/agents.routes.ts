import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/nb/agents';
import { TIERS, toCredits } from '../../contract/nb/costs';
import type { Reader } from '../../db/open';
import { inOneRead } from '../../db/one-read';
import { findAgent, type AgentRow } from '../../domain/agents/agents.repo';
import {
  countPublicAgents,
  findPublicAgent,
  listFeaturedAgents,
  listPublicAgents,
} from '../../domain/agents/nb-agents.repo';
import { updateOwnAgent, type UpdatedAgent } from '../../domain/agents/update-agent.action';
import type { NbRegistration, NbRegistrationService } from '../../domain/agents/nb-registration.service';
import type { ClaimsService } from '../../domain/agents/claims.service';
import type { CreditsService } from '../../domain/credits/credits.service';
import { findAnswer, storeAnswer } from '../../gate/idempotency';
import { toOffsetIso, utcDay, type Clock } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { rateLimitHeaders, type Authenticated } from '../http/credentials';
import { NB_READ, NB_WRITE, pathParam, type NbDoor } from './door';

export interface NbDeps {
  readonly door: NbDoor;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly registration: NbRegistrationService;
  readonly claims: ClaimsService;
  readonly credits: CreditsService;
  readonly publicUrl: () => string;
  readonly authenticate: (request: FastifyRequest) => Promise<Authenticated>;
}

const LIST_DEFAULT = 50;
const FEATURED = 5;
const HISTORY_DEFAULT = 10;

/** Agents and their credits as the NetworkBot Protocol speaks of them. */
export function mountNbAgents(app: FastifyInstance, deps: NbDeps): void {
  const { reader, clock, credits, door } = deps;

  app.post('/api/protocol/register', NB_WRITE, async (request, reply) => {
    const { caller } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    // The first answer held the key, which is kept nowhere: a repeat is told so.
    findAnswer(reader, caller.idempotency, clock.now());
    const input = parseOrThrow(contract.registerBody, request.body ?? {});
    const made = await deps.registration.register(input, caller, (tx, _made, now) =>
      storeAnswer(tx, caller.idempotency, { status: 200, body: '' }, { now, hasSecret: true }),
    );
    return reply.send(presentRegistration(made, deps.publicUrl()));
  });

  app.post('/api/protocol/agents/:agentId/claim', NB_WRITE, async (request, reply) => {
    const { caller, hasCredential } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    if (!hasCredential) throw new AppError('unauthenticated', 'Sign in to claim an agent.');
    const answer = { claimed: true, agent_id: pathParam(request, 'agentId') };
    const sealed = { status: 200, body: JSON.stringify(answer) };
    const earlier = findAnswer(reader, caller.idempotency, clock.now());
    if (!earlier) {
      const { claim_token: claimCode, otp } = parseOrThrow(contract.claimBody, request.body ?? {});
      const wanted = { agentId: pathParam(request, 'agentId'), claimCode, otp };
      await deps.claims.claim(wanted, caller, (tx, _made, now) =>
        storeAnswer(tx, caller.idempotency, sealed, { now, hasSecret: false }),
      );
    }
    if (earlier) reply.header('idempotent-replayed', 'true');
    return reply.type('application/json; charset=utf-8').send((earlier ?? sealed).body);
  });

  app.post('/api/protocol/agents/:agentId/claim/lite/request-otp', NB_WRITE, async (request, reply) => {
    const { caller } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    const { expiresInSeconds } = await deps.claims.requestLite(pathParam(request, 'agentId'), caller);
    return reply.send({
      message: 'A one-time code was sent to the owner’s e-mail address.',
      expires_in: expiresInSeconds,
    });
  });

  app.post('/api/protocol/agents/:agentId/claim/lite/verify', NB_WRITE, async (request, reply) => {
    const { caller } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    const sealed = { status: 200, body: JSON.stringify({ claimed: true, badge: 'email_verified' }) };
    const earlier = findAnswer(reader, caller.idempotency, clock.now());
    if (earlier) reply.header('idempotent-replayed', 'true');
    else {
      const { otp } = parseOrThrow(contract.liteClaimBody, request.body ?? {});
      await deps.claims.claimLite(pathParam(request, 'agentId'), otp, caller, (tx, _made, now) =>
        storeAnswer(tx, caller.idempotency, sealed, { now, hasSecret: false }),
      );
    }
    return reply.type('application/json; charset=utf-8').send((earlier ?? sealed).body);
  });

  app.get('/api/protocol/me', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgent(request);
    const agent = findAgent(reader, agentId);
    if (!agent) throw notFound('agent');
    return reply.send(presentOwn(agent, credits, reader));
  });

  app.patch('/api/protocol/me', NB_WRITE, async (request, reply) => {
    const { agentId } = await door.asAgent(request);
    return door.perform(updateOwnAgent, request.body ?? {}, {
      request,
      reply,
      present: (result) => presentUpdated(agentId, result),
    });
  });

  app.get('/api/protocol/agents', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const { limit = LIST_DEFAULT, offset = 0 } = parseOrThrow(contract.listQuery, request.query);
    const today = Date.parse(`${utcDay(clock.now())}T00:00:00.000Z`);
    const list = inOneRead(reader, (): contract.AgentList => ({
      agents: listPublicAgents(reader, { limit, offset }).map(presentCard),
      featured: listFeaturedAgents(reader, FEATURED).map(presentCard),
      stats: {
        total_agents: countPublicAgents(reader),
        active_today: countPublicAgents(reader, { seenAfter: today }),
      },
    }));
    return reply.send(list);
  });

  app.get('/api/protocol/agents/:agentId', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const agent = findPublicAgent(reader, pathParam(request, 'agentId'));
    if (!agent) throw notFound('agent');
    return reply.send(presentPublic(agent));
  });

  app.get('/api/protocol/tiers', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    return reply.send({
      tiers: TIERS.map(({ id, label, creditsMonth, priceInr, canTopUp }) => ({
        id,
        label,
        credits_month: creditsMonth,
        price_inr: priceInr,
        features: { rollover: creditsMonth !== null, top_up: canTopUp },
      })),
    });
  });

  app.get('/api/protocol/agents/:agentId/credits', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgentOfPath(request);
    const { tier, available, monthly, resetAt } = credits.standingOf(reader, agentId);
    const answer: contract.CreditBalance = {
      credits_balance: toCreditsOrNull(available),
      credits_remaining: toCreditsOrNull(available),
      monthly_credits: toCreditsOrNull(monthly),
      credits_reset_at: toOffsetIso(resetAt),
      tier: tier.id,
    };
    return reply.send(answer);
  });

  app.get('/api/protocol/agents/:agentId/credits/history', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgentOfPath(request);
    const { limit = HISTORY_DEFAULT } = parseOrThrow(contract.historyQuery, request.query);
    const answer: contract.CreditHistory = {
      transactions: credits.history(reader, agentId, limit).map((row) => ({
        action: row.costName ?? 'monthly_grant',
        amount: toCredits(row.amount),
        balance_after: toCreditsOrNull(row.balanceAfter),
        created_at: toOffsetIso(row.createdAt),
      })),
    };
    return reply.send(answer);
  });

  app.get('/api/docs/version', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    return reply.send(contract.PROTOCOL_VERSION);
  });
}

function toCreditsOrNull(milli: number | null): number | null {
  return milli === null ? null : toCredits(milli);
}

function presentRegistration({ agent, secrets }: NbRegistration, base: string): contract.RegisterAnswer {
  const known = { agent_id: agent.id, tier: agent.tier, name: agent.name };
  const claimUrl = { claim_url: `${base}/claim` };
  if (!secrets) {
    return { ...known, ...claimUrl, message: 'This agent is registered already; it keeps its key.' };
  }
  return {
    ...known,
    api_key: secrets.apiKey,
    claim_token: secrets.claimToken,
    ...(secrets.webhookSecret === null ? {} : { webhook_secret: secrets.webhookSecret }),
    ...claimUrl,
    message: 'Agent registered successfully.',
  };
}

function presentUpdated(agentId: string, { after }: UpdatedAgent) {
  return { agent_id: agentId, ...after, message: 'Profile updated.' };
}

export function presentCard(agent: AgentRow): contract.AgentCard {
  return {
    agent_id: agent.id,
    name: agent.name,
    tier: agent.tier,
    is_claimed: agent.ownerId !== null,
    trust_score: agent.trustScore,
    capabilities: agent.capabilities,
  };
}

function presentPublic(agent: AgentRow): contract.PublicAgent {
  return {
    ...presentCard(agent),
    description: agent.description,
    badge: agent.ownerId === null ? null : 'email_verified',
    post_count: agent.postsCount,
    follower_count: agent.followersCount,
    last_active_at: agent.lastSeenAt === null ? null : toOffsetIso(agent.lastSeenAt),
  };
}

function presentOwn(agent: AgentRow, credits: CreditsService, reader: Reader): contract.OwnAgent {
  const { tier, available, resetAt } = credits.standingOf(reader, agent.id);
  return {
    ...presentCard(agent),
    tier: tier.id,
    description: agent.description,
    credits_balance: toCreditsOrNull(available),
    credits_remaining: toCreditsOrNull(available),
    credits_reset_at: toOffsetIso(resetAt),
    last_active_at: agent.lastSeenAt === null ? null : toOffsetIso(agent.lastSeenAt),
  };
}
