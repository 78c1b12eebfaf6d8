import type { z } from 'zod';
import type { Kind } from '../../contract/common';
import { GUIDANCE_MAX } from '../../contract/console/agents';
import { guidancePayload, proposalPayload, proposalsListPayload } from '../../contract/mma/tools';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db } from '../../db/open';
import {
  findAction,
  findActionOfSubject,
  listAgentActions,
  listOpenOfAgent,
  type ActionRow,
} from '../../gate/actions.repo';
import type { AgentActor, Caller } from '../../gate/caller';
import { defineQuery, type ActionDefinition } from '../../gate/define-action';
import { isUnsettled } from '../../gate/grace';
import { listLiveGuidance, type GuidanceRow } from '../../gate/guidance.repo';
import { toIso } from '../../lib/clock';
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

export interface GuidanceAnswer {
  readonly id: string;
  /** Null: for whatever the agent does. */
  readonly kind: Kind | null;
  readonly text: string;
  /** The proposal it was said beside. */
  readonly draftId: string | null;
  readonly createdAt: string;
}

/** Nothing while the decision it was said beside is still in grace: until then there is none to its agent. */
function presentGuidance(db: Db, line: GuidanceRow): GuidanceAnswer[] {
  const action = line.actionId === null ? undefined : findAction(db, line.actionId);
  if (action && isUnsettled(action) && action.decidedAt === line.createdAt) return [];
  const { id, kind, text, createdAt } = line;
  return [{ id, kind, text, draftId: action?.subjectId ?? null, createdAt: toIso(createdAt) }];
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

  const guidance = defineQuery<z.infer<typeof guidancePayload>, { guidance: GuidanceAnswer[] }>({
    name: 'proposals.guidance',
    summary: 'What your owner wants you to keep to from now on, newest first',
    input: guidancePayload,
    scope: 'write:drafts',
    isOpenWhilePaused: true,
    limits: ['mma.agent'],
    handle(db, { input, caller }) {
      const { agentId, ownerId } = requireAgentActor(caller);
      if (ownerId === null) return { guidance: [] };
      const lines = listLiveGuidance(db, { agentId, ownerId }, GUIDANCE_MAX);
      return {
        guidance: lines
          .filter(({ kind }) => input.kind === undefined || kind === null || kind === input.kind)
          .flatMap((line) => presentGuidance(db, line)),
      };
    },
  });

  return { get, list, guidance };
}
