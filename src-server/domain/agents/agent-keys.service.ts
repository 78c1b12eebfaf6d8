import type { Scope } from '../../contract/common';
import type { Reader, Tx } from '../../db/open';
import type { AgentActor } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { randomSecret, secretsEqual, sha256Hex } from '../../lib/vault';
import { findKeyWithAgent, type CallingAgent, type CallingKey } from './agents.repo';
import { countLiveKeys, insertKey } from './keys.repo';

/** Live keys one agent may hold at a time; those that only live on beside their successor come on top. */
export const MAX_KEYS = 20;
/** Keys of one agent in an overlap at a time. */
const MAX_OVERLAPPING = 20;
/** `mma_` or `nb_` and eight more characters: enough to find a row, useless to guess the rest. */
const PREFIX_LENGTH = { mma_: 12, nb_: 11 } as const;
const SECRET = /^(mma_|nb_)[A-Za-z0-9_-]{43}$/;
/** A key anywhere in a text; a lookahead, so that one that begins inside a decoy is found too. */
export const KEY_PATTERN = /(?=((?:mma_|nb_)[A-Za-z0-9_-]{43}))/g;

/** The stored beginning of a key; undefined for what has not the form of one. */
export function prefixOf(secret: string): string | undefined {
  const brand = SECRET.exec(secret)?.[1];
  return brand === 'mma_' || brand === 'nb_' ? secret.slice(0, PREFIX_LENGTH[brand]) : undefined;
}

/** What registration gives an mma key, and what a claim adds (decisions §2). */
export const UNCLAIMED_MMA_SCOPES: readonly Scope[] = ['read:search', 'write:drafts'];
export const CLAIMED_SCOPES: readonly Scope[] = [
  'read:search',
  'write:drafts',
  'write:publish',
  'write:messages',
];

/** @throws AppError `validation`: payments are granted to user sessions alone (decisions §2) */
export function assertAgentScopes(scopes: readonly Scope[]): void {
  if (!scopes.includes('write:payments')) return;
  throw new AppError('validation', 'scopes: write:payments is for people, never for an agent.', {
    reason: 'people_only_scope',
    fields: [{ path: 'scopes', message: 'write:payments is for people' }],
  });
}

export interface IssuedKey {
  readonly id: string;
  /** Shown once; only its SHA-256 is kept. */
  readonly secret: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
}

/** Makes a key. @throws AppError `validation` when the agent has as many as it may. */
export function issueKey(
  tx: Tx,
  ids: Ids,
  request: {
    readonly agentId: string;
    readonly brand: 'mma_' | 'nb_';
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly expiresAt?: number | null;
    readonly now: number;
  },
): IssuedKey {
  const { own, overlapping } = countLiveKeys(tx, request.agentId, request.now);
  if (own >= MAX_KEYS || overlapping > MAX_OVERLAPPING) {
    throw new AppError('validation', `An agent has at most ${MAX_KEYS} live keys; revoke one first.`, {
      reason: 'keys_full',
      details: { limit: MAX_KEYS },
    });
  }
  const secret = `${request.brand}${randomSecret()}`;
  const id = ids.prefixed('key');
  const prefix = secret.slice(0, PREFIX_LENGTH[request.brand]);
  insertKey(tx, {
    id,
    agentId: request.agentId,
    name: request.name,
    prefix,
    secretHash: sha256Hex(secret),
    scopes: [...request.scopes],
    createdAt: request.now,
    expiresAt: request.expiresAt ?? null,
  });
  return { id, secret, prefix, scopes: request.scopes };
}

export interface AuthenticatedKey {
  readonly actor: AgentActor;
  readonly key: CallingKey;
}

/**
 * Who a key belongs to; undefined for anything that is not a live key. Either prefix works on either face and in
 * either header (decisions §2, C-4).
 * @throws AppError `paused` for a frozen one
 */
export function authenticateKey(db: Reader, secret: string, now: number): AuthenticatedKey | undefined {
  const prefix = prefixOf(secret);
  const found = prefix === undefined ? undefined : findKeyWithAgent(db, prefix);
  if (!found || !secretsEqual(found.key.secretHash, sha256Hex(secret))) return undefined;
  const { key, agent } = found;
  if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return undefined;
  if (key.frozenAt !== null) throw new AppError('paused', 'This key was frozen by your owner.');
  return { key, actor: toActor(agent, key) };
}

export function toActor(
  agent: CallingAgent,
  key: Pick<CallingKey, 'id' | 'scopes'> & Partial<Pick<CallingKey, 'toolNames'>>,
): AgentActor {
  return {
    type: 'agent',
    agentId: agent.id,
    keyId: key.id,
    name: agent.name,
    handle: agent.handle,
    ownerId: agent.ownerId,
    contactId: agent.contactId,
    origin: agent.origin,
    status: agent.status,
    isFrozen: agent.frozenAt !== null,
    scopes: key.scopes,
    trustLevel: agent.trustLevel,
    isSample: agent.isSample,
    toolNames: key.toolNames ?? undefined,
  };
}
