import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

interface SettingEntry {
  readonly section: 'general' | 'notifications' | 'shortcuts' | 'server' | 'data';
  readonly label: MessageDescriptor;
  /** Only the desktop app has it. */
  readonly isForDesktop?: boolean;
  readonly isForAdmins?: boolean;
}

/**
 * Every single setting: where it stands and what it is called. Rows take their title from here and answer to
 * `#id` in the address, so that the command palette finds each of them.
 */
export const SETTINGS = {
  language: { section: 'general', label: msg`Language` },
  appearance: { section: 'general', label: msg`Appearance` },
  expiry: { section: 'general', label: msg`Silence is a no after` },
  grace: { section: 'general', label: msg`Time to take a decision back` },
  reachable: { section: 'general', label: msg`Agents may write to your address` },
  notifications: { section: 'notifications', label: msg`Show notifications` },
  'quiet-hours': { section: 'notifications', label: msg`Quiet hours` },
  'quiet-agents': { section: 'notifications', label: msg`Quiet agents` },
  'spending-alerts': { section: 'notifications', label: msg`Tell me when credits or a cap run low` },
  preset: { section: 'shortcuts', label: msg`Keys to begin with` },
  'single-letters': { section: 'shortcuts', label: msg`Single letters act` },
  address: { section: 'server', label: msg`Address for agents` },
  port: { section: 'server', label: msg`Port`, isForDesktop: true },
  'data-folder': { section: 'server', label: msg`Data folder`, isForDesktop: true },
  closing: { section: 'server', label: msg`When the window is closed`, isForDesktop: true },
  'start-at-login': { section: 'server', label: msg`Start at login`, isForDesktop: true },
  'freeze-shortcut': { section: 'server', label: msg`Freeze all agents from anywhere`, isForDesktop: true },
  'ask-before-quit': { section: 'server', label: msg`Ask before quitting`, isForDesktop: true },
  links: { section: 'server', label: msg`Open links of Countersign`, isForDesktop: true },
  backups: { section: 'data', label: msg`Backups`, isForAdmins: true },
  'backup-daily': { section: 'data', label: msg`Back up by itself once a day`, isForAdmins: true },
  'backup-encrypted': { section: 'data', label: msg`Encrypt backups`, isForAdmins: true },
  'backup-days': { section: 'data', label: msg`Days to keep`, isForAdmins: true },
  'backup-weeks': { section: 'data', label: msg`Weeks to keep`, isForAdmins: true },
  'data-copy': { section: 'data', label: msg`A copy of your data` },
  diagnostics: { section: 'data', label: msg`Diagnostics`, isForAdmins: true },
  erasure: { section: 'data', label: msg`Erase` },
} as const satisfies Readonly<Record<string, SettingEntry>>;

export type SettingId = keyof typeof SETTINGS;

export const SETTING_LIST: readonly (SettingEntry & { readonly id: SettingId })[] =
  Object.entries<SettingEntry>(SETTINGS).map(([id, entry]) => ({ ...entry, id: id as SettingId }));
