import { z } from 'zod';
import { findJsonFile, writeJsonFile } from './json-file';
import type { Log } from './redact';

const Settings = z.object({
  /** The port the person chose after the usual one was taken, or in the window. */
  port: z.int().min(1024).max(65_535).optional(),
  closeToTray: z.enum(['ask', 'tray', 'quit']).optional(),
  startAtLogin: z.boolean().optional(),
  globalShortcut: z.boolean().optional(),
  askBeforeQuit: z.boolean().optional(),
  openLinks: z.boolean().optional(),
});
export type Settings = z.infer<typeof Settings>;

export interface SettingsStore {
  get(): Settings;
  set(patch: Settings): void;
  setPort(port: number): void;
}

/** The shell's few settings in `settings.json`. A damaged file counts as none: the defaults work. */
export function createSettingsStore(path: string, log: Log): SettingsStore {
  let settings: Settings = {};
  try {
    settings = findJsonFile(path, Settings) ?? {};
  } catch (error) {
    log.warn('settings are not readable, defaults are used', error);
  }
  const set = (patch: Settings): void => {
    settings = { ...settings, ...patch };
    try {
      writeJsonFile(path, settings);
    } catch (error) {
      log.error('settings were not saved', error);
    }
  };
  return { get: () => settings, set, setPort: (port) => set({ port }) };
}
