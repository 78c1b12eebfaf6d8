/** Starting with the computer: only where the person switched it on, seen in Settings, and hidden in the tray. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Opens no window by itself. */
export const HIDDEN_SWITCH = '--hidden';

export interface LoginItemDeps {
  readonly platform: string;
  /** The program and the arguments that start this app. */
  readonly command: readonly string[];
  readonly configHome: string;
  readonly setLoginItem: (settings: { openAtLogin: boolean; path?: string; args?: string[] }) => void;
}

/** Where desktops on Linux look for what starts with them (XDG autostart). */
export function autostartFileOf(configHome: string): string {
  return join(configHome, 'autostart', 'countersign.desktop');
}

/** @throws {Error} when the entry can't be written */
export function setStartAtLogin(isOn: boolean, deps: LoginItemDeps): void {
  const [program = '', ...args] = deps.command;
  if (deps.platform === 'linux') {
    const file = autostartFileOf(deps.configHome);
    if (!isOn) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, toDesktopEntry([program, ...args, HIDDEN_SWITCH]), { mode: 0o600 });
    return;
  }
  // macOS tells the app itself that it was opened at login, and takes no arguments.
  if (deps.platform === 'darwin') deps.setLoginItem({ openAtLogin: isOn });
  else deps.setLoginItem({ openAtLogin: isOn, path: program, args: [...args, HIDDEN_SWITCH] });
}

function toDesktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Countersign',
    'Comment=Approve what your AI agents do',
    `Exec=${command.map(quote).join(' ')}`,
    'Icon=countersign',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Quoted for an Exec line (Desktop Entry Specification): its own quoting, then the string type's backslashes. */
function quote(argument: string): string {
  const quoted = argument.replaceAll(/["`$\\]/g, (sign) => `\\${sign}`).replaceAll('%', '%%');
  return `"${quoted.replaceAll('\\', '\\\\')}"`;
}
