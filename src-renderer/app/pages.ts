import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  IconActivity,
  IconCoins,
  IconHelpCircle,
  IconInbox,
  IconKey,
  IconMailForward,
  IconMessages,
  IconRobot,
  IconSettings,
  IconShieldCheck,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';

/** Headings of the navigation, in their order (console.md C1). */
export const PAGE_GROUPS = ['work', 'network', 'agents', 'money', 'integrate', 'settings'] as const;
export type PageGroup = (typeof PAGE_GROUPS)[number];

export const groupLabels: Readonly<Record<PageGroup, MessageDescriptor>> = {
  work: msg`Work`,
  network: msg({ message: 'Network', context: 'navigation section' }),
  agents: msg({ message: 'Agents', context: 'navigation section' }),
  money: msg({ message: 'Money', context: 'navigation section' }),
  integrate: msg({ message: 'Integrate', context: 'navigation section' }),
  settings: msg({ message: 'Countersign', context: 'navigation section' }),
};

export interface ConsolePage {
  readonly to:
    | '/inbox'
    | '/activity'
    | '/messages'
    | '/agents'
    | '/keys'
    | '/credits'
    | '/webhooks'
    | '/settings'
    | '/audit'
    | '/outbox'
    | '/help';
  readonly group: PageGroup;
  readonly label: MessageDescriptor;
  /** What the hotkey that leads there is called in help and palette. */
  readonly goLabel: MessageDescriptor;
  /** E.g. `g i`. */
  readonly keys: readonly string[];
  readonly Icon: TablerIcon;
  /** Only admins see it in the navigation; the server refuses it to others. */
  readonly isForAdmins?: boolean;
}

/** Every page of the console: navigation, hotkeys, window title and palette are made from this list. */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  {
    to: '/inbox',
    group: 'work',
    label: msg`Inbox`,
    goLabel: msg`Go to the Inbox`,
    keys: ['g i'],
    Icon: IconInbox,
  },
  {
    to: '/activity',
    group: 'work',
    label: msg`Activity`,
    goLabel: msg`Go to Activity`,
    keys: ['g y'],
    Icon: IconActivity,
  },
  {
    to: '/messages',
    group: 'network',
    label: msg`Messages`,
    goLabel: msg`Go to Messages`,
    keys: ['g m'],
    Icon: IconMessages,
  },
  {
    to: '/agents',
    group: 'agents',
    label: msg`Agents`,
    goLabel: msg`Go to Agents`,
    keys: ['g a'],
    Icon: IconRobot,
  },
  {
    to: '/keys',
    group: 'agents',
    label: msg`Keys`,
    goLabel: msg`Go to Keys`,
    keys: ['g k'],
    Icon: IconKey,
  },
  {
    to: '/credits',
    group: 'money',
    label: msg`Credits`,
    goLabel: msg`Go to Credits`,
    keys: ['g c'],
    Icon: IconCoins,
  },
  {
    to: '/webhooks',
    group: 'integrate',
    label: msg`Webhooks`,
    goLabel: msg`Go to Webhooks`,
    keys: ['g w'],
    Icon: IconWebhook,
  },
  {
    to: '/audit',
    group: 'settings',
    label: msg`Audit`,
    goLabel: msg`Go to Audit`,
    keys: ['g u'],
    Icon: IconShieldCheck,
  },
  {
    to: '/outbox',
    group: 'settings',
    label: msg`Outbox`,
    goLabel: msg`Go to the Outbox`,
    keys: ['g o'],
    Icon: IconMailForward,
    isForAdmins: true,
  },
  {
    to: '/settings',
    group: 'settings',
    label: msg`Settings`,
    goLabel: msg`Go to Settings`,
    keys: ['g s', 'mod+,'],
    Icon: IconSettings,
  },
  {
    to: '/help',
    group: 'settings',
    label: msg`Help`,
    goLabel: msg`Go to Help`,
    keys: ['g h'],
    Icon: IconHelpCircle,
  },
];

/** The page an address belongs to; the first one where it belongs to none. */
export function pageAt(pathname: string): ConsolePage | undefined {
  // A case file is a part of what happened, from whichever page it was opened.
  const path = pathname.startsWith('/case/') ? '/activity' : pathname;
  return CONSOLE_PAGES.find(({ to }) => path === to || path.startsWith(`${to}/`)) ?? CONSOLE_PAGES[0];
}
