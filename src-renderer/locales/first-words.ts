import { activateLocale, detectLocale } from './i18n';

/** Imported first of all, so that the words are on their way while the rest of the start chunk is evaluated. */
export const firstWords = activateLocale(detectLocale());
