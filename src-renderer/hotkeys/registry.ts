import type { MessageDescriptor } from '@lingui/core';
import { codePointLength } from '../../src-server/contract/common';
import type { ShortcutPreferences } from '../../src-server/contract/console/session';
import { keysInUse } from './presets';
import { parseStroke, type Stroke } from './stroke';

/**
 * - `global`: everywhere in the window;
 * - `page`: the page that is open;
 * - `dialog`: the open dialog; while one is open nothing else answers.
 */
export type HotkeyScope = 'global' | 'page' | 'dialog';

export interface Hotkey {
  /** Stable name, e.g. `inbox.approve`. A later registration of the same id wins. */
  readonly id: string;
  /**
   * What is pressed, alternatives in order, the first is printed on buttons: `a`, `ArrowDown`, `mod+Enter` (Ctrl, ⌘ on
   * a Mac), `shift+j`, or a sequence such as `g i`. A person's own keys and presets stand in their place.
   */
  readonly keys: readonly string[];
  readonly label: MessageDescriptor;
  /** Heading in the help dialog. */
  readonly group: MessageDescriptor;
  readonly run: (event: KeyLike) => void;
  /** Default true. A disabled key is left to the browser. */
  readonly isEnabled?: boolean;
  /** Combinations with Ctrl/⌘ that also act while typing, e.g. save. Never for single letters. */
  readonly worksInFields?: boolean;
  /** Acts again while held down; decisions must not. */
  readonly canRepeat?: boolean;
  /** Only with Ctrl, ⌘ or Alt, whatever a person puts in its place. */
  readonly needsModifier?: boolean;
}

/** The part of a KeyboardEvent that the registry reads; lets tests do without a DOM. */
export interface KeyLike {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

/** Where the focus is while a key is pressed. */
export interface KeyPlace {
  /** In a field, editable text, or a widget that uses letters itself. */
  readonly isField: boolean;
  readonly isDialogOpen: boolean;
  /** On a button or link, which Enter and Space belong to. */
  readonly isControl: boolean;
}

/** A sequence such as `g i` is forgotten after this pause, ms. */
const SEQUENCE_MS = 1200;

const isLetter = (key: string) => /^[a-z]$/i.test(key);
const hasName = (key: string) => codePointLength(key) > 1;

/**
 * The key a person means, as the bindings name it: letters in lower case whatever CapsLock says, and the letter at the
 * same place on layouts that have no Latin letters (`event.code`).
 */
export function meantKey(event: Pick<KeyLike, 'key' | 'code'>): string {
  if (event.key === ' ') return 'Space';
  if (isLetter(event.key)) return event.key.toLowerCase();
  // One printed character that is no Latin letter: Cyrillic, Greek, Hebrew …
  if (codePointLength(event.key) === 1 && event.key.toLowerCase() !== event.key.toUpperCase()) {
    const place = /^Key([A-Z])$/.exec(event.code)?.[1];
    if (place) return place.toLowerCase();
  }
  return event.key;
}

/**
 * `isExact` tells `j` from `shift+j`. Without it a plain letter acts in both cases; for signs such as `?` Shift is part
 * of typing them, and keys with a name (`F6`, `Space`) are told apart always.
 */
function matches(stroke: Stroke, event: KeyLike, isMac: boolean, isExact: boolean): boolean {
  // Signs move with the layout and with Shift; a combination may name the place of the key instead: `Period`.
  if (meantKey(event) !== stroke.key && event.code !== stroke.key) return false;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  if (mod !== stroke.mod || otherMod || event.altKey !== stroke.alt) return false;
  if (stroke.shift) return event.shiftKey;
  const isTold = isExact ? isLetter(stroke.key) || hasName(stroke.key) : hasName(stroke.key);
  return !(isTold && event.shiftKey);
}

/** True when every stroke is typed without Ctrl, ⌘ or Alt: what WCAG 2.1.4 wants to be switched off. */
export function isSingle(keys: string): boolean {
  return keys.split(' ').every((text) => {
    const stroke = parseStroke(text);
    return !stroke.mod && !stroke.alt && codePointLength(stroke.key) === 1;
  });
}

export function createHotkeyRegistry(options: {
  isMac: boolean;
  /** Preset, own keys, and whether single letters act, until `configure` says otherwise. */
  settings: ShortcutPreferences;
  now?: () => number;
}) {
  const now = options.now ?? (() => Date.now());
  const layers = new Set<{ scope: HotkeyScope; hotkeys: readonly Hotkey[] }>();
  const listeners = new Set<() => void>();
  let settings = options.settings;
  let pending: { stroke: string; at: number } | undefined;
  let snapshot: readonly (Hotkey & { scope: HotkeyScope })[] = [];

  const keysOf = (hotkey: Hotkey): readonly string[] => keysInUse(hotkey.id, hotkey, settings);

  function changed() {
    const byId = new Map<string, Hotkey & { scope: HotkeyScope }>();
    for (const layer of layers) {
      for (const hotkey of layer.hotkeys) {
        byId.set(hotkey.id, { ...hotkey, keys: keysOf(hotkey), scope: layer.scope });
      }
    }
    snapshot = [...byId.values()];
    for (const listener of listeners) listener();
  }

  function candidates(place: KeyPlace, event: KeyLike): readonly Hotkey[] {
    const scopes: HotkeyScope[] = place.isDialogOpen ? ['dialog'] : ['page', 'global'];
    const all = [...layers].toReversed();
    return scopes
      .flatMap((scope) => all.filter((layer) => layer.scope === scope).flatMap((layer) => layer.hotkeys))
      .filter((hotkey) => hotkey.isEnabled !== false && (!event.repeat || hotkey.canRepeat === true));
  }

  function isAllowed(hotkey: Hotkey, keys: string, place: KeyPlace): boolean {
    if (isSingle(keys)) return settings.singleKeys === 'on' && !place.isField;
    if (place.isField && hotkey.worksInFields !== true) return false;
    const isPress = keys === 'Enter' || keys === 'Space';
    return !(isPress && place.isControl);
  }

  function findMeant(
    active: readonly Hotkey[],
    event: KeyLike,
    place: KeyPlace,
    first: string | undefined,
    isExact: boolean,
  ): Hotkey | undefined {
    return active.find((hotkey) =>
      keysOf(hotkey).some((keys) => {
        const strokes = keys.split(' ');
        const last = parseStroke(strokes.at(-1) ?? '');
        if (!isAllowed(hotkey, keys, place) || !matches(last, event, options.isMac, isExact)) return false;
        return strokes.length === 2 ? strokes[0] === first : first === undefined;
      }),
    );
  }

  return {
    /** Adds keys while something is on screen; returns the way to take them away. */
    register(scope: HotkeyScope, hotkeys: readonly Hotkey[]): () => void {
      const layer = { scope, hotkeys };
      layers.add(layer);
      changed();
      return () => {
        layers.delete(layer);
        changed();
      };
    },

    /** Runs what the key means; true when something ran. The latest registration wins, pages before the window. */
    handle(event: KeyLike, place: KeyPlace): boolean {
      if (event.defaultPrevented || event.isComposing) return false;
      if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return false;
      const first = pending && now() - pending.at <= SEQUENCE_MS ? pending.stroke : undefined;
      pending = undefined;
      const active = candidates(place, event);
      const meant =
        findMeant(active, event, place, first, true) ?? findMeant(active, event, place, first, false);
      if (meant) {
        event.preventDefault();
        meant.run(event);
        return true;
      }
      const opensSequence = active.some((hotkey) =>
        keysOf(hotkey).some((keys) => {
          const [start, rest] = keys.split(' ');
          return rest !== undefined && isAllowed(hotkey, keys, place) && start === meantKey(event);
        }),
      );
      if (opensSequence && !event.ctrlKey && !event.metaKey && !event.altKey) {
        pending = { stroke: meantKey(event), at: now() };
      }
      return false;
    },

    /** Everything that acts now, for the help dialog. The same array until something changes. */
    list: () => snapshot,
    /** What `configure` was given last. */
    settings: () => settings,
    configure(next: ShortcutPreferences) {
      settings = next;
      changed();
    },
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export type HotkeyRegistry = ReturnType<typeof createHotkeyRegistry>;

const SIGNS: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↵',
  Escape: 'Esc',
  Period: '.',
};

/** How keys are printed: `mod+Enter` → `['Ctrl', '↵']`, on a Mac `['⌘', '↵']`. */
export function printKeys(keys: string, isMac: boolean): string[] {
  return keys.split(' ').flatMap((text) => {
    const stroke = parseStroke(text);
    return [
      ...(stroke.mod ? [isMac ? '⌘' : 'Ctrl'] : []),
      ...(stroke.alt ? [isMac ? '⌥' : 'Alt'] : []),
      ...(stroke.shift ? [isMac ? '⇧' : 'Shift'] : []),
      SIGNS[stroke.key] ?? (stroke.mod && stroke.key.length === 1 ? stroke.key.toUpperCase() : stroke.key),
    ];
  });
}

/** The value of `aria-keyshortcuts` for keys without sequences. */
export function ariaKeys(keys: string, isMac: boolean): string | undefined {
  if (keys.includes(' ')) return undefined;
  const stroke = parseStroke(keys);
  return [
    ...(stroke.mod ? [isMac ? 'Meta' : 'Control'] : []),
    ...(stroke.alt ? ['Alt'] : []),
    ...(stroke.shift ? ['Shift'] : []),
    stroke.key,
  ].join('+');
}
