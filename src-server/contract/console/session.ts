import { z } from 'zod';
import { emailAddress, filledText, id, text } from '../common';
import { endpoint } from './endpoint';

export const locale = z.enum(['en', 'de']);
export type Locale = z.infer<typeof locale>;
export const colorScheme = z.enum(['auto', 'light', 'dark', 'contrast']);
export type ColorScheme = z.infer<typeof colorScheme>;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 22:30' });

/** What the desktop may show over other programs, and when it keeps quiet. Times are local to this computer. */
export const notificationPreferences = z.object({
  isOn: z.boolean(),
  /** Null: no quiet hours. `from` later than `to` goes over midnight. */
  quietHours: z
    .object({
      from: timeOfDay,
      to: timeOfDay,
      /** 0 is Sunday. The day on which the quiet hours begin. */
      days: z.array(z.number().int().min(0).max(6)).max(7),
    })
    .nullable(),
  mutedAgentIds: z.array(id).max(100),
});
export type NotificationPreferences = z.infer<typeof notificationPreferences>;

/** Keys as a person wants them; what is missing is as the registry has it. */
export const shortcutPreferences = z.object({
  /** `off` leaves combinations with Ctrl or ⌘ alone to act (WCAG 2.1.4). */
  singleKeys: z.enum(['on', 'off']),
  preset: z.enum(['standard', 'vim', 'mail']),
  /** Own keys by id of the hotkey, e.g. `{"inbox.approve": ["y"]}`; an empty list switches it off. */
  overrides: z
    .record(text(60, 1), z.array(text(40, 1)).max(4))
    .refine((value) => Object.keys(value).length <= 200, {
      error: 'must have at most 200 entries',
      params: { rule: 'max_entries', bound: 200 },
    }),
});
export type ShortcutPreferences = z.infer<typeof shortcutPreferences>;

/** Seconds in which a decision made at a screen can be taken back; irreversible kinds keep at least 5 (decisions §3). */
const graceSeconds = z.number().int().min(0).max(30);

export const preferences = z.object({
  locale: locale.nullable(),
  colorScheme,
  /** Days until silence counts as no (decisions §3), 1 to 30; 7 unless set. */
  expiryDays: z.number().int().min(1).max(30),
  graceSeconds,
  notifications: notificationPreferences,
  shortcuts: shortcutPreferences,
  /** Agents may write to this person knowing the address alone; otherwise it is as good as unknown (decisions §6). */
  isReachableByEmail: z.boolean(),
  /** Hear of thresholds of credits and caps. */
  spendingAlerts: z.boolean(),
});
export type Preferences = z.infer<typeof preferences>;

/** What a person has who set nothing. */
export const DEFAULT_PREFERENCES: Preferences = {
  locale: null,
  colorScheme: 'auto',
  expiryDays: 7,
  graceSeconds: 5,
  notifications: { isOn: true, quietHours: null, mutedAgentIds: [] },
  shortcuts: { singleKeys: 'on', preset: 'standard', overrides: {} },
  isReachableByEmail: false,
  spendingAlerts: true,
};

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
  /** Since when all agents are frozen; null while they are not. */
  frozenAt: z.string().nullable(),
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
  summary: 'Language, theme, expiry, grace, notifications, shortcuts, being found by one’s address',
  body: z.strictObject({
    locale: locale.optional(),
    colorScheme: colorScheme.optional(),
    expiryDays: z.number().int().min(1).max(30).optional(),
    graceSeconds: graceSeconds.optional(),
    notifications: z.strictObject(notificationPreferences.shape).optional(),
    shortcuts: z.strictObject(shortcutPreferences.shape).optional(),
    isReachableByEmail: z.boolean().optional(),
    spendingAlerts: z.boolean().optional(),
  }),
  answer: preferences,
});
