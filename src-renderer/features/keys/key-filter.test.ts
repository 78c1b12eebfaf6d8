import { describe, expect, it } from 'vitest';
import type { OwnedKey } from '../../../src-server/contract/console/keys';
import { filterKeys, hasEnded } from './key-filter';
import { validateKeysSearch } from './keys-search';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();

function key(id: string, more: Partial<OwnedKey> = {}): OwnedKey {
  return {
    id,
    name: id,
    prefix: `mma_${id}`,
    scopes: ['read:search'],
    createdAt: at(-100),
    expiresAt: null,
    revokedAt: null,
    frozenAt: null,
    toolNames: null,
    replacedAt: null,
    replacedById: null,
    callsCount: 0,
    callsSinceReplacement: null,
    lastUsedAt: null,
    lastClient: null,
    lastAddress: null,
    isLastLocal: false,
    leak: null,
    agent: { id: 'a1', name: 'Atlas', handle: 'atlas', isSample: false },
    ...more,
  };
}

const KEYS = [
  key('laptop', { lastUsedAt: at(-5), lastClient: 'Cursor/1.2' }),
  key('zoë', { lastUsedAt: at(-1), expiresAt: at(24) }),
  key('gone', { revokedAt: at(-2) }),
  key('past', { expiresAt: at(-1) }),
  key('cold', { frozenAt: at(-1), agent: { id: 'a2', name: 'Rook', handle: 'rook', isSample: false } }),
];
const ids = (search: object) => filterKeys(KEYS, validateKeysSearch({ ...search }), NOW).map(({ id }) => id);

describe('a key', () => {
  it('has ended once revoked or at its end, and not a moment before', () => {
    const ends = (more: Partial<OwnedKey>) => hasEnded(key('one', more), NOW);
    expect(ends({})).toBe(false);
    expect(ends({ expiresAt: '2026-11-21T12:00:00.001Z' })).toBe(false);
    expect(ends({ expiresAt: '2026-11-21T12:00:00.000Z' })).toBe(true);
    expect(ends({ revokedAt: at(-1), frozenAt: at(-2) })).toBe(true);
    expect(ends({ frozenAt: at(-2) })).toBe(false);
  });
});

describe('the keys that fit', () => {
  it('are those that have not ended, the latest used first', () => {
    expect(ids({})).toEqual(['zoë', 'laptop', 'cold']);
    expect(KEYS.filter((one) => hasEnded(one, NOW)).map(({ id }) => id)).toEqual(['gone', 'past']);
  });
  it('are found by every word of name, beginning, agent and client', () => {
    expect(ids({ q: 'zoe' })).toEqual(['zoë']);
    expect(ids({ q: '@rook' })).toEqual(['cold']);
    expect(ids({ q: 'atlas cursor' })).toEqual(['laptop']);
  });
  it('are those of a state and an agent, ended ones too when asked for', () => {
    expect(ids({ state: 'revoked' })).toEqual(['gone']);
    expect(ids({ state: 'expired' })).toEqual(['past']);
    expect(ids({ state: 'expiring' })).toEqual(['zoë']);
    expect(ids({ agent: 'a2' })).toEqual(['cold']);
    expect(ids({ state: 'nonsense' })).toHaveLength(3);
  });
  it('come in the order asked for, either way', () => {
    expect(ids({ sort: 'name' })).toEqual(['cold', 'laptop', 'zoë']);
    expect(ids({ sort: 'name', desc: true })).toEqual(['zoë', 'laptop', 'cold']);
    expect(ids({ sort: 'ends' })[0]).toBe('zoë');
  });
});
