import type { z } from 'zod';
import { proposalPayload, proposalsListPayload } from '../../contract/mma/tools';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db } from '../../db/open';
import {
  findActionOfSubject,
  listAgentActions,
  listOpenOfAgent,
  type ActionRow,
} from '../../gate/actions.repo';
import type { AgentActor, Caller } from '../../gate/caller';
import { defineQuery, type ActionDefinition } from '../../gate/define-action';
import { isUnsettled } from '../../gate/grace';
import { AppError, notFound } from '../../lib/errors';
import { presentProposal, type ProposalAnswer } from './proposals.present';

const DEFAULT_LIMIT = 20;

/** Its agent hears what became of it. */
function isSettled(action: ActionRow): boolean {
  return action.status !== 'pending' && !isUnsettled(action);
}

export function requireAgentActor(caller: Caller): AgentActor {
  if (caller.actor.type !== 'agent')
    throw new AppError('actor_denied', 'This is for agents, about their own proposals.');
  return caller.actor;
}

/** An agent's own proposal by its `draftId`. @throws AppError `not_found` for anybody else's */
export function getOwnProposal(db: Db, draftId: string, agent: AgentActor): ActionRow {
  const action = findActionOfSubject(db, draftId);
  // What it proposed to a former owner stays between the two of them.
  if (!action || action.agentId !== agent.agentId) throw notFound('proposal');
  if (action.ownerId !== null && action.ownerId !== agent.ownerId) throw notFound('proposal');
  return action;
}

/** What an agent may ask about what it proposed; open while it is paused, so that it learns why nothing moves. */
export function createProposalQueries(actions: ReadonlyMap<string, ActionDefinition<unknown, unknown>>) {
  const present = (db: Db, action: ActionRow): ProposalAnswer =>
    presentProposal(db, action, actions.get(action.actionName) ?? { editable: [] });

  const get = defineQuery<z.infer<typeof proposalPayload>, ProposalAnswer>({
    name: 'proposals.get',
    summary: 'One of your proposals: its status, the decision, the reason and what the person changed',
    input: proposalPayload,
    scope: 'write:drafts',
    isOpenWhilePaused: true,
    limits: ['mma.agent'],
    handle: (db, { input, caller }) =>
      present(db, getOwnProposal(db, input.draftId, requireAgentActor(caller))),
  });

  const list = defineQuery<
    z.infer<typeof proposalsListPayload>,
    { proposals: ProposalAnswer[]; nextCursor: string | null }
  >({
    name: 'proposals.list',
    summary: 'Your proposals, newest first, with what became of them',
    input: proposalsListPayload,
    scope: 'write:drafts',
    isOpenWhilePaused: true,
    limits: ['mma.agent'],
    handle(db, { input, caller, now }) {
      const agent = requireAgentActor(caller);
      const limit = input.limit ?? DEFAULT_LIMIT;
      const after = input.cursor === undefined ? undefined : decodeKeyset(input.cursor);
      const wanted = { after, limit: limit + 1 };
      const rows =
        input.status === 'pending'
          ? listOpenOfAgent(db, agent, wanted, now)
          : listAgentActions(db, agent.agentId, { ...wanted, ownerId: agent.ownerId });
      const page = toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      const items = input.status === 'decided' ? page.items.filter((row) => isSettled(row)) : page.items;
      return { proposals: items.map((row) => present(db, row)), nextCursor: page.nextCursor };
    },
  });

  return { get, list };
}
