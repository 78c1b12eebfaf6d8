import type { MessageDescriptor } from '@lingui/core';
import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import {
  DEFAULT_PREFERENCES,
  shortcutPreferences,
  type ShortcutPreferences,
} from '../../src-server/contract/console/session';
import { isMac } from '../shell';
import { HOTKEYS, type HotkeyId } from './catalogue';
import { scopeOf } from './define';
import { keysInUse } from './presets';
import { ariaKeys, createHotkeyRegistry, isSingle, type Hotkey, type KeyPlace } from './registry';

/** A copy for the first paint; the server keeps the preference. */
const CACHE_KEY = 'countersign.shortcuts';

/** The one registry of the window. */
export const hotkeyRegistry = createHotkeyRegistry({ isMac, settings: readCache() });

function readCache(): ShortcutPreferences {
  try {
    const cached: unknown = JSON.parse(globalThis.localStorage?.getItem(CACHE_KEY) ?? 'null');
    return shortcutPreferences.safeParse(cached).data ?? DEFAULT_PREFERENCES.shortcuts;
  } catch {
    return DEFAULT_PREFERENCES.shortcuts;
  }
}

/** Makes the window follow the saved preference. */
export function useShortcutPreferences(preference: ShortcutPreferences | undefined) {
  const text = preference && JSON.stringify(preference);
  useLayoutEffect(() => {
    if (text === undefined) return;
    const next = JSON.parse(text) as ShortcutPreferences;
    if (text !== JSON.stringify(hotkeyRegistry.settings())) hotkeyRegistry.configure(next);
    globalThis.localStorage?.setItem(CACHE_KEY, text);
  }, [text]);
}

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

/** What a key of the catalogue does while a component is mounted. */
export interface HotkeyBinding extends Pick<Hotkey, 'run' | 'isEnabled'> {
  readonly id: HotkeyId;
  /** Where it also acts in fields only now, such as while something is edited. */
  readonly worksInFields?: boolean;
  /** Where its label depends on what is shown. */
  readonly label?: MessageDescriptor;
}

/**
 * Binds keys of the catalogue while a component is mounted. The array may be made anew on each render: the newest `run`
 * is called, and registration changes only when what is shown about the keys does.
 */
export function useHotkeys(bindings: readonly HotkeyBinding[]) {
  const latest = useRef(bindings);
  useLayoutEffect(() => {
    latest.current = bindings;
  });
  const shape = bindings
    .map(({ id, isEnabled, worksInFields, label }) =>
      [id, isEnabled !== false, worksInFields, label?.id].join(':'),
    )
    .join(';');
  const registered = useMemo(
    () =>
      bindings.map(({ id, isEnabled, worksInFields, label }) => {
        const definition = HOTKEYS[id];
        const hotkey: Hotkey = {
          ...definition,
          id,
          ...(isEnabled === undefined ? {} : { isEnabled }),
          ...(worksInFields === undefined ? {} : { worksInFields }),
          ...(label === undefined ? {} : { label }),
          run: (event) => latest.current.find((binding) => binding.id === id)?.run(event),
        };
        return { scope: scopeOf(definition.place), hotkey };
      }),
    // oxlint-disable-next-line react/exhaustive-deps -- `shape` is what registration depends on
    [shape],
  );
  useEffect(() => {
    const scopes = new Set(registered.map(({ scope }) => scope));
    const removals = [...scopes].map((scope) =>
      hotkeyRegistry.register(
        scope,
        registered.filter((entry) => entry.scope === scope).map(({ hotkey }) => hotkey),
      ),
    );
    return () => {
      for (const remove of removals) remove();
    };
  }, [registered]);
}

/** Everything that acts now, and how a person has set their keys. */
export function useHotkeyState() {
  const hotkeys = useSyncExternalStore(hotkeyRegistry.subscribe, hotkeyRegistry.list);
  const settings = useShortcutSettings();
  return { hotkeys, settings };
}

export function useShortcutSettings(): ShortcutPreferences {
  return useSyncExternalStore(hotkeyRegistry.subscribe, hotkeyRegistry.settings);
}

/** The keys to print for a command now: the first that acts, or undefined where none does. */
export function useKeysOf(id: HotkeyId): string | undefined {
  return keysToPrint(id, useShortcutSettings());
}

function keysToPrint(id: HotkeyId, settings: ShortcutPreferences): string | undefined {
  return keysInUse(id, HOTKEYS[id], settings).find((keys) => settings.singleKeys === 'on' || !isSingle(keys));
}

export interface AriaKeys {
  readonly 'aria-keyshortcuts'?: string;
}

/** Gives `{'aria-keyshortcuts': …}` of any control that a key presses, by the id of the key. */
export function useAriaKeysOf(): (id: HotkeyId) => AriaKeys {
  const settings = useShortcutSettings();
  return (id) => {
    const keys = keysToPrint(id, settings);
    const aria = keys === undefined ? undefined : ariaKeys(keys, isMac);
    return aria === undefined ? {} : { 'aria-keyshortcuts': aria };
  };
}

/** `{'aria-keyshortcuts': …}` of one control. */
export function useAriaKeys(id: HotkeyId): AriaKeys {
  return useAriaKeysOf()(id);
}
