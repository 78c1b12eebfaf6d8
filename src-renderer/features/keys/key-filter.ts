import { KEY_STATES, keyStateOf, type OwnedKey } from '../../../src-server/contract/console/keys';
import type { KeySort, KeysSearch } from './keys-search';

const FAR = Number.MAX_SAFE_INTEGER;
const timeOf = (instant: string | null, missing: number): number =>
  instant === null ? missing : Date.parse(instant);

const SORTS: Readonly<Record<KeySort, (a: OwnedKey, b: OwnedKey, now: number) => number>> = {
  name: (a, b) => a.name.localeCompare(b.name),
  agent: (a, b) => a.agent.name.localeCompare(b.agent.name),
  used: (a, b) => timeOf(b.lastUsedAt, 0) - timeOf(a.lastUsedAt, 0),
  age: (a, b) => timeOf(a.createdAt, 0) - timeOf(b.createdAt, 0),
  ends: (a, b) => timeOf(a.expiresAt, FAR) - timeOf(b.expiresAt, FAR),
  state: (a, b, now) => KEY_STATES.indexOf(keyStateOf(a, now)) - KEY_STATES.indexOf(keyStateOf(b, now)),
};

/** True when the key lets nobody in any more, and never will. */
export function hasEnded(
  key: Pick<OwnedKey, 'revokedAt' | 'expiresAt' | 'frozenAt' | 'replacedAt'>,
  now: number,
) {
  const state = keyStateOf(key, now);
  return state === 'revoked' || state === 'expired';
}

/**
 * The keys that fit, in order: every word stands in name, beginning, agent or client. Those that have ended are left
 * out unless their state is asked for. The latest used come first.
 */
export function filterKeys(keys: readonly OwnedKey[], search: KeysSearch, now: number): OwnedKey[] {
  const words = fold(search.q ?? '')
    .split(/\s+/)
    .filter(Boolean);
  const { sort = 'used', desc = false, state, agent } = search;
  const order = desc ? -1 : 1;
  return keys
    .filter((key) => {
      if (agent !== undefined && key.agent.id !== agent) return false;
      if (state === 'leaked' ? key.leak === null : state !== undefined && keyStateOf(key, now) !== state) {
        return false;
      }
      if (state === undefined && hasEnded(key, now)) return false;
      const text = fold(
        [key.name, key.prefix, key.agent.name, key.agent.handle, key.lastClient].filter(Boolean).join(' '),
      );
      return words.every((word) => text.includes(word.replace(/^@/, '')));
    })
    .toSorted((a, b) => order * SORTS[sort](a, b, now) || a.id.localeCompare(b.id));
}

/** `Zoë` is found by `zoe`. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
