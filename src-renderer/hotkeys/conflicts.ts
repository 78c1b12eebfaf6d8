import type { ShortcutPreferences } from '../../src-server/contract/console/session';
import { type CatalogueEntry, HOTKEY_LIST, HOTKEYS, type HotkeyId } from './catalogue';
import type { HotkeyPlace } from './define';
import { keysInUse } from './presets';

type Settings = Pick<ShortcutPreferences, 'preset' | 'overrides'>;

/** Parts of a page act together with the page; its parts are never open together. The table of keys is one of them. */
const TOGETHER: readonly (readonly [HotkeyPlace, HotkeyPlace])[] = [
  ['agent', 'agent:history'],
  ['agent', 'agent:policy'],
  ['agent', 'keys'],
];

/** Whether keys of both places can act at the same moment. */
export function canMeet(a: HotkeyPlace, b: HotkeyPlace): boolean {
  if (a === b) return true;
  // While a dialog is open nothing else answers.
  if (a.startsWith('dialog:') || b.startsWith('dialog:')) return false;
  if (a === 'everywhere' || b === 'everywhere') return true;
  return TOGETHER.some((pair) => pair.includes(a) && pair.includes(b));
}

/** Whether one press would be both: the same keys, or one the beginning of the other (`g` and `g i`). */
export function collide(a: string, b: string): boolean {
  const [one, other] = [a.split(' '), b.split(' ')];
  return one.slice(0, other.length).join(' ') === other.slice(0, one.length).join(' ');
}

/** The other commands that `keys` would be taken from if `id` had them. */
export function findConflicts(id: HotkeyId, keys: string, settings: Settings): readonly CatalogueEntry[] {
  const { place } = HOTKEYS[id];
  return HOTKEY_LIST.filter(
    (other) =>
      other.id !== id &&
      canMeet(place, other.place) &&
      keysInUse(other.id, other, settings).some((theirs) => collide(theirs, keys)),
  );
}

/** Gives `keys` to `id` alone: whatever got in the way loses them. */
export function assignKeys<S extends Settings>(id: HotkeyId, keys: string, settings: S): S {
  const taken = findConflicts(id, keys, settings).map((other): [string, string[]] => [
    other.id,
    keysInUse(other.id, other, settings).filter((theirs) => !collide(theirs, keys)),
  ]);
  return {
    ...settings,
    overrides: { ...settings.overrides, ...Object.fromEntries(taken), [id]: [keys] },
  };
}

/** As the preset has it again, though never what another command uses now. */
export function resetKeys<S extends Settings>(id: HotkeyId, settings: S): S {
  const { [id]: _own, ...overrides } = settings.overrides;
  const without = { ...settings, overrides };
  const theirs = keysInUse(id, HOTKEYS[id], without);
  const free = theirs.filter((keys) => findConflicts(id, keys, without).length === 0);
  if (free.length === theirs.length) return without;
  return { ...without, overrides: { ...overrides, [id]: free } };
}
