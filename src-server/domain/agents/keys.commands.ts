import { z } from 'zod';
import { id } from '../../contract/common';
import { createKeyBody, rotateKeyBody, updateKeyBody } from '../../contract/console/keys';
import type { Tx } from '../../db/open';
import type { CommandContext } from '../../gate/define-action';
import { defineCommand } from '../../gate/define-action';
import { HOUR } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { assertAgentScopes, CLAIMED_SCOPES, issueKey, type IssuedKey } from './agent-keys.service';
import { getOwnAgent } from './agents.queries';
import type { AgentKeyRow } from './agents.repo';
import { getOwnKey, isLiveKey } from './keys.queries';
import { settleMarks, updateKey } from './keys.repo';
import { regenerateKey, type RegeneratedKey } from './regenerate-key';

const keyInput = z.object({ id, keyId: id });
type KeyInput = z.infer<typeof keyInput>;

/** Who is to see that a key changed. */
function tell(
  { emit, user }: Pick<CommandContext<unknown>, 'emit' | 'user'>,
  change: string,
  key: KeyInput,
): void {
  emit(`key.${change}`, { agentId: key.id, keyId: key.keyId, ownerId: user.userId });
}

/** @throws AppError `not_found`, `invalid_transition` for one that has ended */
function getOwnLiveKey(tx: Tx, input: KeyInput, userId: string, now: number): AgentKeyRow {
  const key = getOwnKey(tx, userId, input.id, input.keyId);
  if (!isLiveKey(key, now)) {
    throw new AppError(
      'invalid_transition',
      'This key has ended; nothing about it can be changed any more.',
      { reason: 'key_ended' },
    );
  }
  return key;
}

function futureInstant(value: string, now: number): number {
  const at = Date.parse(value);
  if (at > now) return at;
  throw new AppError('validation', 'expiresAt: must lie in the future.', {
    reason: 'not_in_future',
    fields: [{ path: 'expiresAt', message: 'must lie in the future' }],
  });
}

const auditOf = (input: KeyInput, data?: Readonly<Record<string, unknown>>) => ({
  agentId: input.id,
  subjectType: 'key',
  subjectId: input.keyId,
  ...(data ? { data } : {}),
});

const brandOf = (key: Pick<AgentKeyRow, 'prefix'>) => (key.prefix.startsWith('nb_') ? 'nb_' : 'mma_');

const createInput = z.object({ id, ...createKeyBody.shape });

const add = defineCommand<z.infer<typeof createInput>, IssuedKey>({
  name: 'key.created',
  summary: 'Add a named key',
  input: createInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now, ids } = context;
    const agent = getOwnAgent(tx, user.userId, input.id);
    const scopes = input.scopes ?? CLAIMED_SCOPES;
    assertAgentScopes(scopes);
    const expiresAt = input.expiresAt === undefined ? null : futureInstant(input.expiresAt, now);
    const brand = agent.origin === 'nb' ? 'nb_' : 'mma_';
    const key = issueKey(tx, ids, { agentId: input.id, brand, name: input.name, scopes, expiresAt, now });
    tell(context, 'created', { id: input.id, keyId: key.id });
    return {
      result: key,
      audit: {
        ...auditOf({ id: input.id, keyId: key.id }, { scopes, expiresAt }),
        private: { name: input.name },
      },
    };
  },
});

const updateInput = keyInput.extend(updateKeyBody.shape);

const update = defineCommand<z.infer<typeof updateInput>, void>({
  name: 'key.updated',
  summary: 'Rename a key, change its end, its scopes or how it is told the tools',
  input: updateInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now } = context;
    const before = getOwnLiveKey(tx, input, user.userId, now);
    const scopes = input.scopes ?? before.scopes;
    if (input.scopes) assertAgentScopes(input.scopes);
    let { expiresAt } = before;
    if (input.expiresAt !== undefined) {
      if (before.replacedAt !== null) {
        throw new AppError(
          'invalid_transition',
          'This key was replaced: it ends with its overlap, or at once.',
          { reason: 'key_replaced' },
        );
      }
      expiresAt = input.expiresAt === null ? null : futureInstant(input.expiresAt, now);
    }
    updateKey(tx, before.id, {
      name: input.name ?? before.name,
      scopes: [...new Set(scopes)],
      expiresAt,
      toolNames: input.toolNames === undefined ? before.toolNames : input.toolNames,
    });
    tell(context, 'updated', input);
    return {
      result: undefined,
      audit: {
        ...auditOf(input, {
          scopesBefore: before.scopes,
          scopes,
          expiresBefore: before.expiresAt,
          expiresAt,
          toolNames: input.toolNames === undefined ? before.toolNames : input.toolNames,
        }),
        private: { nameBefore: before.name, name: input.name ?? before.name },
      },
    };
  },
});

const rotateInput = keyInput.extend(rotateKeyBody.shape);

/** The new key lasts as long as the old one was meant to; the old one lives on for the overlap. */
const rotate = defineCommand<z.infer<typeof rotateInput>, IssuedKey>({
  name: 'key.rotated',
  summary: 'Replace a key, at once or with an overlap',
  input: rotateInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now, ids } = context;
    const old = getOwnLiveKey(tx, input, user.userId, now);
    if (old.replacedAt !== null) {
      throw new AppError(
        'invalid_transition',
        'This key was replaced already; rotate the one that took its place.',
        { reason: 'key_replaced' },
      );
    }
    if (old.frozenAt !== null && input.overlapHours > 0) {
      throw new AppError('invalid_transition', 'A frozen key is replaced without an overlap.', {
        reason: 'frozen_key_overlap',
      });
    }
    const overlapEnd = now + input.overlapHours * HOUR;
    const isAtOnce = input.overlapHours === 0;
    // First the old one steps back, so that an agent with as many keys as it may have can rotate one.
    updateKey(tx, old.id, {
      replacedAt: now,
      callsAtReplacement: old.callsCount,
      ...(isAtOnce ? { revokedAt: now } : { expiresAt: Math.min(old.expiresAt ?? overlapEnd, overlapEnd) }),
    });
    const expiresAt = old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt);
    const made = issueKey(tx, ids, {
      agentId: input.id,
      brand: brandOf(old),
      name: input.name ?? old.name,
      scopes: old.scopes,
      expiresAt,
      now,
    });
    updateKey(tx, made.id, { toolNames: old.toolNames });
    updateKey(tx, old.id, { replacedById: made.id });
    if (isAtOnce) settleMarks(tx, old.id, now);
    tell(context, 'rotated', input);
    return {
      result: made,
      audit: {
        ...auditOf(input, { key: made.id, overlapHours: input.overlapHours, expiresAt }),
        private: { name: input.name ?? old.name },
      },
    };
  },
});

const regenerateInput = z.object({ id });

const regenerate = defineCommand<z.infer<typeof regenerateInput>, RegeneratedKey>({
  name: 'key.regenerated',
  summary: 'End every key of an agent and make one new one',
  input: regenerateInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now, ids } = context;
    const made = regenerateKey(tx, ids, getOwnAgent(tx, user.userId, input.id), now);
    const key = { id: input.id, keyId: made.key.id };
    tell(context, 'regenerated', key);
    return { result: made, audit: auditOf(key, { by: 'session', ended: made.ended }) };
  },
});

const revoke = defineCommand<KeyInput, void>({
  name: 'key.revoked',
  summary: 'Revoke a key at once',
  input: keyInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now } = context;
    const key = getOwnKey(tx, user.userId, input.id, input.keyId);
    if (key.revokedAt === null) updateKey(tx, key.id, { revokedAt: now });
    settleMarks(tx, key.id, now);
    tell(context, 'revoked', input);
    return { result: undefined, audit: auditOf(input) };
  },
});

const freeze = defineCommand<KeyInput, void>({
  name: 'key.frozen',
  summary: 'Refuse every call with a key',
  input: keyInput,
  access: 'owner',
  needsDecide: false,
  isDurable: true,
  run(tx, context) {
    const { input, user, now } = context;
    const key = getOwnLiveKey(tx, input, user.userId, now);
    if (key.frozenAt === null) updateKey(tx, key.id, { frozenAt: now });
    tell(context, 'frozen', input);
    return { result: undefined, audit: auditOf(input) };
  },
});

const thaw = defineCommand<KeyInput, void>({
  name: 'key.thawed',
  summary: 'Let a frozen key call again',
  input: keyInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now } = context;
    const key = getOwnLiveKey(tx, input, user.userId, now);
    updateKey(tx, key.id, { frozenAt: null });
    // Whoever thaws it has seen why it was frozen.
    settleMarks(tx, key.id, now);
    tell(context, 'thawed', input);
    return { result: undefined, audit: auditOf(input) };
  },
});

const settle = defineCommand<KeyInput, void>({
  name: 'key.leak-settled',
  summary: 'Leave a key that was written into a text as it is',
  input: keyInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, context) {
    const { input, user, now } = context;
    const key = getOwnKey(tx, user.userId, input.id, input.keyId);
    const settled = settleMarks(tx, key.id, now);
    tell(context, 'settled', input);
    return { result: undefined, audit: auditOf(input, { settled }) };
  },
});

/** What an owner does with keys. None is reachable with an agent's key; none ever tells a stored secret. */
export const keyCommands = { add, update, rotate, regenerate, revoke, freeze, thaw, settle } as const;
