import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  IconAdjustments,
  IconBell,
  IconDatabase,
  IconInfoCircle,
  IconKeyboard,
  IconServer,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';

export interface SettingsSection {
  /** Last part of the address: `/settings/general`. */
  readonly id: string;
  readonly label: MessageDescriptor;
  readonly Icon: TablerIcon;
  readonly Content: ComponentType;
}

/** Every section, in the order of the list beside them; a new one is an entry here. */
export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  {
    id: 'general',
    label: msg`General`,
    Icon: IconAdjustments,
    Content: lazy(async () => ({ default: (await import('./general-section')).GeneralSection })),
  },
  {
    id: 'notifications',
    label: msg`Notifications`,
    Icon: IconBell,
    Content: lazy(async () => ({ default: (await import('./notifications-section')).NotificationsSection })),
  },
  {
    id: 'shortcuts',
    label: msg`Shortcuts`,
    Icon: IconKeyboard,
    Content: lazy(async () => ({ default: (await import('./shortcuts-section')).ShortcutsSection })),
  },
  {
    id: 'server',
    label: msg`Server`,
    Icon: IconServer,
    Content: lazy(async () => ({ default: (await import('./server-section')).ServerSection })),
  },
  {
    id: 'data',
    label: msg`Data`,
    Icon: IconDatabase,
    Content: lazy(async () => ({ default: (await import('../data/data-section')).DataSection })),
  },
  {
    id: 'about',
    label: msg`About`,
    Icon: IconInfoCircle,
    Content: lazy(async () => ({ default: (await import('./about-section')).AboutSection })),
  },
];
