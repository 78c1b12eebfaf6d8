import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/console/credits';
import type { Reader } from '../../db/open';
import { creditCommands } from '../../domain/credits/credits.commands';
import type { CreditsReader } from '../../domain/credits/credits.queries';
import type { Caller } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import { utcDay, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { CONSOLE_PREFIX, readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface CreditRouteDeps {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly spending: CreditsReader;
}

/** An owner and what their agents spend. */
export function creditRoutes({ reader, gate, spending }: CreditRouteDeps): ConsoleRoute[] {
  return [
    readRoute(contract.listCredits, ({ user, query }) => spending.list(reader, user.userId, query)),
    readRoute(contract.getAgentCredits, ({ user, params }) => spending.agent(reader, user.userId, params.id)),
    readRoute(contract.getUsage, ({ user, query }) => spending.usage(reader, user.userId, query)),
    readRoute(contract.listLedger, ({ user, query }) => spending.ledger(reader, user.userId, query)),
    readRoute(contract.whatIfCap, ({ user, params, query }) =>
      spending.whatIf(reader, user.userId, params.id, query),
    ),
    writeRoute(contract.setCap, ({ user, params, body, caller }, answering) =>
      gate.command(
        creditCommands.setCap,
        { ...params, ...body },
        caller,
        answering((tx) => spending.agent(tx, user.userId, params.id)),
      ),
    ),
  ];
}

/** The ledger as a file that is read as it is sent. */
export function mountLedgerDownload(
  app: FastifyInstance,
  {
    reader,
    clock,
    spending,
    callerOf,
  }: {
    readonly reader: Reader;
    readonly clock: Clock;
    readonly spending: CreditsReader;
    readonly callerOf: (request: FastifyRequest) => Promise<Caller> | Caller;
  },
): void {
  app.get(
    `${CONSOLE_PREFIX}${contract.LEDGER_EXPORT_PATH}`,
    { config: { dialect: 'console' } },
    async (request, reply) => {
      const caller = await callerOf(request);
      request.caller = caller;
      if (caller.actor.type !== 'user') throw new AppError('unauthenticated', 'Sign in first.');
      const { agentId } = parseOrThrow(contract.ledgerExportQuery, request.query);
      const lines = spending.csv(reader, caller.actor.userId, agentId);
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header(
          'content-disposition',
          `attachment; filename="countersign-credits-${utcDay(clock.now())}.csv"`,
        )
        .header('cache-control', 'no-store')
        .send(Readable.from(lines));
    },
  );
}
