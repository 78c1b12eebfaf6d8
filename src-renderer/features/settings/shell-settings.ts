import { queryOptions } from '@tanstack/react-query';
import { shell } from '../../shell';

/** Settings of this computer rather than of the person, as the shell keeps them. */
export interface ShellSettings {
  readonly closeToTray: 'ask' | 'tray' | 'quit';
  readonly startAtLogin: boolean;
  readonly globalShortcut: boolean;
  readonly askBeforeQuit: boolean;
  readonly openLinks: boolean;
  readonly port: number;
  readonly dataFolder: string;
  /** False while another program holds the shortcut that is switched on. */
  readonly isShortcutFree: boolean;
  /** As the system prints it, for example `Ctrl+Shift+.`. */
  readonly shortcut: string;
}

export type ShellSettingsPatch = Partial<
  Pick<ShellSettings, 'closeToTray' | 'startAtLogin' | 'globalShortcut' | 'askBeforeQuit' | 'openLinks'>
>;

export type PortChange =
  | { readonly ok: true; readonly url: string }
  | {
      readonly ok: false;
      readonly reason: 'port_taken' | 'not_started' | 'not_running';
      readonly holder: string | null;
      readonly nextFreePort: number | null;
    };

/** The part of the bridge that this section needs. */
export interface SettingsBridge {
  readonly getShellSettings: () => Promise<ShellSettings>;
  readonly updateShellSettings: (patch: ShellSettingsPatch) => Promise<ShellSettings>;
  readonly changePort: (port: number) => Promise<PortChange>;
  readonly openDataFolder: () => Promise<void>;
}

/** Undefined in a browser, and in a window whose shell has no such settings. */
export const settingsBridge: SettingsBridge | undefined = findBridge();

function findBridge(): SettingsBridge | undefined {
  const found = shell as Partial<SettingsBridge> | undefined;
  const { getShellSettings, updateShellSettings, changePort, openDataFolder } = found ?? {};
  if (!getShellSettings || !updateShellSettings || !changePort || !openDataFolder) return undefined;
  return { getShellSettings, updateShellSettings, changePort, openDataFolder };
}

export const shellSettingsQuery = queryOptions({
  queryKey: ['shell-settings'],
  queryFn: async () => {
    if (!settingsBridge) throw new Error('There are no settings of this computer in a browser.');
    return settingsBridge.getShellSettings();
  },
  enabled: settingsBridge !== undefined,
});
