import * as contract from '../../contract/console/webhooks';
import type { Config } from '../../config';
import type { Db, Reader } from '../../db/open';
import { getOwnAgent } from '../../domain/agents/agents.queries';
import type { Catcher } from '../../domain/webhooks/catcher';
import { getOwnDelivery, type WebhookCommands } from '../../domain/webhooks/webhooks.commands';
import {
  listDeliveryPage,
  listOwnWebhooks,
  presentDelivery,
  presentDeliveryDetail,
  presentWebhook,
} from '../../domain/webhooks/webhooks.present';
import { listExceptions } from '../../domain/webhooks/webhooks.repo';
import type { UserActor } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import { toIso, type Clock } from '../../lib/clock';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface WebhookRouteDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly commands: WebhookCommands;
  readonly catcher: Pick<Catcher, 'list'>;
  readonly mode: Config['mode'];
}

/** An owner and the webhooks of their agents. */
export function webhookRoutes({
  reader,
  clock,
  gate,
  commands,
  catcher,
  mode,
}: WebhookRouteDeps): ConsoleRoute[] {
  const view = (db: Db, user: UserActor, agentId: string): contract.WebhookView =>
    presentWebhook(db, getOwnAgent(db, user.userId, agentId), clock.now());
  const exceptions = (db: Db, user: UserActor) => ({
    items: listExceptions(db, user.userId, contract.EXCEPTIONS_MAX).map(({ host, port, createdAt }) => ({
      host,
      port,
      createdAt: toIso(createdAt),
    })),
    canAdd: mode === 'desktop',
  });

  return [
    readRoute(contract.listWebhooks, ({ user, query }) =>
      listOwnWebhooks(reader, user.userId, query, clock.now()),
    ),
    readRoute(contract.listExceptions, ({ user }) => exceptions(reader, user)),
    writeRoute(contract.addException, ({ user, body, caller }, answering) =>
      gate.command(
        commands.except,
        body,
        caller,
        answering((tx) => exceptions(tx, user)),
      ),
    ),
    writeRoute(contract.removeException, ({ user, params, caller }, answering) =>
      gate.command(
        commands.unexcept,
        params,
        caller,
        answering((tx) => exceptions(tx, user)),
      ),
    ),
    readRoute(contract.getWebhook, ({ user, params }) => view(reader, user, params.id)),
    writeRoute(
      contract.updateWebhook,
      ({ user, params, body, caller }, answering) =>
        gate.command(
          commands.update,
          { ...params, ...body },
          caller,
          answering((tx, { secret }) => ({ webhook: view(tx, user, params.id), secret })),
        ),
      { hasSecret: ({ secret }) => secret !== null },
    ),
    writeRoute(
      contract.replaceSecret,
      ({ user, params, body, caller }, answering) =>
        gate.command(
          commands.rotate,
          { ...params, ...body },
          caller,
          answering((tx, secret) => ({ webhook: view(tx, user, params.id), secret })),
        ),
      { hasSecret: () => true },
    ),
    writeRoute(contract.testWebhook, ({ params, body, caller }, answering) =>
      gate.command(
        commands.test,
        { ...params, ...body },
        caller,
        answering((_tx, delivery) => presentDelivery(delivery)),
      ),
    ),
    readRoute(contract.listDeliveries, ({ user, params, query }) =>
      listDeliveryPage(reader, getOwnAgent(reader, user.userId, params.id).id, query),
    ),
    readRoute(contract.getDelivery, ({ user, params }) => {
      const agent = getOwnAgent(reader, user.userId, params.id);
      return presentDeliveryDetail(reader, getOwnDelivery(reader, agent.id, params.deliveryId));
    }),
    writeRoute(contract.resendDelivery, ({ params, caller }, answering) =>
      gate.command(
        commands.resend,
        params,
        caller,
        answering((_tx, delivery) => presentDelivery(delivery)),
      ),
    ),
    writeRoute(contract.recoverDeliveries, ({ user, params, body, caller }, answering) =>
      gate.command(
        commands.recover,
        { ...params, ...body },
        caller,
        answering((tx) => view(tx, user, params.id)),
      ),
    ),
    readRoute(contract.listCaught, ({ user, params }) => {
      const { id } = getOwnAgent(reader, user.userId, params.id);
      return { items: catcher.list(id).map(({ at, ...caught }) => ({ ...caught, at: toIso(at) })) };
    }),
  ];
}
