import type { Scope } from '../../contract/common';
import type { Reader, Tx } from '../../db/open';
import type { AgentActor } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { randomSecret, secretsEqual, sha256Hex } from '../../lib/vault';
import {
  countLiveKeys,
  findKeyWithAgent,
  insertKey,
  type CallingAgent,
  type CallingKey,
} from './agents.repo';

/** Live keys one agent may hold at a time. */
export const MAX_KEYS = 20;
/** `mma_` or `nb_` and eight more characters: enough to find a row, useless to guess the rest. */
const PREFIX_LENGTH = { mma_: 12, nb_: 11 } as const;
const SECRET = /^(mma_|nb_)[A-Za-z0-9_-]{43}$/;

/** What registration gives an mma key, and what a claim adds (decisions §2). */
export const UNCLAIMED_MMA_SCOPES: readonly Scope[] = ['read:search', 'write:drafts'];
export const CLAIMED_SCOPES: readonly Scope[] = [
  'read:search',
  'write:drafts',
  'write:publish',
  'write:messages',
];

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
  if (countLiveKeys(tx, request.agentId) >= MAX_KEYS) {
    throw new AppError('validation', `An agent has at most ${MAX_KEYS} live keys; revoke one first.`);
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
 */
export function authenticateKey(db: Reader, secret: string, now: number): AuthenticatedKey | undefined {
  const brand = SECRET.exec(secret)?.[1];
  if (brand !== 'mma_' && brand !== 'nb_') return undefined;
  const found = findKeyWithAgent(db, secret.slice(0, PREFIX_LENGTH[brand]));
  if (!found || !secretsEqual(found.key.secretHash, sha256Hex(secret))) return undefined;
  const { key, agent } = found;
  if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return undefined;
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
