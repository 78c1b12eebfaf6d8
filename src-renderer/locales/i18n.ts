import { i18n } from '@lingui/core';
import type { Locale } from '../../src-server/contract/console/session';

const STORAGE_KEY = 'countersign.locale';
const LOADERS = { en: () => import('./en.po'), de: () => import('./de.po') } as const;

function isLocale(value: unknown): value is Locale {
  return value === 'en' || value === 'de';
}

/** The language of this window's last run, else the system's, else English. */
export function detectLocale(): Locale {
  const stored = globalThis.localStorage?.getItem(STORAGE_KEY);
  if (isLocale(stored)) return stored;
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** Loads a language and switches every visible text to it. */
export async function activateLocale(locale: Locale): Promise<void> {
  if (i18n.locale === locale) return;
  const { messages } = await LOADERS[locale]();
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
  globalThis.localStorage?.setItem(STORAGE_KEY, locale);
}
