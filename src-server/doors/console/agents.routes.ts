import * as contract from '../../contract/console/agents';
import type { AgentDetail } from '../../contract/console/agents';
import type { Reader } from '../../db/open';
import type { Gate } from '../../gate/gate';
import type { Grants } from '../../gate/grants';
import type { UserActor } from '../../gate/caller';
import { toIso, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { AgentCommands } from '../../domain/agents/agents.commands';
import {
  getAgentDetail,
  findPublicProfile,
  getOwnAgent,
  listJoining,
  listOwnAgents,
  presentJoining,
} from '../../domain/agents/agents.queries';
import { guidanceCommands, listGuidance } from '../../domain/agents/guidance.commands';
import type { FreezeCommands } from '../../domain/agents/freeze.commands';
import type { ClaimsService } from '../../domain/agents/claims.service';
import { snippetsFor } from '../../domain/agents/snippets';
import type { InboxReader } from '../../domain/approvals/inbox.queries';
import { presentNewKey } from './keys.routes';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface AgentRouteDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly commands: AgentCommands;
  readonly freezing: FreezeCommands;
  readonly grants: Pick<Grants, 'untilOf'>;
  readonly claims: ClaimsService;
  readonly inbox: InboxReader;
  readonly emailOf: (userId: string) => string;
  readonly publicUrl: () => string;
}

/** An owner and their agents. */
export function agentRoutes(deps: AgentRouteDeps): ConsoleRoute[] {
  const { reader, gate, commands, freezing, claims, inbox } = deps;
  const detail = (db: Reader, user: UserActor, agentId: string): AgentDetail =>
    getAgentDetail(db, user.userId, agentId, { now: deps.clock.now(), grants: deps.grants });

  return [
    readRoute(contract.listAgents, ({ user, query }) => listOwnAgents(reader, user.userId, query)),
    readRoute(contract.getAgent, ({ user, params }) => detail(reader, user, params.id)),
    readRoute(contract.getPublicProfile, ({ user, params }) => ({
      profile: findPublicProfile(reader, user.userId, params.id, deps.publicUrl()),
    })),
    readRoute(contract.listAgentHistory, ({ user, params, query }) =>
      inbox.history(reader, user.userId, params.id, query),
    ),
    writeRoute(
      contract.createAgent,
      ({ user, body, caller }, answering) =>
        gate.command(
          commands.create,
          body,
          caller,
          answering((tx, { agentId, key }) => ({
            agent: detail(tx, user, agentId),
            key: presentNewKey(key),
          })),
        ),
      { hasSecret: () => true },
    ),
    readRoute(contract.listSnippets, ({ user, params }) => {
      const agent = getOwnAgent(reader, user.userId, params.id);
      return { items: snippetsFor(deps.publicUrl(), agent.handle ?? agent.name) };
    }),
    readRoute(contract.listGuidance, ({ user, params }) => listGuidance(reader, user.userId, params.id)),
    writeRoute(contract.addGuidance, ({ user, params, body, caller }, answering) =>
      gate.command(
        guidanceCommands.add,
        { ...params, ...body },
        caller,
        answering((tx) => listGuidance(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.retireGuidance, ({ user, params, caller }, answering) =>
      gate.command(
        guidanceCommands.retire,
        params,
        caller,
        answering((tx) => listGuidance(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.allowForAWhile, ({ user, params, body, caller }, answering) =>
      gate.allowForAWhile(
        { agentId: params.id, ...body },
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.endAllow, ({ user, params, caller }, answering) =>
      gate.endAllow(
        { agentId: params.id, kind: params.kind },
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.freezeAll, ({ caller }, answering) =>
      gate.command(
        freezing.freeze,
        {},
        caller,
        answering((_tx, { frozenAt, agents }) => ({ frozenAt: toIso(frozenAt), agents })),
      ),
    ),
    writeRoute(contract.thawAll, ({ caller }, answering) =>
      gate.command(
        freezing.thaw,
        {},
        caller,
        answering((_tx, agents) => ({ agents })),
      ),
    ),
    writeRoute(contract.updateAgent, ({ user, params, body, caller }, answering) =>
      gate.command(
        commands.update,
        { ...params, ...body },
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.pauseAgent, ({ user, params, caller }, answering) =>
      gate.command(
        commands.pause,
        params,
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.resumeAgent, ({ user, params, caller }, answering) =>
      gate.command(
        commands.resume,
        params,
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.setPolicy, ({ user, params, body, caller }, answering) =>
      gate.command(
        commands.setPolicy,
        { ...params, ...body },
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    readRoute(contract.listJoining, ({ user }) => ({
      items: listJoining(reader, deps.emailOf(user.userId), deps.clock.now()),
    })),
    // A POST for the code's sake, and no write: it is asked again, not repeated.
    readRoute(contract.previewClaim, async ({ user, body, caller }) => {
      const agent = await claims.preview(body.claimCode, caller);
      return presentJoining(reader, agent, deps.emailOf(user.userId), deps.clock.now());
    }),
    writeRoute(
      contract.claimAgent,
      ({ user, body, caller }, answering) => {
        if (body.agentId === undefined && body.claimCode === undefined) {
          throw new AppError('validation', 'claimCode: a code or an agentId is needed.', {
            fields: [{ path: 'claimCode', message: 'is needed' }],
          });
        }
        return claims.claim(
          body,
          caller,
          answering((tx, { agentId, key }) => ({
            agent: detail(tx, user, agentId),
            key: key ? presentNewKey(key) : null,
          })),
        );
      },
      { hasSecret: ({ key }) => key !== null },
    ),
    writeRoute(contract.disownAgent, ({ params, caller }, answering) =>
      claims.disown(
        params.id,
        caller,
        answering(() => ({ disowned: true as const })),
      ),
    ),
  ];
}
