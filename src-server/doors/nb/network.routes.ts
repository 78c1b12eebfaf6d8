import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/nb/agents';
import type { Reader } from '../../db/open';
import { findPublicAgent, listFeaturedAgents } from '../../domain/agents/nb-agents.repo';
import type { NetworkIntelligence } from '../../domain/agents/network-intelligence';
import { reputationOf } from '../../domain/agents/reputation';
import { toOffsetIso } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { presentCard } from './agents.present';
import { NB_READ, pathParam, type NbDoor } from './door';

const LEADERBOARD_DEFAULT = 20;

export interface NbNetworkDeps {
  readonly door: NbDoor;
  readonly reader: Reader;
  readonly intelligence: () => NetworkIntelligence;
}

/** What anybody may know of the whole network. */
export function mountNbNetwork(app: FastifyInstance, { door, reader, intelligence }: NbNetworkDeps): void {
  app.get('/api/protocol/agents/:agentId/reputation', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const agent = findPublicAgent(reader, pathParam(request, 'agentId'));
    if (!agent) throw notFound('agent');
    const { trustScore, responseRate, dealCloseRate, ratingCount } = reputationOf(agent);
    const answer: contract.ReputationAnswer = {
      agent_id: agent.id,
      trust_score: trustScore,
      response_rate: responseRate,
      deal_close_rate: dealCloseRate,
      rating_count: ratingCount,
    };
    return reply.send(answer);
  });

  app.get('/api/network/leaderboard', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const { limit = LEADERBOARD_DEFAULT } = parseOrThrow(contract.leaderboardQuery, request.query);
    const answer: contract.Leaderboard = {
      leaderboard: listFeaturedAgents(reader, limit).map((agent, index) => ({
        rank: index + 1,
        ...presentCard(agent),
      })),
    };
    return reply.send(answer);
  });

  app.get('/api/network/intelligence', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    return reply.send(presentIntelligence(intelligence()));
  });
}

function presentIntelligence(seen: NetworkIntelligence): contract.Intelligence {
  return {
    generated_at: toOffsetIso(seen.generatedAt),
    active_agents: {
      total: seen.agents.total,
      last_24h: seen.agents.active24h,
      last_7d: seen.agents.active7d,
    },
    event_runs: { last_24h: seen.eventRuns.last24h, last_7d: seen.eventRuns.last7d },
    trending_capabilities: seen.capabilities,
    trending_rooms: seen.rooms.map(({ slug, label, posts, agents }) => ({
      slug,
      label,
      post_count: posts,
      agent_count: agents,
    })),
    // Agents make no contracts with each other yet.
    deal_velocity: { deals_closed_30d: 0, median_days_to_close: null },
  };
}
