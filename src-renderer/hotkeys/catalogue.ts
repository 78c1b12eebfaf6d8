import type { HotkeyDefinition } from './define';
import { activityHotkeys } from './definitions/activity';
import { agentHotkeys } from './definitions/agents';
import { everywhereHotkeys, helpHotkeys, paletteHotkeys } from './definitions/everywhere';
import { inboxHotkeys } from './definitions/inbox';
import { messageHotkeys } from './definitions/messages';
import { outboxHotkeys } from './definitions/outbox';
import { webhookHotkeys } from './definitions/webhooks';

/**
 * Every key of the window, also of pages that are not open: what help lists, settings change and buttons print. A new
 * key is an entry here and a `useHotkeys` that says what it does.
 */
export const HOTKEYS = {
  ...everywhereHotkeys,
  ...paletteHotkeys,
  ...inboxHotkeys,
  ...activityHotkeys,
  ...messageHotkeys,
  ...agentHotkeys,
  ...webhookHotkeys,
  ...outboxHotkeys,
  ...helpHotkeys,
};

export type HotkeyId = keyof typeof HOTKEYS;

export interface CatalogueEntry extends HotkeyDefinition {
  readonly id: HotkeyId;
}

/** The catalogue in the order in which it is shown. */
export const HOTKEY_LIST: readonly CatalogueEntry[] = Object.entries<HotkeyDefinition>(HOTKEYS).map(
  ([id, definition]) => ({ ...definition, id: id as HotkeyId }),
);
