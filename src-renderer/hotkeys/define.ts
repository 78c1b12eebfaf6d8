import type { MessageDescriptor } from '@lingui/core';
import type { HotkeyScope } from './registry';

/**
 * Where a key acts: everywhere in the window, on one page, or in one dialog. Two keys can get in each other's way only
 * where both act.
 */
export type HotkeyPlace =
  | 'everywhere'
  | 'inbox'
  | 'activity'
  | 'case'
  | 'audit'
  | 'messages'
  | 'agents'
  | 'agent'
  | 'agent:history'
  | 'agent:policy'
  | 'keys'
  | 'credits'
  | 'webhooks'
  | 'settings'
  | 'outbox'
  | 'help'
  | 'dialog:reject'
  | 'dialog:snooze'
  | 'dialog:guidance'
  | 'dialog:help'
  | 'dialog:palette';

/** What is known of a key without its page being open; components bind what it does (`useHotkeys`). */
export interface HotkeyDefinition {
  readonly place: HotkeyPlace;
  /** Heading in help and settings. */
  readonly group: MessageDescriptor;
  readonly label: MessageDescriptor;
  /** As `Hotkey.keys`, before presets and a person's own keys. */
  readonly keys: readonly string[];
  readonly worksInFields?: boolean;
  readonly canRepeat?: boolean;
  readonly needsModifier?: boolean;
}

type Entry = Omit<HotkeyDefinition, 'place' | 'group'> & { readonly group?: MessageDescriptor };

/** Keys of one place under one heading; an entry may stand under another. */
export function defineHotkeys<Id extends string>(
  place: HotkeyPlace,
  group: MessageDescriptor,
  entries: Readonly<Record<Id, Entry>>,
): Readonly<Record<Id, HotkeyDefinition>> {
  const defined = Object.entries<Entry>(entries).map(([id, entry]) => [id, { group, ...entry, place }]);
  return Object.fromEntries(defined) as Record<Id, HotkeyDefinition>;
}

/** Which layer of the registry a place belongs to. */
export function scopeOf(place: HotkeyPlace): HotkeyScope {
  if (place === 'everywhere') return 'global';
  return place.startsWith('dialog:') ? 'dialog' : 'page';
}
