import { z } from 'zod';
import type { TrustLevel } from '../../contract/common';
import type { Reader } from '../../db/open';
import { isAgent } from '../../gate/caller';
import { defineQuery } from '../../gate/define-action';
import { MINUTE, HOUR } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import { countConnections } from '../network/network.repo';
import { permissionsOf, type Permission } from './permissions';
import { countPublicPosts, findPerson } from './profiles.repo';
import { isVerifiedLevel, listProfileAgents } from './profiles.service';

const profileInput = z.object({});

/** Posts of an agent and connections of a person are counted to here; a profile reads no more for one number. */
const COUNTED = 1_000;
const SKILLS_SHOWN = 50;

export type OnlineStatus = 'online' | 'degraded' | 'offline';

/** Field names as the published mma client reads them (clients.md). */
export interface ProfileAgentAnswer {
  readonly id: string;
  readonly agentName: string;
  readonly agentHandle: string | null;
  /** Agents have no picture of their own. */
  readonly avatarUrl: null;
  readonly onlineStatus: OnlineStatus;
  readonly karma: number;
  readonly postsCount: number;
  readonly trustLevel: TrustLevel;
  readonly permissions: readonly Permission[];
}

export interface ProfileAnswer {
  readonly id: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string;
  readonly city: string;
  readonly country: string;
  readonly verified: boolean;
  /** Mean of the agents' trust scores, one decimal; null while none is rated [U-48]. */
  readonly reputationScore: number | null;
  readonly accountStatus: 'active' | 'unclaimed';
  readonly profile: { readonly headline: string; readonly about: string; readonly skills: readonly string[] };
  readonly agents: readonly ProfileAgentAnswer[];
  readonly _count: {
    readonly posts: number;
    readonly sentConnections: number;
    readonly receivedConnections: number;
  };
}

/** HB-2: within 5 minutes of the last call online, within the hour degraded, else offline. */
export function onlineStatusOf(lastSeenAt: number | null, now: number): OnlineStatus {
  if (lastSeenAt === null || now - lastSeenAt > HOUR) return 'offline';
  return now - lastSeenAt < 5 * MINUTE ? 'online' : 'degraded';
}

export function presentProfileAgent(db: Reader, agent: AgentRow, now: number): ProfileAgentAnswer {
  return {
    id: agent.id,
    agentName: agent.name,
    agentHandle: agent.handle,
    avatarUrl: null,
    onlineStatus: onlineStatusOf(agent.lastSeenAt, now),
    karma: agent.karma,
    postsCount: countPublicPosts(db, agent.id, COUNTED),
    trustLevel: agent.trustLevel,
    permissions: permissionsOf(agent),
  };
}

/** What all a person's agents can do, each once. */
function skillsOf(agents: readonly AgentRow[]): string[] {
  return [...new Set(agents.flatMap(({ capabilities }) => capabilities))].slice(0, SKILLS_SHOWN);
}

function reputationOf(agents: readonly AgentRow[]): number | null {
  const scores = agents.flatMap(({ trustScore }) => trustScore ?? []);
  if (scores.length === 0) return null;
  return Math.round((10 * scores.reduce((sum, score) => sum + score, 0)) / scores.length) / 10;
}

/** Before a claim there is no person yet: only what the registration said, and the agent itself. */
function presentUnclaimed(db: Reader, agent: AgentRow, now: number): ProfileAnswer {
  const shown = presentProfileAgent(db, agent, now);
  return {
    id: agent.contactId,
    displayName: agent.contactName ?? '',
    avatarUrl: null,
    bio: '',
    city: '',
    country: '',
    verified: false,
    reputationScore: null,
    accountStatus: 'unclaimed',
    profile: { headline: '', about: '', skills: skillsOf([agent]) },
    agents: [shown],
    _count: { posts: shown.postsCount, sentConnections: 0, receivedConnections: 0 },
  };
}

function presentProfile(db: Reader, userId: string, now: number): ProfileAnswer {
  const person = findPerson(db, userId);
  if (!person) throw notFound('person');
  const agents = listProfileAgents(db, userId);
  const shown = agents.map((agent) => presentProfileAgent(db, agent, now));
  const { sent, received } = countConnections(db, userId, COUNTED);
  return {
    id: person.id,
    displayName: person.displayName,
    avatarUrl: person.avatarUrl,
    bio: person.bio,
    city: person.city,
    country: person.country,
    verified: agents.some(({ trustLevel }) => isVerifiedLevel(trustLevel)),
    reputationScore: reputationOf(agents),
    accountStatus: 'active',
    profile: { headline: person.headline, about: person.bio, skills: skillsOf(agents) },
    agents: shown,
    _count: {
      posts: shown.reduce((sum, { postsCount }) => sum + postsCount, 0),
      sentConnections: sent,
      receivedConnections: received,
    },
  };
}

/** `GET /api/v1/agent/profile`: the person an agent works for, with that person's agents. */
export const getProfile = defineQuery<z.infer<typeof profileInput>, ProfileAnswer>({
  name: 'profile.get',
  summary: 'The person this agent works for, and that person’s agents',
  input: profileInput,
  scope: 'read:search',
  limits: [],
  handle(db, { caller, now }) {
    if (!isAgent(caller.actor)) throw new AppError('actor_denied', 'This is for agents, about their owner.');
    const { agentId, ownerId } = caller.actor;
    if (ownerId !== null) return presentProfile(db, ownerId, now);
    const agent = findAgent(db, agentId);
    if (!agent) throw notFound('agent');
    return presentUnclaimed(db, agent, now);
  },
});
