import { msg } from '@lingui/core/macro';
import { CONSOLE_PAGES, type ConsolePage } from '../../app/pages';
import { defineHotkeys, type HotkeyDefinition } from '../define';

const group = msg`Everywhere`;

/** `go.inbox`, `go.agents` …: one for each page of the navigation. */
export type GoId = GoIdOf<ConsolePage['to']>;
type GoIdOf<To extends string> = To extends `/${infer Name}` ? `go.${Name}` : never;

export function goIdOf(to: ConsolePage['to']): GoId {
  return `go.${to.slice(1)}` as GoId;
}

const goHotkeys = Object.fromEntries(
  CONSOLE_PAGES.map(({ to, keys, goLabel }): [GoId, HotkeyDefinition] => [
    goIdOf(to),
    { place: 'everywhere', group, label: goLabel, keys },
  ]),
) as Readonly<Record<GoId, HotkeyDefinition>>;

export const everywhereHotkeys = {
  ...defineHotkeys('everywhere', group, {
    palette: { keys: ['mod+k'], label: msg`Command palette`, worksInFields: true },
    help: { keys: ['?', 'mod+/'], label: msg`Show shortcuts` },
  }),
  ...goHotkeys,
  ...defineHotkeys('everywhere', group, {
    'freeze.all': {
      // By the place of the key: with Shift a full stop is another sign on most layouts.
      keys: ['mod+shift+Period'],
      label: msg`Freeze all agents`,
      worksInFields: true,
    },
    'pane.next': { keys: ['F6'], label: msg`Next pane` },
    'pane.previous': { keys: ['shift+F6'], label: msg`Previous pane` },
  }),
};

export const paletteHotkeys = defineHotkeys('dialog:palette', group, {
  'palette.close': { keys: ['mod+k'], label: msg`Close the command palette`, worksInFields: true },
});

export const helpHotkeys = {
  ...defineHotkeys('help', msg`Help`, {
    'help.search': { keys: ['/'], label: msg`Search the help` },
  }),
  ...defineHotkeys('dialog:help', msg`Help`, {
    'help.page': { keys: ['?', 'mod+/'], label: msg`From the shortcuts on to Help` },
  }),
};
