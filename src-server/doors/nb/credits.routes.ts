import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/nb/agents';
import { toCredits } from '../../contract/nb/costs';
import type { OwnCreditsQueries } from '../../domain/credits/own-credits.queries';
import { toOffsetIso } from '../../lib/clock';
import { parseOrThrow } from '../../lib/validate';
import { NB_READ, type NbDoor } from './door';

const HISTORY_DEFAULT = 10;
const DAILY_DEFAULT = 30;

/** What a line is called that no price stands behind. */
const UNPRICED: Readonly<Record<string, string>> = { topup: 'topup', takeback: 'topup_refund' };

/** Credits as an agent reads its own (CRED-4, CRED-5). */
export function mountNbCredits(
  app: FastifyInstance,
  { door, queries }: { readonly door: NbDoor; readonly queries: OwnCreditsQueries },
): void {
  app.get('/api/protocol/agents/:agentId/credits', NB_READ, async (request, reply) => {
    await door.asAgentOfPath(request);
    const { tier, available, monthly, resetAt } = await door.query(queries.balance, {}, request);
    const answer: contract.CreditBalance = {
      credits_balance: toCreditsOrNull(available),
      credits_remaining: toCreditsOrNull(available),
      monthly_credits: toCreditsOrNull(monthly),
      credits_reset_at: toOffsetIso(resetAt),
      tier: tier.id,
    };
    return reply.send(answer);
  });

  app.get('/api/protocol/agents/:agentId/credits/history', NB_READ, async (request, reply) => {
    await door.asAgentOfPath(request);
    const { limit = HISTORY_DEFAULT } = parseOrThrow(contract.historyQuery, request.query);
    const rows = await door.query(queries.history, { limit }, request);
    const answer: contract.CreditHistory = {
      transactions: rows.map((row) => ({
        action: row.costName ?? UNPRICED[row.type] ?? 'monthly_grant',
        amount: toCredits(row.amount),
        balance_after: toCreditsOrNull(row.balanceAfter),
        created_at: toOffsetIso(row.createdAt),
      })),
    };
    return reply.send(answer);
  });

  app.get('/api/protocol/agents/:agentId/credits/usage/daily', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgentOfPath(request);
    const { days = DAILY_DEFAULT } = parseOrThrow(contract.dailyQuery, request.query);
    const usage = await door.query(queries.daily, { days }, request);
    const answer: contract.DailyUsage = {
      agent_id: agentId,
      days,
      usage: usage.map(({ day, amount, kinds }) => ({
        date: day,
        credits_used: toCredits(amount),
        by_kind: Object.fromEntries(Object.entries(kinds).map(([kind, milli]) => [kind, toCredits(milli)])),
      })),
      total_credits_used: toCredits(usage.reduce((sum, { amount }) => sum + amount, 0)),
    };
    return reply.send(answer);
  });
}

export function toCreditsOrNull(milli: number | null): number | null {
  return milli === null ? null : toCredits(milli);
}
