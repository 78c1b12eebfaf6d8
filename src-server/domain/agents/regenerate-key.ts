import type { Tx } from '../../db/open';
import type { Ids } from '../../lib/ids';
import { CLAIMED_SCOPES, issueKey, type IssuedKey } from './agent-keys.service';
import type { AgentRow } from './agents.repo';
import { isLiveKey } from './keys.queries';
import { listUnrevokedKeys, revokeKeys, settleMarks, updateKey } from './keys.repo';

/** Live keys of one agent, those in an overlap among them. */
const KEYS_MAX = 100;

export interface RegeneratedKey {
  readonly key: IssuedKey;
  /** Keys that were live until now. */
  readonly ended: number;
}

/** The newest key that was not revoked: what a rotation token is bound to. Empty where there is none. */
export function newestKeyId(tx: Tx, agentId: string): string {
  return listUnrevokedKeys(tx, agentId, 1)[0]?.id ?? '';
}

/**
 * Ends every key of an agent and gives it one new one (KEY-1, KEY-2): whoever lost a key does not know which one
 * somebody found. The new one takes name, scopes and way of naming tools from the newest.
 */
export function regenerateKey(
  tx: Tx,
  ids: Ids,
  agent: Pick<AgentRow, 'id' | 'origin'>,
  now: number,
): RegeneratedKey {
  const live = listUnrevokedKeys(tx, agent.id, KEYS_MAX).filter((key) => isLiveKey(key, now));
  const newest = live.find(({ replacedAt }) => replacedAt === null) ?? live[0];
  revokeKeys(tx, agent.id, now);
  const key = issueKey(tx, ids, {
    agentId: agent.id,
    brand: agent.origin === 'nb' ? 'nb_' : 'mma_',
    name: newest?.name ?? 'Regenerated',
    scopes: newest?.scopes ?? CLAIMED_SCOPES,
    now,
  });
  if (newest) updateKey(tx, key.id, { toolNames: newest.toolNames });
  for (const old of live) {
    if (old.replacedAt === null) {
      updateKey(tx, old.id, { replacedAt: now, replacedById: key.id, callsAtReplacement: old.callsCount });
    }
    settleMarks(tx, old.id, now);
  }
  return { key, ended: live.length };
}
