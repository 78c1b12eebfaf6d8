import { z } from 'zod';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Tx } from '../../db/open';
import { defineCommand } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import type { UsersService } from '../identity/users.service';
import { countAgentsOfOwner, listAgentsOfOwner, setFrozenOfOwner } from './agents.repo';

const BATCH = 200;
const COUNTED = 100_000;
const nothing = z.object({});

export interface FreezeDeps {
  readonly proposals: Gate['proposals'];
  readonly users: Pick<UsersService, 'findUserById' | 'setFrozenAt'>;
}

/**
 * The switch for all agents of a person at once (decisions §3). It is one transaction: whoever authenticates after it
 * is refused, and what waits for its turn looks again before it writes. A pause of one agent stays as it is.
 */
export function createFreezeCommands({ proposals, users }: FreezeDeps) {
  const freeze = defineCommand<z.infer<typeof nothing>, { frozenAt: number; agents: number }>({
    name: 'agents.frozen',
    summary: 'Refuse every call of every agent of yours',
    input: nothing,
    access: 'owner',
    // Stopping is always possible; only thawing is a decision.
    needsDecide: false,
    isDurable: true,
    run(tx, { user, caller, now, emit }) {
      const frozenAt = users.findUserById(tx, user.userId)?.frozenAt ?? now;
      users.setFrozenAt(tx, user.userId, frozenAt);
      setFrozenOfOwner(tx, user.userId, frozenAt);
      let stopped = 0;
      for (const agentId of agentIdsOf(tx, user.userId)) {
        stopped += proposals.stopGrace(tx, agentId, caller, now, 'frozen');
      }
      const agents = countAgentsOfOwner(tx, user.userId, COUNTED);
      emit('agent.frozen', { ownerId: user.userId, agents });
      return {
        result: { frozenAt, agents },
        audit: { subjectType: 'user', subjectId: user.userId, data: { agents, stopped } },
      };
    },
  });

  const thaw = defineCommand<z.infer<typeof nothing>, number>({
    name: 'agents.thawed',
    summary: 'Let the agents call again',
    input: nothing,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { user, emit }) {
      users.setFrozenAt(tx, user.userId, null);
      const agents = setFrozenOfOwner(tx, user.userId, null);
      emit('agent.thawed', { ownerId: user.userId, agents });
      return { result: agents, audit: { subjectType: 'user', subjectId: user.userId, data: { agents } } };
    },
  });

  return { freeze, thaw };
}

function* agentIdsOf(tx: Tx, ownerId: string): Generator<string> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const after = cursor === undefined ? undefined : decodeKeyset(cursor);
    const rows = listAgentsOfOwner(tx, ownerId, { after, limit: BATCH + 1 });
    const page = toPage(rows, BATCH, (row) => ({ at: row.createdAt, id: row.id }));
    for (const { id } of page.items) yield id;
    cursor = page.nextCursor;
  }
}

export type FreezeCommands = ReturnType<typeof createFreezeCommands>;
