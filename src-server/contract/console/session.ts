import { z } from 'zod';
import { emailAddress, filledText, text } from '../common';
import { endpoint } from './endpoint';

export const locale = z.enum(['en', 'de']);
export type Locale = z.infer<typeof locale>;
export const colorScheme = z.enum(['auto', 'light', 'dark', 'contrast']);
export type ColorScheme = z.infer<typeof colorScheme>;

export const preferences = z.object({
  locale: locale.nullable(),
  colorScheme,
  /** Days until silence counts as no (decisions §3), 1 to 30; 7 unless set. */
  expiryDays: z.number().int().min(1).max(30),
});
export type Preferences = z.infer<typeof preferences>;

export const user = z.object({
  id: z.string(),
  displayName: z.string(),
  email: z.string(),
  role: z.enum(['owner', 'admin']),
  createdAt: z.string(),
});
export type User = z.infer<typeof user>;

export const me = z.object({
  mode: z.enum(['desktop', 'server']),
  version: z.string(),
  /** Where agents reach us, e.g. `http://127.0.0.1:7423`. */
  publicUrl: z.string(),
  /** Null before setup on the desktop, and when signed out in server mode. */
  user: user.nullable(),
  mayDecide: z.boolean(),
  preferences,
  setup: z.object({
    /** A person exists. */
    hasOwner: z.boolean(),
    /** The recovery code was shown and confirmed as saved. */
    hasRecoveryCode: z.boolean(),
    hasAgent: z.boolean(),
    hasDecided: z.boolean(),
    hasSampleWorld: z.boolean(),
    /** First run was finished or left with "later". */
    isDismissed: z.boolean(),
  }),
});
export type Me = z.infer<typeof me>;

export const getMe = endpoint({
  method: 'GET',
  path: '/me',
  summary: 'Who is here, and how far first run has come',
  access: 'open',
  answer: me,
});

export const setUp = endpoint({
  method: 'POST',
  path: '/setup',
  summary: 'Create the one person of a desktop',
  access: 'open',
  body: z.strictObject({ displayName: filledText(80), email: emailAddress, locale }),
  answer: me,
});

export const createRecoveryCode = endpoint({
  method: 'POST',
  path: '/setup/recovery-code',
  summary: 'Make a new recovery code and show it once; an older one stops working when this one is confirmed',
  answer: z.object({ recoveryCode: z.string() }),
});

export const confirmRecoveryCode = endpoint({
  method: 'POST',
  path: '/setup/recovery-code/confirm',
  summary: 'Say that the code is saved, by typing its last group of four characters',
  body: z.strictObject({ lastGroup: text(8, 1) }),
  answer: me,
});

export const dismissSetup = endpoint({
  method: 'POST',
  path: '/setup/dismiss',
  summary: 'Finish or leave first run',
  answer: me,
});

export const loadSampleWorld = endpoint({
  method: 'POST',
  path: '/sample-world',
  summary: 'Load the sample world: marked agents and drafts that are yours to try on',
  answer: z.object({ agents: z.number().int(), proposals: z.number().int() }),
});

export const removeSampleWorld = endpoint({
  method: 'DELETE',
  path: '/sample-world',
  summary: 'Remove everything the sample world brought',
  answer: z.object({ removed: z.number().int() }),
});

export const updatePreferences = endpoint({
  method: 'PATCH',
  path: '/preferences',
  summary: 'Language, theme, expiry',
  body: z.strictObject({
    locale: locale.optional(),
    colorScheme: colorScheme.optional(),
    expiryDays: z.number().int().min(1).max(30).optional(),
  }),
  answer: preferences,
});
