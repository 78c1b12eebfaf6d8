import type { ShortcutPreferences } from '../../src-server/contract/console/session';
import type { HotkeyId } from './catalogue';
import { parseStroke } from './stroke';

export type Preset = ShortcutPreferences['preset'];

/** Keys of a preset where they differ from the catalogue. All presets are this table. */
export const PRESETS: Readonly<Record<Preset, Readonly<Partial<Record<HotkeyId, readonly string[]>>>>> = {
  standard: {},
  /** Moving and undoing as in vi. */
  vim: {
    'inbox.open': ['l', 'o', 'Enter'],
    'inbox.undo': ['u'],
    'inbox.edit': ['i'],
    'inbox.mark': ['*'],
    'inbox.reject': ['x'],
    'inbox.pageDown': ['mod+d', 'Space'],
    'inbox.pageUp': ['mod+u', 'shift+Space'],
    'agent.up': ['h', 'Escape'],
  },
  /** As common mail programs have it: `e` puts away, `#` throws away, `r` answers with another text. */
  mail: {
    'inbox.approve': ['e'],
    'inbox.edit': ['r'],
    'inbox.reject': ['#'],
    'agent.up': ['u', 'Escape'],
  },
};

interface WithKeys {
  readonly keys: readonly string[];
  readonly needsModifier?: boolean | undefined;
}

/** The keys that act: a person's own, else the preset's, else the catalogue's. Empty when it was switched off. */
export function keysInUse(
  id: string,
  hotkey: WithKeys,
  settings: Pick<ShortcutPreferences, 'preset' | 'overrides'>,
): readonly string[] {
  const own = settings.overrides[id] ?? PRESETS[settings.preset][id as HotkeyId];
  if (own === undefined) return hotkey.keys;
  return hotkey.needsModifier === true ? own.filter(hasModifier) : own;
}

/** Whether each stroke is pressed together with Ctrl, ⌘ or Alt. */
export function hasModifier(keys: string): boolean {
  return keys.split(' ').every((text) => {
    const stroke = parseStroke(text);
    return stroke.mod || stroke.alt;
  });
}
