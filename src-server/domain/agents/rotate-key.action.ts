import { z } from 'zod';
import { id } from '../../contract/common';
import type { Db } from '../../db/open';
import { defineAction } from '../../gate/define-action';
import { AppError, notFound } from '../../lib/errors';
import { issueKey } from './agent-keys.service';
import type { AgentKeyRow } from './agents.repo';
import { findKey, updateKey } from './keys.repo';

/** The calling key, as the door authenticated it: `{ keyId: actor.keyId }`. */
export const rotateKeyInput = z.object({ keyId: id });
export type RotateKeyInput = z.infer<typeof rotateKeyInput>;

/** `POST /api/v1/agent/rotate-key` as the published client reads it (clients.md). */
export interface RotatedKey {
  /** Shown once. */
  readonly apiKey: string;
  readonly message: string;
}

/** @throws AppError `not_found` for a key that is not the agent's, or lives no more */
function getLiveKey(db: Db, agentId: string, keyId: string, now: number): AgentKeyRow {
  const key = findKey(db, keyId);
  const isLive = key && key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
  if (!isLive || key.agentId !== agentId) throw notFound('live key of this agent');
  return key;
}

/**
 * Replaces the key of the call and never adds one: same name, scopes and expiry, the old one dies at once
 * (decisions §2). The gate tells the owner, since the kind says so.
 */
export const rotateKey = defineAction<RotateKeyInput, RotatedKey>({
  name: 'credentials.rotateKey',
  kind: 'credential.rotate',
  summary: 'Replace the API key of this call',
  input: rotateKeyInput,
  scope: null,
  subjectPrefix: 'key',
  limits: ['mma.agent'],
  isOpenToUnclaimed: false,
  fields: { keyId: { form: 'line' } },
  editable: [],
  publicText: [],
  contentType: 'message',
  hasSecretAnswer: true,
  prepare(db, { keyId }, agent, { now }) {
    if (agent.ownerId === null) {
      throw new AppError('forbidden', 'A key is rotated once a person has claimed this agent.');
    }
    if (keyId !== agent.keyId)
      throw new AppError('forbidden', 'keyId: only the key of this call can be rotated.');
    const key = getLiveKey(db, agent.agentId, keyId, now);
    return { targets: [{ type: 'key', id: key.id, label: key.name }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: findKey(db, target.id)?.name ?? target.id })),
  title: ({ keyId }, [target]) => target?.label ?? keyId,
  effects: () => [{ code: 'credential.rotated', params: {} }],
  onHold() {
    // The new key is told to whoever asks, in the answer to that call; later there is nobody to tell.
    throw new AppError(
      'denied_by_policy',
      'Your owner wants to be asked about keys. Ask them for a new key: one made later could not be handed to you.',
      { details: { kind: 'credential.rotate' } },
    );
  },
  run(tx, { input, agentId, ownerId, now, ids, emit }) {
    const old = getLiveKey(tx, agentId, input.keyId, now);
    if (old.replacedAt !== null) {
      throw new AppError(
        'invalid_transition',
        'This key was replaced already and lives on only for a while: rotate the one that took its place.',
      );
    }
    updateKey(tx, old.id, { revokedAt: now });
    const made = issueKey(tx, ids, {
      agentId,
      brand: old.prefix.startsWith('nb_') ? 'nb_' : 'mma_',
      name: old.name,
      scopes: old.scopes,
      expiresAt: old.expiresAt,
      now,
    });
    updateKey(tx, made.id, { toolNames: old.toolNames });
    updateKey(tx, old.id, { replacedAt: now, replacedById: made.id, callsAtReplacement: old.callsCount });
    emit('key.rotated', { agentId, ownerId, keyId: made.id, replacedKeyId: old.id });
    return {
      apiKey: made.secret,
      message: 'The key was replaced. The old one no longer works; this one is shown once.',
    };
  },
});
