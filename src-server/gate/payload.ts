import type { Kind } from '../contract/common';
import { toCanonicalJson } from '../lib/jcs';
import { sha256Hex } from '../lib/vault';
import type { Target } from './define-action';

/** What a hash is made of (decisions §3). The words an agent adds about itself are not in it. */
export interface CanonicalPayload {
  readonly v: 1;
  readonly kind: Kind;
  readonly agentId: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Recipients and places, resolved to ids. */
  readonly targets: readonly Pick<Target, 'type' | 'id'>[];
  /** Thousandths of a credit. */
  readonly cost: number;
}

export interface HashedPayload {
  readonly canonical: string;
  readonly hash: string;
}

export function hashPayload(payload: CanonicalPayload): HashedPayload {
  const canonical = toCanonicalJson(payload);
  return { canonical, hash: sha256Hex(canonical) };
}

/** Reads a stored payload back. @throws when its bytes are not those of `hash`: the row was changed. */
/** Like `openPayload`, for what only shows: undefined where the row was changed. */
export function tryOpenPayload(stored: HashedPayload): CanonicalPayload | undefined {
  return sha256Hex(stored.canonical) === stored.hash ? openPayload(stored) : undefined;
}

export function openPayload({ canonical, hash }: HashedPayload): CanonicalPayload {
  if (sha256Hex(canonical) !== hash) throw new Error('The stored payload does not match its hash');
  return JSON.parse(canonical) as CanonicalPayload;
}
