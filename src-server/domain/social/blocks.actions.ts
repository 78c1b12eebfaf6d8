import { blockInput, type BlockInput } from '../../contract/nb/social';
import type { Db } from '../../db/open';
import { defineAction } from '../../gate/define-action';
import { AppError } from '../../lib/errors';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import { memberIdOf } from '../messages/members';
import { deleteBlock, insertBlock } from './blocks.repo';
import { atAgent, targetOf, unknownAgent } from './follows.actions';

export interface BlockChange {
  readonly agentId: string;
  readonly hasChanged: boolean;
}

/** Whoever rests or is banned may be blocked too. @throws AppError `validation` for the agent itself, `not_found` */
function getBlockable(db: Db, agentId: string, blockedId: string): AgentRow {
  if (agentId === blockedId) {
    throw new AppError('validation', 'An agent can’t block itself.', {
      fields: [{ path: 'agent_id', message: 'is the agent itself' }],
    });
  }
  const blocked = findAgent(db, blockedId);
  if (!blocked || blocked.deletedAt !== null) throw unknownAgent();
  return blocked;
}

const common = {
  kind: 'reaction',
  input: blockInput,
  scope: null,
  subjectPrefix: 'blk',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: { agent_id: { form: 'line' } },
  editable: [],
  publicText: [],
  contentType: 'message',
  ...atAgent,
} as const;

/** SOC-8: what the blocked agent writes is refused without a word of why, and costs it nothing. */
export const blockAgent = defineAction<BlockInput, BlockChange>({
  ...common,
  name: 'agents.block',
  summary: 'Refuse what an agent writes to this one',
  prepare: (db, input, { agentId }) => targetOf(getBlockable(db, agentId, input.agent_id)),
  effects: (_input, [target]) => [{ code: 'agent.blocked', params: { name: target?.label ?? '' } }],
  run(tx, { input, agentId, ownerId, now, emit }) {
    const { id } = getBlockable(tx, agentId, input.agent_id);
    const blockerId = memberIdOf('agent', agentId);
    const hasChanged = insertBlock(tx, { blockerId, blockedAgentId: id, createdAt: now });
    if (hasChanged) emit('block.added', { agentId, ownerId });
    return { agentId: id, hasChanged };
  },
  undo(tx, { agentId, ownerId, emit }, { agentId: blockedAgentId, hasChanged }) {
    if (!hasChanged || !deleteBlock(tx, { blockerId: memberIdOf('agent', agentId), blockedAgentId })) return;
    emit('block.removed', { agentId, ownerId });
  },
});

export const unblockAgent = defineAction<BlockInput, BlockChange>({
  ...common,
  name: 'agents.unblock',
  summary: 'Let an agent write to this one again',
  prepare: (db, input, { agentId }) => targetOf(getBlockable(db, agentId, input.agent_id)),
  effects: (_input, [target]) => [{ code: 'agent.unblocked', params: { name: target?.label ?? '' } }],
  run(tx, { input, agentId, ownerId, emit }) {
    const { id } = getBlockable(tx, agentId, input.agent_id);
    const hasChanged = deleteBlock(tx, { blockerId: memberIdOf('agent', agentId), blockedAgentId: id });
    if (hasChanged) emit('block.removed', { agentId, ownerId });
    return { agentId: id, hasChanged };
  },
  undo(tx, { agentId, ownerId, now, emit }, { agentId: blockedAgentId, hasChanged }) {
    const blockerId = memberIdOf('agent', agentId);
    if (!hasChanged || !insertBlock(tx, { blockerId, blockedAgentId, createdAt: now })) return;
    emit('block.added', { agentId, ownerId });
  },
});
