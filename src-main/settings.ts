import { z } from 'zod';
import { findJsonFile, writeJsonFile } from './json-file';
import type { Log } from './redact';

const Settings = z.object({
  /** The port the person chose after the usual one was taken. */
  port: z.int().min(1024).max(65_535).optional(),
});
type Settings = z.infer<typeof Settings>;

export interface SettingsStore {
  get(): Settings;
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
  return {
    get: () => settings,
    setPort(port) {
      settings = { ...settings, port };
      try {
        writeJsonFile(path, settings);
      } catch (error) {
        log.error('settings were not saved', error);
      }
    },
  };
}
