import { z } from 'zod';
import { defineQuery, type QueryContext } from '../../gate/define-action';
import { DAY, utcDay } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import { listDays, type TransactionRow } from './credits.repo';
import type { CreditsService, Standing } from './credits.service';

const pageInput = z.object({ limit: z.number() });
const daysInput = z.object({ days: z.number() });
const nothing = z.object({});

export interface OwnAgentView {
  readonly agent: AgentRow;
  readonly standing: Standing;
}

/** What an agent spent on one day, by kind. */
export interface DailyUse {
  readonly day: string;
  /** 1/1000 credit. */
  readonly amount: number;
  readonly kinds: Readonly<Record<string, number>>;
}

/** What an agent reads of itself. Reads are free and count in no window; the calls log has them. */
export function createOwnCreditsQueries({
  credits,
}: {
  readonly credits: Pick<CreditsService, 'standingOf' | 'history'>;
}) {
  const me = defineQuery<z.infer<typeof nothing>, OwnAgentView>({
    name: 'agents.me',
    summary: 'Who this agent is',
    input: nothing,
    scope: null,
    limits: [],
    handle(db, context) {
      const agent = findAgent(db, agentIdOf(context));
      if (!agent) throw notFound('agent');
      return { agent, standing: credits.standingOf(db, agent.id) };
    },
  });

  const balance = defineQuery<z.infer<typeof nothing>, Standing>({
    name: 'credits.balance',
    summary: 'What this agent may spend',
    input: nothing,
    scope: null,
    limits: [],
    handle: (db, context) => credits.standingOf(db, agentIdOf(context)),
  });

  const history = defineQuery<z.infer<typeof pageInput>, TransactionRow[]>({
    name: 'credits.history',
    summary: 'What this agent spent and got, newest first',
    input: pageInput,
    scope: null,
    limits: [],
    handle: (db, context) => credits.history(db, agentIdOf(context), context.input.limit),
  });

  const daily = defineQuery<z.infer<typeof daysInput>, DailyUse[]>({
    name: 'credits.daily',
    summary: 'What this agent spent each day',
    input: daysInput,
    scope: null,
    limits: [],
    handle(db, context) {
      const { days } = context.input;
      const dayOf = (back: number): string => utcDay(context.now - back * DAY);
      const rows = listDays(db, [agentIdOf(context)], dayOf(days - 1));
      return Array.from({ length: days }, (_unused, back) => {
        const day = dayOf(days - 1 - back);
        const spent = rows.filter((row) => row.day === day && row.amount !== 0);
        return {
          day,
          amount: spent.reduce((sum, { amount }) => sum + amount, 0),
          kinds: Object.fromEntries(spent.map(({ kind, amount }) => [kind, amount])),
        };
      });
    },
  });

  return { me, balance, history, daily };
}

export type OwnCreditsQueries = ReturnType<typeof createOwnCreditsQueries>;

function agentIdOf({ caller: { actor } }: QueryContext<unknown>): string {
  if (actor.type !== 'agent') throw new AppError('unauthenticated', 'This needs an API key: X-API-Key: nb_…');
  return actor.agentId;
}
