import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES, shortcutPreferences } from '../../src-server/contract/console/session';
import { HOTKEY_LIST } from './catalogue';
import { assignKeys, canMeet, collide, findConflicts, resetKeys } from './conflicts';
import { hasModifier, keysInUse, PRESETS } from './presets';

const settings = DEFAULT_PREFERENCES.shortcuts;
const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

describe('conflicts of keys', () => {
  it('are only where both can act', () => {
    expect(canMeet('inbox', 'inbox')).toBe(true);
    expect(canMeet('inbox', 'everywhere')).toBe(true);
    expect(canMeet('inbox', 'agents')).toBe(false);
    expect(canMeet('agent', 'keys')).toBe(true);
    expect(canMeet('agent:history', 'keys')).toBe(false);
    expect(canMeet('everywhere', 'dialog:reject')).toBe(false);
  });

  it('include the beginning of a sequence', () => {
    expect(collide('g', 'g i')).toBe(true);
    expect(collide('g i', 'g a')).toBe(false);
    expect(collide('g i', 'g i')).toBe(true);
    expect(collide('i', 'g i')).toBe(false);
    expect(idsOf(findConflicts('inbox.approve', 'g', settings))).toContain('go.inbox');
  });

  it('are named, and taking the key leaves the others without it', () => {
    expect(idsOf(findConflicts('inbox.approve', 'y', settings))).toEqual(['inbox.retry']);
    const next = assignKeys('inbox.approve', 'y', settings);
    expect(next.overrides).toEqual({ 'inbox.approve': ['y'], 'inbox.retry': [] });
    expect(findConflicts('inbox.approve', 'y', next)).toEqual([]);
    expect(shortcutPreferences.safeParse(next).success).toBe(true);
  });

  it('do not come back by a reset', () => {
    const taken = assignKeys('inbox.approve', 'y', settings);
    expect(resetKeys('inbox.retry', taken).overrides).toEqual({
      'inbox.approve': ['y'],
      'inbox.retry': [],
    });
    expect(resetKeys('inbox.approve', taken).overrides).toEqual({ 'inbox.retry': [] });
    expect(resetKeys('inbox.retry', resetKeys('inbox.approve', taken)).overrides).toEqual({});
  });
});

describe.each(Object.keys(PRESETS) as (keyof typeof PRESETS)[])('the preset %s', (preset) => {
  const own = { ...settings, preset };

  it('gives no press to two commands', () => {
    const found = HOTKEY_LIST.flatMap((entry) =>
      keysInUse(entry.id, entry, own).flatMap((keys) =>
        idsOf(findConflicts(entry.id, keys, own)).map((other) => `${entry.id} ${keys} ${other}`),
      ),
    );
    expect(found).toEqual([]);
  });

  it('keeps Ctrl or ⌘ where it is needed', () => {
    const needed = HOTKEY_LIST.filter((entry) => entry.needsModifier === true);
    expect(needed).not.toHaveLength(0);
    for (const entry of needed) {
      expect(entry.keys.every(hasModifier)).toBe(true);
      expect(keysInUse(entry.id, entry, own)).not.toHaveLength(0);
    }
  });
});
