/** The settings of this computer as the window sees and changes them; each change takes effect at once. */
import { app } from 'electron';
import type { Desk } from './desk';
import { LINK_SCHEME } from './deep-links';
import type { IpcArgument, ShellSettings } from './ipc/contract';
import type { PortChoice } from './lifecycle';
import { setStartAtLogin } from './login-item';
import type { LoginItemDeps } from './login-item';
import type { Log } from './redact';
import type { SettingsStore } from './settings';

export interface ShellSettingsDoor {
  get(): ShellSettings;
  /** @throws {Error} when the system refuses an entry; nothing is kept then */
  update(patch: IpcArgument<'shell:update-settings'>): ShellSettings;
}

export function createShellSettings(deps: {
  readonly settings: SettingsStore;
  readonly port: PortChoice;
  readonly dataFolder: string;
  readonly desk: () => Desk;
  readonly login: LoginItemDeps;
  readonly log: Log;
}): ShellSettingsDoor {
  const { settings, port, dataFolder, desk, login, log } = deps;

  function get(): ShellSettings {
    const kept = settings.get();
    return {
      closeToTray: kept.closeToTray ?? 'ask',
      startAtLogin: kept.startAtLogin ?? false,
      globalShortcut: kept.globalShortcut ?? false,
      askBeforeQuit: kept.askBeforeQuit ?? true,
      openLinks: kept.openLinks ?? app.isDefaultProtocolClient(LINK_SCHEME),
      port: port.get(),
      dataFolder,
      isShortcutFree: desk().isShortcutFree,
      shortcut: process.platform === 'darwin' ? '⌘⇧.' : 'Ctrl+Shift+.',
    };
  }

  return {
    get,
    update(patch) {
      if (patch.startAtLogin !== undefined) setStartAtLogin(patch.startAtLogin, login);
      if (patch.openLinks !== undefined) setOpenLinks(patch.openLinks, log);
      settings.set(patch);
      if (patch.globalShortcut !== undefined) desk().applyShortcut();
      return get();
    },
  };
}

/** Installers of deb, AppImage and dmg register the scheme; elsewhere the person switches it on. */
function setOpenLinks(isOn: boolean, log: Log): void {
  const command = startCommand();
  const [program, ...args] = command;
  const isDone = isOn
    ? app.setAsDefaultProtocolClient(LINK_SCHEME, program, args)
    : app.removeAsDefaultProtocolClient(LINK_SCHEME, program, args);
  if (!isDone) log.warn('the system did not change who opens our links', { isOn });
}

/** What starts this app again: packaged, its program alone; in development, Electron with the folder. */
export function startCommand(): readonly string[] {
  const program = process.env['APPIMAGE'] ?? process.execPath;
  return app.isPackaged ? [program] : [process.execPath, app.getAppPath()];
}
