import { z } from 'zod';
import { id } from '../../contract/common';
import { addGuidanceBody, GUIDANCE_MAX, type GuidanceLine } from '../../contract/console/agents';
import type { Db } from '../../db/open';
import { findAction } from '../../gate/actions.repo';
import { defineCommand } from '../../gate/define-action';
import { writeGuidance } from '../../gate/guidance';
import { findGuidance, listLiveGuidance, setRetired } from '../../gate/guidance.repo';
import { toIso } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { getOwnAgent } from './agents.queries';

/** What an agent was told to keep to. @throws AppError `not_found` */
export function listGuidance(db: Db, ownerId: string, agentId: string): { items: GuidanceLine[] } {
  getOwnAgent(db, ownerId, agentId);
  const lines = listLiveGuidance(db, { agentId, ownerId }, GUIDANCE_MAX);
  return {
    items: lines.map(({ id: lineId, kind, text, actionId, createdAt }) => ({
      id: lineId,
      kind,
      text,
      actionId,
      createdAt: toIso(createdAt),
    })),
  };
}

const addInput = z.object({ id, ...addGuidanceBody.shape });
const retireInput = z.object({ id, guidanceId: id });

/** An owner's standing words to an agent, which reads them through `proposals.guidance`. */
export const guidanceCommands = {
  add: defineCommand<z.infer<typeof addInput>, void>({
    name: 'guidance.added',
    summary: 'Tell an agent something for good',
    input: addInput,
    access: 'owner',
    needsDecide: true,
    isDurable: false,
    run(tx, { input, user, now, ids, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      const beside = input.actionId === undefined ? undefined : findAction(tx, input.actionId);
      if (input.actionId !== undefined && (beside?.agentId !== agent.id || beside.ownerId !== user.userId)) {
        throw notFound('proposal');
      }
      const { text, kind = null, actionId = null } = input;
      const line = { agentId: agent.id, ownerId: user.userId, kind, text, actionId, createdAt: now };
      const { id: subjectId } = writeGuidance(tx, ids, line, 'text');
      emit('agent.guided', { agentId: agent.id, ownerId: user.userId });
      return {
        result: undefined,
        audit: {
          agentId: agent.id,
          subjectType: 'guidance',
          subjectId,
          data: { kind, action: actionId },
          private: { text },
        },
      };
    },
  }),

  retire: defineCommand<z.infer<typeof retireInput>, void>({
    name: 'guidance.retired',
    summary: 'Take a sentence back',
    input: retireInput,
    access: 'owner',
    needsDecide: true,
    isDurable: false,
    run(tx, { input, user, now, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      const line = findGuidance(tx, input.guidanceId);
      if (!line || line.agentId !== agent.id || line.ownerId !== user.userId) throw notFound('guidance');
      if (line.retiredAt === null) setRetired(tx, line.id, now);
      emit('agent.guided', { agentId: agent.id, ownerId: user.userId });
      return {
        result: undefined,
        audit: {
          agentId: agent.id,
          subjectType: 'guidance',
          subjectId: line.id,
          data: { kind: line.kind, action: line.actionId },
        },
      };
    },
  }),
} as const;
