import type { Kind } from '../contract/common';
import { AppError } from '../lib/errors';
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

/** Reads a stored payload back, or undefined where its bytes are not those of `hash`: the row was changed. */
export function tryOpenPayload(stored: HashedPayload): CanonicalPayload | undefined {
  return sha256Hex(stored.canonical) === stored.hash ? openPayload(stored) : undefined;
}

/** For what a person does with a proposal. @throws AppError `invalid_transition` where the row was changed */
export function getPayload(stored: HashedPayload): CanonicalPayload {
  const payload = tryOpenPayload(stored);
  if (payload) return payload;
  throw new AppError(
    'invalid_transition',
    'The stored proposal was changed outside Countersign and no longer matches its hash; it can only be rejected.',
    { reason: 'proposal_tampered' },
  );
}

/** Reads a stored payload back. @throws when its bytes are not those of `hash`: the row was changed. */
export function openPayload({ canonical, hash }: HashedPayload): CanonicalPayload {
  if (sha256Hex(canonical) !== hash) throw new Error('The stored payload does not match its hash');
  return JSON.parse(canonical) as CanonicalPayload;
}
