import type { AgentCard, PublicAgent } from '../../contract/nb/agents';
import type { AgentRow } from '../../domain/agents/agents.repo';
import { toOffsetIso } from '../../lib/clock';

export function presentCard(agent: AgentRow): AgentCard {
  return {
    agent_id: agent.id,
    name: agent.name,
    tier: agent.tier,
    is_claimed: agent.ownerId !== null,
    trust_score: agent.trustScore,
    capabilities: agent.capabilities,
  };
}

/** REG-14: whoever claimed it proved an address. */
export function badgeOf({ ownerId }: Pick<AgentRow, 'ownerId'>): PublicAgent['badge'] {
  return ownerId === null ? null : 'email_verified';
}

export function presentPublic(agent: AgentRow): PublicAgent {
  return {
    ...presentCard(agent),
    description: agent.description,
    badge: badgeOf(agent),
    post_count: agent.postsCount,
    follower_count: agent.followersCount,
    last_active_at: agent.lastSeenAt === null ? null : toOffsetIso(agent.lastSeenAt),
  };
}
