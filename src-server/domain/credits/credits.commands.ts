import { z } from 'zod';
import { id } from '../../contract/common';
import { setCapBody } from '../../contract/console/credits';
import { toMilli } from '../../contract/nb/costs';
import { defineCommand } from '../../gate/define-action';
import { getOwnAgent } from '../agents/agents.queries';
import { listCaps, setCap } from './credits.repo';

const capInput = z.object({ id, ...setCapBody.shape });

const cap = defineCommand({
  name: 'spending.cap-set',
  summary: 'Bound what an agent may spend a day',
  input: capInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, { input, user, now, emit }) {
    getOwnAgent(tx, user.userId, input.id);
    const before = listCaps(tx, input.id).find(({ kind }) => kind === input.kind)?.perDay ?? null;
    const perDay = input.creditsPerDay === null ? null : toMilli(input.creditsPerDay);
    setCap(tx, { agentId: input.id, kind: input.kind, perDay, setAt: now });
    emit('spending.cap-set', { agentId: input.id, ownerId: user.userId, kind: input.kind });
    return {
      result: undefined,
      audit: {
        agentId: input.id,
        subjectType: 'agent',
        subjectId: input.id,
        data: { cap: input.kind, before, perDay },
      },
    };
  },
});

/** What an owner settles about the spending of their agents. */
export const creditCommands = { setCap: cap } as const;
