import * as agents from '../../contract/console/agents';
import * as contract from '../../contract/console/keys';
import type { AgentDetail } from '../../contract/console/agents';
import type { AgentKey, NewKey } from '../../contract/console/keys';
import type { Reader } from '../../db/open';
import type { IssuedKey } from '../../domain/agents/agent-keys.service';
import { getAgentDetail } from '../../domain/agents/agents.queries';
import { keyCommands } from '../../domain/agents/keys.commands';
import { getKeyImpact, getKeyView, listOwnKeys } from '../../domain/agents/keys.queries';
import type { UserActor } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import type { Grants } from '../../gate/grants';
import type { Clock } from '../../lib/clock';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface KeyRouteDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly grants: Pick<Grants, 'untilOf'>;
  /** Writes the calls counted so far: a rotation starts to count from exactly here. */
  readonly flushUsage: () => void;
}

export function presentNewKey({ id, secret, prefix, scopes }: IssuedKey): NewKey {
  return { id, secret, prefix, scopes: [...scopes] };
}

/** An owner and the keys of their agents. */
export function keyRoutes({ reader, clock, gate, grants, flushUsage }: KeyRouteDeps): ConsoleRoute[] {
  const detail = (db: Reader, user: UserActor, agentId: string): AgentDetail =>
    getAgentDetail(db, user.userId, agentId, { now: clock.now(), grants });
  const view = (db: Reader, user: UserActor, { id, keyId }: { id: string; keyId: string }): AgentKey =>
    getKeyView(db, user.userId, id, keyId, clock.now());

  return [
    readRoute(contract.listKeys, ({ user, query }) => listOwnKeys(reader, user.userId, query, clock.now())),
    writeRoute(
      agents.createKey,
      ({ user, params, body, caller }, answering) =>
        gate.command(
          keyCommands.add,
          { ...params, ...body },
          caller,
          answering((tx, key) => ({ key: presentNewKey(key), agent: detail(tx, user, params.id) })),
        ),
      { hasSecret: () => true },
    ),
    writeRoute(agents.revokeKey, ({ user, params, caller }, answering) =>
      gate.command(
        keyCommands.revoke,
        params,
        caller,
        answering((tx) => detail(tx, user, params.id)),
      ),
    ),
    writeRoute(contract.updateKey, ({ user, params, body, caller }, answering) =>
      gate.command(
        keyCommands.update,
        { ...params, ...body },
        caller,
        answering((tx) => view(tx, user, params)),
      ),
    ),
    writeRoute(
      contract.rotateKey,
      ({ user, params, body, caller }, answering) => {
        flushUsage();
        return gate.command(
          keyCommands.rotate,
          { ...params, ...body },
          caller,
          answering((tx, key) => ({ key: presentNewKey(key), old: view(tx, user, params) })),
        );
      },
      { hasSecret: () => true },
    ),
    writeRoute(
      contract.regenerateKey,
      ({ params, caller }, answering) =>
        gate.command(
          keyCommands.regenerate,
          params,
          caller,
          answering((_tx, { key, ended }) => ({ key: presentNewKey(key), ended })),
        ),
      { hasSecret: () => true },
    ),
    readRoute(contract.getKeyImpact, ({ user, params }) =>
      getKeyImpact(reader, user.userId, params.id, params.keyId, clock.now()),
    ),
    writeRoute(contract.freezeKey, ({ user, params, caller }, answering) =>
      gate.command(
        keyCommands.freeze,
        params,
        caller,
        answering((tx) => view(tx, user, params)),
      ),
    ),
    writeRoute(contract.thawKey, ({ user, params, caller }, answering) =>
      gate.command(
        keyCommands.thaw,
        params,
        caller,
        answering((tx) => view(tx, user, params)),
      ),
    ),
    writeRoute(contract.settleLeak, ({ user, params, caller }, answering) =>
      gate.command(
        keyCommands.settle,
        params,
        caller,
        answering((tx) => view(tx, user, params)),
      ),
    ),
  ];
}
