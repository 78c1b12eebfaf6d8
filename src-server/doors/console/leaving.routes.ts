import * as contract from '../../contract/console/leaving';
import type { AgentOffer, Consequences, Leaving } from '../../contract/console/leaving';
import type { Reader } from '../../db/open';
import { getAgentDetail, getOwnAgent } from '../../domain/agents/agents.queries';
import { findAgent } from '../../domain/agents/agents.repo';
import type { LeavingCommands } from '../../domain/agents/leaving.commands';
import { findOpenTransfer, listOpenTransfersTo, type TransferRow } from '../../domain/agents/transfers.repo';
import type { Caller, UserActor } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import type { Grants } from '../../gate/grants';
import { toIso, type Clock } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { presentNewKey } from './keys.routes';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface LeavingRouteDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly grants: Pick<Grants, 'untilOf'>;
  readonly commands: LeavingCommands;
  readonly emailOf: (userId: string) => string;
  readonly nameOf: (userId: string) => string | undefined;
  readonly flushUsage: () => void;
}

function presentOffer({ id, toEmail, createdAt, expiresAt }: TransferRow): AgentOffer {
  return { id, toEmail, createdAt: toIso(createdAt), expiresAt: toIso(expiresAt) };
}

/** How agents leave an owner and come to another. */
export function leavingRoutes(deps: LeavingRouteDeps): ConsoleRoute[] {
  const { reader, clock, gate, grants, commands, flushUsage } = deps;

  const preview = (user: UserActor, agentId: string, how: Leaving, caller: Caller): Consequences => {
    const agent = getOwnAgent(reader, user.userId, agentId);
    if (how === 'unbind') return gate.preview(commands.unbind, { id: agentId }, caller).consequences;
    if (how === 'transfer') return gate.preview(commands.rehearseTransfer, { id: agentId }, caller);
    return gate.preview(commands.remove, { id: agentId, confirm: agent.handle ?? agent.name }, caller);
  };

  const openOffer = (db: Reader, agentId: string): AgentOffer | null => {
    const open = findOpenTransfer(db, agentId, clock.now());
    return open ? presentOffer(open) : null;
  };

  return [
    // It runs the real handler and rolls it back: nothing is written.
    readRoute(contract.previewLeaving, ({ user, params, query, caller }) =>
      preview(user, params.id, query.how, caller),
    ),
    writeRoute(
      contract.unbindAgent,
      ({ params, caller }, answering) => {
        flushUsage();
        return gate.command(
          commands.unbind,
          params,
          caller,
          answering((_tx, { consequences, claimCode, claimExpiresAt }) => ({
            consequences,
            claimCode,
            claimExpiresAt: toIso(claimExpiresAt),
          })),
        );
      },
      { hasSecret: () => true },
    ),
    writeRoute(contract.deleteAgent, ({ params, body, caller }, answering) => {
      flushUsage();
      return gate.command(
        commands.remove,
        { ...params, ...body },
        caller,
        answering((_tx, consequences) => ({ consequences })),
      );
    }),
    readRoute(contract.getOffer, ({ user, params }) => {
      const agent = getOwnAgent(reader, user.userId, params.id);
      return { offer: openOffer(reader, agent.id) };
    }),
    writeRoute(contract.offerAgent, ({ params, body, caller }, answering) =>
      gate.command(
        commands.offer,
        { ...params, ...body },
        caller,
        answering((tx) => {
          const offer = openOffer(tx, params.id);
          if (!offer) throw notFound('open offer');
          return { offer };
        }),
      ),
    ),
    writeRoute(contract.cancelOffer, ({ params, caller }, answering) =>
      gate.command(
        commands.cancelOffer,
        params,
        caller,
        answering(() => ({ cancelled: true as const })),
      ),
    ),
    readRoute(contract.listOffers, ({ user }) => ({
      items: listOpenTransfersTo(reader, deps.emailOf(user.userId), clock.now()).flatMap((transfer) => {
        const agent = findAgent(reader, transfer.agentId);
        if (!agent || agent.ownerId !== transfer.fromUserId) return [];
        const { id, name, handle, origin, description, postsCount } = agent;
        return [
          {
            id: transfer.id,
            from: deps.nameOf(transfer.fromUserId) ?? '',
            agent: { id, name, handle, origin, description, postsCount },
            createdAt: toIso(transfer.createdAt),
            expiresAt: toIso(transfer.expiresAt),
          },
        ];
      }),
    })),
    writeRoute(
      contract.acceptOffer,
      ({ user, params, caller }, answering) => {
        flushUsage();
        return gate.command(
          commands.acceptOffer,
          params,
          caller,
          answering((tx, { agentId, key }) => ({
            agent: getAgentDetail(tx, user.userId, agentId, { now: clock.now(), grants }),
            key: presentNewKey(key),
          })),
        );
      },
      { hasSecret: () => true },
    ),
    writeRoute(contract.declineOffer, ({ params, caller }, answering) =>
      gate.command(
        commands.declineOffer,
        params,
        caller,
        answering(() => ({ declined: true as const })),
      ),
    ),
  ];
}
