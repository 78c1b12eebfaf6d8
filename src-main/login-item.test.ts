import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { autostartFileOf, setStartAtLogin } from './login-item';

describe('starting with the computer', () => {
  it('is a file of the person’s own on Linux, quoted, hidden in the tray, and gone when switched off', () => {
    const configHome = mkdtempSync(join(tmpdir(), 'login-'));
    const deps = {
      platform: 'linux',
      command: ['/opt/My "App"/countersign', '/home/a b/50%'],
      configHome,
      setLoginItem: () => expect.unreachable(),
    };
    setStartAtLogin(true, deps);
    const file = autostartFileOf(configHome);
    expect(file).toBe(join(configHome, 'autostart', 'countersign.desktop'));
    expect(readFileSync(file, 'utf8')).toContain(
      String.raw`Exec="/opt/My \\"App\\"/countersign" "/home/a b/50%%" "--hidden"`,
    );
    setStartAtLogin(false, deps);
    expect(existsSync(file)).toBe(false);
    setStartAtLogin(false, deps);
  });

  it('is asked of the system elsewhere', () => {
    const asked: unknown[] = [];
    const deps = {
      command: ['C:\\Countersign.exe'],
      configHome: '',
      setLoginItem: (item: unknown) => void asked.push(item),
    };
    setStartAtLogin(true, { ...deps, platform: 'win32' });
    setStartAtLogin(false, { ...deps, platform: 'darwin' });
    expect(asked).toEqual([
      { openAtLogin: true, path: 'C:\\Countersign.exe', args: ['--hidden'] },
      { openAtLogin: false },
    ]);
  });
});
