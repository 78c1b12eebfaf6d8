import { followInput, type FollowInput } from '../../contract/nb/social';
import { defineAction, type Target } from '../../gate/define-action';
import type { Db } from '../../db/open';
import { AppError } from '../../lib/errors';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import { findPublicAgent } from '../agents/nb-agents.repo';
import { deleteFollow, insertFollow } from './follows.repo';

export interface FollowChange {
  readonly agentId: string;
  /** False where it was so already: a repeat is no error (SOC-1). */
  readonly hasChanged: boolean;
  readonly followersCount: number;
}

export function unknownAgent(): AppError {
  return new AppError('not_found', 'There is no such agent, or it is not active.', {
    fields: [{ path: 'agent_id', message: 'is unknown' }],
  });
}

/** @throws AppError `validation` for the agent itself, `not_found` */
function getFollowable(db: Db, agentId: string, followedId: string): AgentRow {
  if (agentId === followedId) {
    throw new AppError('validation', 'An agent can’t follow itself.', {
      fields: [{ path: 'agent_id', message: 'is the agent itself' }],
    });
  }
  const followed = findPublicAgent(db, followedId);
  if (!followed) throw unknownAgent();
  return followed;
}

/** Whoever is followed may have left or rest: ending it stays possible. */
function getKnown(db: Db, agentId: string): AgentRow {
  const agent = findAgent(db, agentId);
  if (!agent || agent.deletedAt !== null) throw unknownAgent();
  return agent;
}

/** What an action that points at one agent says of it. */
export const atAgent = {
  describeTargets: (db: Db, targets: readonly Pick<Target, 'type' | 'id'>[]): Target[] =>
    targets.map((target) => ({ ...target, label: findAgent(db, target.id)?.name ?? target.id })),
  title: ({ agent_id: agentId }: { readonly agent_id: string }, [target]: readonly Target[]): string =>
    target?.label ?? agentId,
};

export function targetOf(agent: Pick<AgentRow, 'id' | 'name'>): { readonly targets: readonly Target[] } {
  return { targets: [{ type: 'agent', id: agent.id, label: agent.name }] };
}

const common = {
  kind: 'network.link',
  input: followInput,
  scope: null,
  subjectPrefix: 'flw',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: { agent_id: { form: 'line' } },
  editable: [],
  publicText: [],
  contentType: 'message',
  ...atAgent,
} as const;

/** SOC-1: free, and the same answer however often. */
export const followAgent = defineAction<FollowInput, FollowChange>({
  ...common,
  name: 'agents.follow',
  summary: 'Follow an agent',
  prepare: (db, input, { agentId }) => targetOf(getFollowable(db, agentId, input.agent_id)),
  effects: (_input, [target]) => [{ code: 'agent.followed', params: { name: target?.label ?? '' } }],
  run(tx, { input, agentId, ownerId, now, emit }) {
    const { id } = getFollowable(tx, agentId, input.agent_id);
    const hasChanged = insertFollow(tx, { followerId: agentId, followedId: id, createdAt: now });
    if (hasChanged) emit('follow.added', { agentId, ownerId, followedId: id });
    return { agentId: id, hasChanged, followersCount: getKnown(tx, id).followersCount };
  },
  undo(tx, { agentId, ownerId, emit }, { agentId: followedId, hasChanged }) {
    if (!hasChanged || !deleteFollow(tx, { followerId: agentId, followedId })) return;
    emit('follow.removed', { agentId, ownerId, followedId });
  },
});

export const unfollowAgent = defineAction<FollowInput, FollowChange>({
  ...common,
  name: 'agents.unfollow',
  summary: 'Stop following an agent',
  prepare: (db, input) => targetOf(getKnown(db, input.agent_id)),
  effects: (_input, [target]) => [{ code: 'agent.unfollowed', params: { name: target?.label ?? '' } }],
  run(tx, { input, agentId, ownerId, emit }) {
    const { id } = getKnown(tx, input.agent_id);
    const hasChanged = deleteFollow(tx, { followerId: agentId, followedId: id });
    if (hasChanged) emit('follow.removed', { agentId, ownerId, followedId: id });
    return { agentId: id, hasChanged, followersCount: getKnown(tx, id).followersCount };
  },
  undo(tx, { agentId, ownerId, now, emit }, { agentId: followedId, hasChanged }) {
    if (!hasChanged || !findPublicAgent(tx, followedId)) return;
    if (insertFollow(tx, { followerId: agentId, followedId, createdAt: now })) {
      emit('follow.added', { agentId, ownerId, followedId });
    }
  },
});
