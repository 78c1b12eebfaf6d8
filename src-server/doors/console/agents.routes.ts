import * as contract from '../../contract/console/agents';
import type { AgentDetail } from '../../contract/console/agents';
import type { Reader } from '../../db/open';
import type { Gate } from '../../gate/gate';
import type { UserActor } from '../../gate/caller';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { IssuedKey } from '../../domain/agents/agent-keys.service';
import type { AgentCommands } from '../../domain/agents/agents.commands';
import {
  getAgentDetail,
  getOwnAgent,
  listJoining,
  listOwnAgents,
  presentJoining,
} from '../../domain/agents/agents.queries';
import type { ClaimsService } from '../../domain/agents/claims.service';
import { snippetsFor } from '../../domain/agents/snippets';
import type { InboxReader } from '../../domain/approvals/inbox.queries';
import { answeringOnce, route, type ConsoleRoute } from './mount-console';

export interface AgentRouteDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly commands: AgentCommands;
  readonly claims: ClaimsService;
  readonly inbox: InboxReader;
  readonly emailOf: (userId: string) => string;
  readonly publicUrl: () => string;
}

/** An owner and their agents. */
export function agentRoutes(deps: AgentRouteDeps): ConsoleRoute[] {
  const { reader, gate, commands, claims, inbox } = deps;
  const detail = (user: UserActor, agentId: string): AgentDetail =>
    getAgentDetail(reader, user.userId, agentId, deps.clock.now());
  const presentKey = ({ id, secret, prefix, scopes }: IssuedKey) => ({
    id,
    secret,
    prefix,
    scopes: [...scopes],
  });

  return answeringOnce(gate, [
    route(contract.listAgents, ({ user, query }) => listOwnAgents(reader, user.userId, query)),
    route(contract.getAgent, ({ user, params }) => detail(user, params.id)),
    route(contract.listAgentHistory, ({ user, params, query }) =>
      inbox.history(reader, user.userId, params.id, query),
    ),
    route(
      contract.createAgent,
      ({ user, body, caller }) => {
        const { agentId, key } = gate.command(commands.create, body, caller);
        return { agent: detail(user, agentId), key: presentKey(key) };
      },
      { hasSecret: () => true },
    ),
    route(contract.listSnippets, ({ user, params }) => {
      const agent = getOwnAgent(reader, user.userId, params.id);
      return { items: snippetsFor(deps.publicUrl(), agent.handle ?? agent.name) };
    }),
    route(contract.updateAgent, ({ user, params, body, caller }) => {
      gate.command(commands.update, { ...params, ...body }, caller);
      return detail(user, params.id);
    }),
    route(contract.pauseAgent, ({ user, params, caller }) => {
      gate.command(commands.pause, params, caller);
      return detail(user, params.id);
    }),
    route(contract.resumeAgent, ({ user, params, caller }) => {
      gate.command(commands.resume, params, caller);
      return detail(user, params.id);
    }),
    route(contract.setPolicy, ({ user, params, body, caller }) => {
      gate.command(commands.setPolicy, { ...params, ...body }, caller);
      return detail(user, params.id);
    }),
    route(
      contract.createKey,
      ({ user, params, body, caller }) => {
        const key = gate.command(commands.addKey, { ...params, ...body }, caller);
        return { key: presentKey(key), agent: detail(user, params.id) };
      },
      { hasSecret: () => true },
    ),
    route(contract.revokeKey, ({ user, params, caller }) => {
      gate.command(commands.revokeKey, params, caller);
      return detail(user, params.id);
    }),
    route(contract.listJoining, ({ user }) => ({
      items: listJoining(reader, deps.emailOf(user.userId), deps.clock.now()),
    })),
    route(contract.previewClaim, async ({ user, body, caller }) => {
      const agent = await claims.preview(body.claimCode, caller);
      return presentJoining(reader, agent, deps.emailOf(user.userId), deps.clock.now());
    }),
    route(
      contract.claimAgent,
      async ({ user, body, caller }) => {
        if (body.agentId === undefined && body.claimCode === undefined) {
          throw new AppError('validation', 'claimCode: a code or an agentId is needed.', {
            fields: [{ path: 'claimCode', message: 'is needed' }],
          });
        }
        const { agentId, key } = await claims.claim(body, caller);
        return { agent: detail(user, agentId), key: key ? presentKey(key) : null };
      },
      { hasSecret: ({ key }) => key !== null },
    ),
    route(contract.disownAgent, ({ params, caller }) => {
      claims.disown(params.id, caller);
      return { disowned: true as const };
    }),
  ]);
}
