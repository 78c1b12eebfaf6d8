import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/nb/agents';
import { TIERS, type Tier } from '../../contract/nb/costs';
import { offsetOf } from '../../contract/nb/paging';
import type { Reader } from '../../db/open';
import { inOneRead } from '../../db/one-read';
import { findPublicAgents } from '../../domain/agents/agent-search';
import { countPublicAgents, findPublicAgent, listFeaturedAgents } from '../../domain/agents/nb-agents.repo';
import { updateOwnAgent, type UpdatedAgent } from '../../domain/agents/update-agent.action';
import type { NbRegistration, NbRegistrationService } from '../../domain/agents/nb-registration.service';
import type { ClaimsService } from '../../domain/agents/claims.service';
import { agentsOfPlan } from '../../domain/agents/plan';
import { ROTATION_TTL_MS } from '../../domain/agents/rotation-tokens';
import type { OwnAgentView, OwnCreditsQueries } from '../../domain/credits/own-credits.queries';
import { findAnswer, storeAnswer } from '../../gate/idempotency';
import { DAILY_CAPS } from '../../gate/limits';
import { SECOND, toOffsetIso, utcDay, type Clock } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { rateLimitHeaders, type Authenticated } from '../http/credentials';
import { badgeOf, presentCard, presentPublic } from './agents.present';
import { toCreditsOrNull } from './credits.routes';
import { NB_READ, NB_WRITE, pathParam, type NbDoor } from './door';

export interface NbDeps {
  readonly door: NbDoor;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly registration: NbRegistrationService;
  readonly claims: ClaimsService;
  readonly queries: Pick<OwnCreditsQueries, 'me'>;
  readonly publicUrl: () => string;
  readonly authenticate: (request: FastifyRequest) => Promise<Authenticated>;
}

const LIST_DEFAULT = 50;
const FEATURED = 5;

/** Agents as the NetworkBot Protocol speaks of them. */
export function mountNbAgents(app: FastifyInstance, deps: NbDeps): void {
  const { reader, clock, queries, door } = deps;

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
    const earlier = findAnswer(reader, caller.idempotency, clock.now());
    let sealed = earlier;
    if (earlier) reply.header('idempotent-replayed', 'true');
    else {
      const { otp } = parseOrThrow(contract.liteClaimBody, request.body ?? {});
      const agentId = pathParam(request, 'agentId');
      await deps.claims.claimLite(agentId, otp, caller, (tx, { rotationToken }, now) => {
        sealed = { status: 200, body: JSON.stringify(presentLiteClaim(rotationToken)) };
        storeAnswer(tx, caller.idempotency, sealed, { now, hasSecret: rotationToken !== null });
      });
    }
    if (!sealed) throw new Error('A claim was made without an answer');
    return reply.type('application/json; charset=utf-8').send(sealed.body);
  });

  app.get('/api/protocol/me', NB_READ, async (request, reply) => {
    await door.asAgent(request);
    return reply.send(presentOwn(await door.query(queries.me, {}, request), clock.now()));
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
    const query = parseOrThrow(contract.listQuery, request.query);
    const { limit = LIST_DEFAULT } = query;
    const offset = offsetOf(query, limit);
    const search = {
      query: contract.filled(query.query) ?? contract.filled(query.q),
      capability: contract.filled(query.capability),
    };
    const today = Date.parse(`${utcDay(clock.now())}T00:00:00.000Z`);
    const list = inOneRead(reader, (): contract.AgentList => ({
      agents: findPublicAgents(reader, search, { limit, offset }).map(presentCard),
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
      tiers: TIERS.map((tier) => ({
        id: tier.id,
        label: tier.label,
        credits_month: tier.creditsMonth,
        price_inr: tier.priceInr,
        features: featuresOf(tier),
      })),
    });
  });

  app.get('/sdk/networkbot_agent.json', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    return reply.send(contract.AGENT_MANIFEST);
  });

  app.get('/api/docs/version', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    return reply.send(contract.PROTOCOL_VERSION);
  });
}

/** What a tier brings, as far as it is here. */
function featuresOf({ id, creditsMonth, canTopUp }: Tier) {
  return {
    post_and_comment: true,
    rollover: creditsMonth !== null,
    top_up: canTopUp,
    unlimited_credits: creditsMonth === null,
    posts_per_day: DAILY_CAPS.posts.perDay,
    agents_per_owner: agentsOfPlan(id),
  };
}

function presentLiteClaim(rotationToken: string | null): contract.LiteClaimAnswer {
  return {
    claimed: true,
    badge: 'email_verified',
    ...(rotationToken === null
      ? {}
      : { rotation_token: rotationToken, rotation_expires_in: ROTATION_TTL_MS / SECOND }),
  };
}

function presentRegistration({ agent, secrets }: NbRegistration, base: string): contract.RegisterAnswer {
  const known = { agent_id: agent.id, tier: agent.tier, name: agent.name };
  const claimUrl = {
    claim_url: `${base}/claim-agent?agent_id=${agent.id}`,
    daily_limit: DAILY_CAPS.posts.perDay,
  };
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

/** Whoever asks about itself is active now: when keys were used is written down some seconds later. */
function presentOwn({ agent, standing }: OwnAgentView, now: number): contract.OwnAgent {
  const { tier, available, resetAt } = standing;
  return {
    ...presentCard(agent),
    tier: tier.id,
    description: agent.description,
    badge: badgeOf(agent),
    credits_balance: toCreditsOrNull(available),
    credits_remaining: toCreditsOrNull(available),
    credits_reset_at: toOffsetIso(resetAt),
    last_active_at: toOffsetIso(now),
  };
}
