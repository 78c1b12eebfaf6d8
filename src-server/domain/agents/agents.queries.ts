import type {
  AgentDetail,
  AgentSummary,
  JoiningAgent,
  PolicyRow,
  PublicProfile,
} from '../../contract/console/agents';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db, Reader } from '../../db/open';
import { countByStatus, listPolicies } from '../../gate/actions.repo';
import { findAllowRefusal } from '../../gate/allow';
import type { Grants } from '../../gate/grants';
import { ALL_KINDS, defaultVerdict, KIND_TABLE, policyChoices } from '../../gate/kinds';
import { DAY, toIso, toIsoOrNull } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import {
  countCalls,
  countPending,
  findAgent,
  findLiveClaimCode,
  listAgentsOfOwner,
  listUnclaimedByContact,
  type AgentRow,
} from './agents.repo';
import { listKeysOf } from './keys.queries';
import { findPublicAgent } from './nb-agents.repo';
import { reputationOf } from './reputation';
import { TRUSTED_AFTER } from './trust';

const DEFAULT_LIMIT = 50;
const HISTORY_COUNTED = 1_000;
const CALLS_COUNTED = 10_000;
const JOINING_SHOWN = 20;

export function presentAgent(db: Db, agent: AgentRow): AgentSummary {
  return {
    id: agent.id,
    name: agent.name,
    handle: agent.handle,
    origin: agent.origin,
    provider: agent.provider,
    modelType: agent.modelType,
    status: agent.status,
    trustLevel: agent.trustLevel,
    pending: countPending(db, agent.id),
    frozenAt: toIsoOrNull(agent.frozenAt),
    createdAt: toIso(agent.createdAt),
    claimedAt: toIsoOrNull(agent.claimedAt),
    lastSeenAt: toIsoOrNull(agent.lastSeenAt),
    isSample: agent.isSample,
  };
}

function policyRows(db: Db, agent: AgentRow, grants: Pick<Grants, 'untilOf'>): PolicyRow[] {
  const set = new Map(listPolicies(db, agent.id).map((row) => [row.kind, row.verdict]));
  return ALL_KINDS.map((kind) => ({
    kind,
    risk: KIND_TABLE[kind].risk,
    verdict: set.get(kind) ?? defaultVerdict(kind, agent.origin),
    isDefault: !set.has(kind),
    choices: policyChoices(kind, agent.origin),
    allowedUntil: toIsoOrNull(grants.untilOf(agent, kind)),
    canAllowForAWhile: findAllowRefusal(agent, kind, set.get(kind)) === undefined,
  }));
}

function nextTrust(agent: AgentRow, approved: number, now: number): AgentDetail['nextTrust'] {
  if (agent.trustLevel === 'basic') {
    const claimedDays = agent.claimedAt === null ? 0 : Math.floor((now - agent.claimedAt) / DAY);
    return {
      level: 'trusted',
      missing: [
        { code: 'claimed_days' as const, have: claimedDays, need: TRUSTED_AFTER.claimedDays },
        { code: 'approved_actions' as const, have: approved, need: TRUSTED_AFTER.approvedActions },
      ].filter(({ have, need }) => have < need),
    };
  }
  if (agent.trustLevel === 'trusted')
    return { level: 'verified', missing: [{ code: 'manual', have: 0, need: 1 }] };
  return { level: null, missing: [] };
}

/** An owner's own agent. @throws AppError `not_found` for anybody else's */
export function getOwnAgent(db: Db, ownerId: string, agentId: string): AgentRow {
  const agent = findAgent(db, agentId);
  if (!agent || agent.ownerId !== ownerId) throw notFound('agent');
  return agent;
}

export function getAgentDetail(
  db: Reader,
  ownerId: string,
  agentId: string,
  { now, grants }: { readonly now: number; readonly grants: Pick<Grants, 'untilOf'> },
): AgentDetail {
  const agent = getOwnAgent(db, ownerId, agentId);
  const counts = countByStatus(db, agentId, HISTORY_COUNTED);
  const sum = (...statuses: string[]): number =>
    counts.filter(({ status }) => statuses.includes(status)).reduce((total, { n }) => total + n, 0);
  const approved = sum('executed', 'approved');
  return {
    ...presentAgent(db, agent),
    description: agent.description,
    capabilities: agent.capabilities,
    contactName: agent.contactName,
    contactEmail: agent.contactEmail,
    keys: listKeysOf(db, agent, { viewerId: ownerId, now }),
    policy: policyRows(db, agent, grants),
    counts: {
      approved,
      edited: counts
        .filter(({ status, version }) => status === 'executed' && version > 1)
        .reduce((total, { n }) => total + n, 0),
      rejected: sum('rejected'),
      expired: sum('expired'),
      calls24h: countCalls(db, agentId, now - DAY, CALLS_COUNTED),
    },
    nextTrust: nextTrust(agent, approved, now),
  };
}

/** One's own agent as everybody else sees it; null while it is paused, say, or of the sample world. */
export function findPublicProfile(
  db: Reader,
  ownerId: string,
  agentId: string,
  publicUrl: string,
): PublicProfile | null {
  const { id } = getOwnAgent(db, ownerId, agentId);
  const agent = findPublicAgent(db, id);
  if (!agent) return null;
  return {
    name: agent.name,
    description: agent.description,
    capabilities: agent.capabilities,
    tier: agent.tier,
    isEmailVerified: agent.ownerId !== null,
    postCount: agent.postsCount,
    followerCount: agent.followersCount,
    followingCount: agent.followingCount,
    lastActiveAt: toIsoOrNull(agent.lastSeenAt),
    reputation: { ...reputationOf(agent) },
    url: `${publicUrl}/api/protocol/agents/${id}`,
  };
}

export function listOwnAgents(
  db: Reader,
  ownerId: string,
  query: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): { items: AgentSummary[]; nextCursor: string | null } {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const after = query.cursor === undefined ? undefined : decodeKeyset(query.cursor);
  const rows = listAgentsOfOwner(db, ownerId, { after, limit: limit + 1 });
  const page = toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
  return { items: page.items.map((row) => presentAgent(db, row)), nextCursor: page.nextCursor };
}

/** An unclaimed agent as its future owner sees it. The address is shown in full only to whom it belongs. */
export function presentJoining(db: Db, agent: AgentRow, ownEmail: string, now: number): JoiningAgent {
  const isAddressYours = agent.contactEmail === ownEmail;
  return {
    id: agent.id,
    name: agent.name,
    handle: agent.handle,
    origin: agent.origin,
    provider: agent.provider,
    modelType: agent.modelType,
    capabilities: agent.capabilities,
    contactName: agent.contactName,
    contactEmail: isAddressYours ? agent.contactEmail : maskEmail(agent.contactEmail),
    registeredAt: toIso(agent.createdAt),
    registeredFrom: agent.registeredFrom,
    registeredWith: agent.registeredWith,
    claimExpiresAt: toIsoOrNull(findLiveClaimCode(db, agent.id, now)?.expiresAt),
    draftsWaiting: countPending(db, agent.id),
    keys: listKeysOf(db, agent, { viewerId: null, now }),
    isAddressYours,
  };
}

export function listJoining(db: Db, ownEmail: string, now: number): JoiningAgent[] {
  return listUnclaimedByContact(db, ownEmail, JOINING_SHOWN)
    .filter((agent) => findLiveClaimCode(db, agent.id, now) !== undefined)
    .map((agent) => presentJoining(db, agent, ownEmail, now));
}

/** `a…@example.org`: enough to recognise one's own, too little to learn somebody else's. */
export function maskEmail(email: string | null): string | null {
  if (email === null) return null;
  const at = email.lastIndexOf('@');
  return at < 1 ? null : `${[...email][0]}…${email.slice(at)}`;
}
