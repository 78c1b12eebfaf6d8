import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { isMac } from '../shell';
import { createHotkeyRegistry, type Hotkey, type HotkeyScope, type KeyPlace } from './registry';

const STORAGE_KEY = 'countersign.singleKeys';

/** The one registry of the window. */
export const hotkeyRegistry = createHotkeyRegistry({
  isMac,
  areSingleKeysOn: globalThis.localStorage?.getItem(STORAGE_KEY) !== 'off',
  saveSingleKeys: (isOn) => globalThis.localStorage?.setItem(STORAGE_KEY, isOn ? 'on' : 'off'),
});

const FIELDS =
  'input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=""], [contenteditable=true], [role=textbox], [role=combobox], [role=menu], [role=radiogroup][data-letters]';

function placeOf(target: EventTarget | null): KeyPlace {
  const element = target instanceof Element ? target : null;
  return {
    isField: element?.closest(FIELDS) != null,
    isControl: element?.closest('button, a[href], summary, [role=button], [role=tab]') != null,
    isDialogOpen: document.querySelector('[role=dialog][aria-modal=true]') !== null,
  };
}

/** Listens to the keyboard for the whole window; once, at the root. */
export function useHotkeyListener() {
  useEffect(() => {
    const handleKeyDown = (event: KeyboardEvent) => {
      hotkeyRegistry.handle(event, placeOf(event.target));
    };
    document.addEventListener('keydown', handleKeyDown);
    return () => document.removeEventListener('keydown', handleKeyDown);
  }, []);
}

/**
 * Keys of a component, while it is mounted. The array may be made anew on each render: the newest `run` is called,
 * and registration changes only when what is shown about the keys does.
 */
export function useHotkeys(scope: HotkeyScope, hotkeys: readonly Hotkey[]) {
  const latest = useRef(hotkeys);
  useLayoutEffect(() => {
    latest.current = hotkeys;
  });
  const shape = hotkeys
    .map((hotkey) => `${hotkey.id}:${hotkey.keys.join(',')}:${hotkey.isEnabled !== false}`)
    .join(';');
  const registered = useMemo(
    () =>
      hotkeys.map((hotkey) => ({
        ...hotkey,
        run: (event: Parameters<Hotkey['run']>[0]) =>
          latest.current.find(({ id }) => id === hotkey.id)?.run(event),
      })),
    // oxlint-disable-next-line react/exhaustive-deps -- `shape` is what registration depends on
    [shape],
  );
  useEffect(() => hotkeyRegistry.register(scope, registered), [scope, registered]);
}

/** Whether single letters act, and everything that acts now. */
export function useHotkeyState() {
  const hotkeys = useSyncExternalStore(hotkeyRegistry.subscribe, hotkeyRegistry.list);
  const areSingleKeysOn = useSyncExternalStore(hotkeyRegistry.subscribe, hotkeyRegistry.areSingleKeysOn);
  return { hotkeys, areSingleKeysOn };
}
