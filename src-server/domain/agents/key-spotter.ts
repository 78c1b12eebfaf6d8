import type { Reader } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { KeySpotter } from '../../gate/deps';
import { appendEvent } from '../../gate/events';
import { secretsEqual, sha256Hex } from '../../lib/vault';
import { foldView } from '../../lib/text/scan/folded-view';
import { KEY_PATTERN, prefixOf } from './agent-keys.service';
import { findKeyWithAgent } from './agents.repo';
import { upsertMark } from './keys.repo';

/** Places looked up in one proposal; a text made of nothing but beginnings must not cost more. */
const MAX_CANDIDATES = 500;
const MAX_DEPTH = 32;
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;

/**
 * Recognises keys of ours in what agents write: found by prefix, proved by hash in constant time. Whoever wrote it
 * learns nothing: what looks like a key is treated the same whether or not it is one (no oracle).
 */
export function createKeySpotter({ audit }: { readonly audit: AuditLog }): KeySpotter {
  return {
    look(db, content, now) {
      const candidates = new Set<string>();
      collect(content, candidates, 0);
      const keys = [...candidates]
        .map((candidate) => findLiveKey(db, candidate, now))
        .filter((key) => key !== undefined);
      return { hasKeyShape: candidates.size > 0, keys };
    },
    mark(tx, keys, { agentId, actionId, caller, now }) {
      for (const { keyId, agentId: keyAgentId, ownerId } of keys) {
        upsertMark(tx, { keyId, agentId, actionId: actionId ?? '', now });
        const data = { actionId, writtenBy: agentId };
        audit.append(
          tx,
          {
            type: 'key.leaked',
            caller,
            agentId: keyAgentId,
            ownerId,
            subjectType: 'key',
            subjectId: keyId,
            data,
          },
          now,
        );
        appendEvent(tx, {
          topic: 'key.leaked',
          data: { keyId, agentId: keyAgentId, ownerId, ...data },
          traceId: caller.traceId,
          now,
        });
      }
    },
  };
}

/** Every string of a value, names of fields included; disguises are folded as the scan folds them. */
function collect(value: unknown, found: Set<string>, depth: number): void {
  if (depth > MAX_DEPTH || found.size >= MAX_CANDIDATES) return;
  if (typeof value === 'string') {
    collectFrom(PLAIN.test(value) ? value : foldView(value).text, found);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, found, depth + 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      collect(name, found, depth + 1);
      collect(item, found, depth + 1);
    }
  }
}

function collectFrom(text: string, found: Set<string>): void {
  for (const match of text.matchAll(KEY_PATTERN)) {
    if (found.size >= MAX_CANDIDATES) return;
    const [, secret] = match;
    if (secret !== undefined) found.add(secret);
  }
}

function findLiveKey(
  db: Reader,
  secret: string,
  now: number,
): { keyId: string; agentId: string; ownerId: string | null } | undefined {
  const prefix = prefixOf(secret);
  const row = prefix === undefined ? undefined : findKeyWithAgent(db, prefix);
  if (!row || !secretsEqual(row.key.secretHash, sha256Hex(secret))) return undefined;
  const { key, agent } = row;
  if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return undefined;
  return { keyId: key.id, agentId: agent.id, ownerId: agent.ownerId };
}
