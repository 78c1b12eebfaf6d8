import { setImmediate as nextTick } from 'node:timers/promises';
import type { z } from 'zod';
import * as contract from '../../contract/console/credits';
import type { AgentCredits, CapKind, CreditCap, LedgerLine, WhatIf } from '../../contract/console/credits';
import { CREDIT_COSTS, toCredits, toMilli } from '../../contract/nb/costs';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db, Reader } from '../../db/open';
import { DAY, toIso, toIsoOrNull, utcDay, type Clock } from '../../lib/clock';
import { csvHead, csvLine } from '../../lib/csv';
import { listActionsByIds } from '../activity/activity.repo';
import { getOwnAgent } from '../agents/agents.queries';
import { listAgentsOfOwner, type AgentRow } from '../agents/agents.repo';
import {
  listAlerts,
  listCaps,
  listDays,
  listOutcomes,
  listTransactions,
  listTransactionsOf,
  type TransactionRow,
} from './credits.repo';

import type { CreditsService } from './credits.service';
import { runsOutAt } from './forecast';
import { replayCap, type PastMovement } from './what-if';

const AGENTS_PER_PAGE = 50;
/** Agents whose lines and days are shown together; the largest plan allows 100, a desktop more than anybody has. */
const AGENTS_MAX = 1_000;
const SPENT_DAYS = 30;
const LINES_PER_PAGE = 50;
const BATCH = 500;
/** Movements that a what-if looks at; an agent writes 50 times an hour at most. */
const WHAT_IF_LINES = 20_000;

type Page = { readonly cursor?: string | undefined; readonly limit?: number | undefined };

/** What an owner sees of the credits of their agents. */
export interface CreditsReader {
  list(db: Reader, ownerId: string, query: Page): z.infer<typeof contract.listCredits.answer>;
  /** @throws AppError `not_found` for anybody else's agent */
  agent(db: Db, ownerId: string, agentId: string): AgentCredits;
  usage(
    db: Reader,
    ownerId: string,
    query: { readonly days?: number | undefined; readonly agentId?: string | undefined },
  ): z.infer<typeof contract.getUsage.answer>;
  ledger(
    db: Reader,
    ownerId: string,
    query: Page & { readonly agentId?: string | undefined },
  ): z.infer<typeof contract.listLedger.answer>;
  whatIf(
    db: Reader,
    ownerId: string,
    agentId: string,
    cap: { readonly kind: CapKind; readonly creditsPerDay: number },
  ): WhatIf;
  /** The ledger as CSV, read a bit at a time as it is sent. @throws AppError `not_found` before the first byte */
  csv(db: Reader, ownerId: string, agentId: string | undefined): AsyncIterable<string>;
}

export function createCreditsReader({
  credits,
  clock,
}: {
  readonly credits: Pick<CreditsService, 'standingOf'>;
  readonly clock: Clock;
}): CreditsReader {
  const agentsOf = (db: Db, ownerId: string, agentId: string | undefined): AgentRow[] =>
    agentId === undefined
      ? listAgentsOfOwner(db, ownerId, { after: undefined, limit: AGENTS_MAX })
      : [getOwnAgent(db, ownerId, agentId)];

  const present = (db: Db, agent: AgentRow): AgentCredits => {
    const now = clock.now();
    const today = utcDay(now);
    const { tier, available, reserved, monthly, resetAt } = credits.standingOf(db, agent.id);
    const days = listDays(db, [agent.id], utcDay(now - (SPENT_DAYS - 1) * DAY));
    const sum = (rows: typeof days): number => rows.reduce((total, { amount }) => total + amount, 0);
    const ofToday = days.filter(({ day }) => day === today);
    const perDay = paceOf(days, agent.createdAt, now);
    const caps = listCaps(db, agent.id).map((cap): CreditCap => ({
      kind: cap.kind,
      creditsPerDay: toCredits(cap.perDay),
      spentToday: toCredits(sum(ofToday.filter(({ kind }) => cap.kind === 'all' || kind === cap.kind))),
      setAt: toIso(cap.setAt),
    }));
    return {
      agent: { id: agent.id, name: agent.name, handle: agent.handle, isSample: agent.isSample },
      tier: tier.id,
      balance: available === null ? null : toCredits(available),
      monthly: monthly === null ? null : toCredits(monthly),
      reserved: toCredits(reserved),
      resetAt: toIso(resetAt),
      spentToday: toCredits(sum(ofToday)),
      spent30d: toCredits(sum(days)),
      perDay: toCredits(Math.round(perDay)),
      runsOutAt: toIsoOrNull(runsOutAt({ available, perDay, resetAt, now })),
      caps,
      alerts: alertsOf(db, agent.id, { today, month: utcDay(resetAt), since: now - SPENT_DAYS * DAY }),
    };
  };

  const lineOf = (
    row: TransactionRow,
    names: {
      readonly agents: ReadonlyMap<string, AgentRow>;
      readonly titles: ReadonlyMap<string, string>;
      readonly outcomes: ReadonlyMap<string, LedgerLine['outcome']>;
    },
  ): LedgerLine => {
    const title = row.actionId === null ? undefined : names.titles.get(row.actionId);
    return {
      id: row.id,
      type: contract.ledgerLine.shape.type.parse(row.type),
      agent: { id: row.agentId, name: names.agents.get(row.agentId)?.name ?? row.agentId },
      costName: row.costName,
      credits: toCredits(row.amount),
      balanceAfter: row.balanceAfter === null ? null : toCredits(row.balanceAfter),
      outcome: names.outcomes.get(row.id) ?? null,
      action: row.actionId === null || title === undefined ? null : { id: row.actionId, title },
      createdAt: toIso(row.createdAt),
    };
  };

  /** Lines with the names they are shown with; of proposals only those that are the owner's own. */
  const linesOf = (
    db: Reader,
    ownerId: string,
    rows: readonly TransactionRow[],
    agents: readonly AgentRow[],
  ): LedgerLine[] => {
    const actionIds = rows.flatMap(({ actionId }) => (actionId === null ? [] : [actionId]));
    const actions = listActionsByIds(db, [...new Set(actionIds)]);
    const held = rows.filter(({ type }) => type === 'reserve').map(({ id }) => id);
    const names = {
      agents: new Map(agents.map((agent) => [agent.id, agent])),
      titles: new Map(
        actions.filter((action) => action.ownerId === ownerId).map(({ id, title }) => [id, title]),
      ),
      outcomes: new Map(listOutcomes(db, held).map(({ id, outcome }) => [id, outcome])),
    };
    return rows.map((row) => lineOf(row, names));
  };

  async function* csvOf(db: Reader, ownerId: string, agents: readonly AgentRow[]): AsyncGenerator<string> {
    yield csvHead(LEDGER_COLUMNS);
    const ids = agents.map(({ id }) => id);
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = listTransactionsOf(db, ids, BATCH, before);
      const last = rows.at(-1);
      if (!last) return;
      yield linesOf(db, ownerId, rows, agents).map(toCsv).join('');
      before = last.seq;
      await nextTick();
    }
  }

  return {
    list(db, ownerId, query) {
      const limit = query.limit ?? AGENTS_PER_PAGE;
      const after = query.cursor === undefined ? undefined : decodeKeyset(query.cursor);
      const rows = listAgentsOfOwner(db, ownerId, { after, limit: limit + 1 });
      const page = toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return {
        items: page.items.map((agent) => present(db, agent)),
        nextCursor: page.nextCursor,
        prices: Object.entries(CREDIT_COSTS).map(([name, milli]) => ({ name, credits: toCredits(milli) })),
      };
    },

    agent: (db, ownerId, agentId) => present(db, getOwnAgent(db, ownerId, agentId)),

    usage(db, ownerId, { days = SPENT_DAYS, agentId }) {
      const agents = agentsOf(db, ownerId, agentId);
      const now = clock.now();
      const from = utcDay(now - (days - 1) * DAY);
      const rows = listDays(
        db,
        agents.map(({ id }) => id),
        from,
      ).filter(({ amount }) => amount > 0);
      const spenders = new Set(rows.map((row) => row.agentId));
      return {
        from,
        to: utcDay(now),
        agents: agents.filter(({ id }) => spenders.has(id)).map(({ id, name }) => ({ id, name })),
        items: rows.map(({ amount, ...row }) => ({ ...row, credits: toCredits(amount) })),
      };
    },

    ledger(db, ownerId, query) {
      const limit = query.limit ?? LINES_PER_PAGE;
      const agents = agentsOf(db, ownerId, query.agentId);
      const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeKeyset(query.cursor).at;
      const ids = agents.map(({ id }) => id);
      const page = toPage(listTransactionsOf(db, ids, limit + 1, before), limit, ({ seq, id }) => ({
        at: seq,
        id,
      }));
      return { items: linesOf(db, ownerId, page.items, agents), nextCursor: page.nextCursor };
    },

    whatIf(db, ownerId, agentId, { kind, creditsPerDay }) {
      getOwnAgent(db, ownerId, agentId);
      const since = Date.parse(`${utcDay(clock.now() - (contract.WHAT_IF_DAYS - 1) * DAY)}T00:00:00.000Z`);
      const movements = movementsSince(db, agentId, since);
      return {
        days: contract.WHAT_IF_DAYS,
        ...replayCap(movements, { kind, perDay: toMilli(creditsPerDay) }),
      };
    },

    csv: (db, ownerId, agentId) => csvOf(db, ownerId, agentsOf(db, ownerId, agentId)),
  };
}

/** The highest threshold of each scope in the period that is still running, the latest first. */
function alertsOf(
  db: Db,
  agentId: string,
  { today, month, since }: { readonly today: string; readonly month: string; readonly since: number },
): AgentCredits['alerts'] {
  const scopes = new Set<string>();
  return listAlerts(db, agentId, since)
    .filter(({ scope, period }) => period === (scope === 'month' ? month : today))
    .filter(({ scope }) => !scopes.has(scope) && scopes.add(scope))
    .map(({ scope, threshold, createdAt }) => ({ scope, threshold, at: toIso(createdAt) }));
}

/** Mean spend of a day in 1/1000 credit, over the days that there were of the last fortnight. */
function paceOf(
  days: readonly { readonly day: string; readonly amount: number }[],
  createdAt: number,
  now: number,
): number {
  const since = utcDay(now - (contract.PACE_DAYS - 1) * DAY);
  const spent = days.filter(({ day }) => day >= since).reduce((sum, { amount }) => sum + amount, 0);
  const lived = Math.floor((now - createdAt) / DAY) + 1;
  return spent / Math.max(1, Math.min(contract.PACE_DAYS, lived));
}

/** What an agent spent and got back since, in the order in which it happened. */
function movementsSince(db: Reader, agentId: string, since: number): PastMovement[] {
  const rows: TransactionRow[] = [];
  for (let before = Number.MAX_SAFE_INTEGER; rows.length < WHAT_IF_LINES;) {
    const batch = listTransactions(db, agentId, BATCH, before);
    const recent = batch.filter(({ createdAt }) => createdAt >= since);
    rows.push(...recent);
    const last = batch.at(-1);
    if (!last || recent.length < batch.length) break;
    before = last.seq;
  }
  const kinds = new Map(kindsOf(db, rows));
  return rows.toReversed().map(({ type, actionId, createdAt, amount }) => ({
    type,
    actionId,
    kind: actionId === null ? undefined : kinds.get(actionId),
    day: utcDay(createdAt),
    amount: Math.abs(amount),
  }));
}

function* kindsOf(db: Reader, rows: readonly TransactionRow[]) {
  const ids = [...new Set(rows.flatMap(({ actionId }) => (actionId === null ? [] : [actionId])))];
  for (let from = 0; from < ids.length; from += BATCH) {
    for (const { id, kind } of listActionsByIds(db, ids.slice(from, from + BATCH))) yield [id, kind] as const;
  }
}

const LEDGER_COLUMNS = [
  'id',
  'time',
  'agent',
  'agent_id',
  'type',
  'paid_for',
  'credits',
  'balance_after',
  'outcome',
  'action',
  'action_id',
];

function toCsv(line: LedgerLine): string {
  return csvLine([
    line.id,
    line.createdAt,
    line.agent.name,
    line.agent.id,
    line.type,
    line.costName ?? '',
    line.credits,
    line.balanceAfter ?? '',
    line.outcome ?? '',
    line.action?.title ?? '',
    line.action?.id ?? '',
  ]);
}
