import {
  DEFAULT_PREFERENCES,
  preferences as preferencesSchema,
  type Preferences,
} from '../../contract/console/session';
import type { Db } from '../../db/open';
import { getSetting } from './settings.repo';

/** What is stored may be of a version that knew fewer of them. */
const storedPreferences = preferencesSchema.partial();

export function preferencesName(userId: string): string {
  return `user:${userId}:preferences`;
}

/** What a person has set, and the defaults for the rest. */
export function readPreferences(db: Db, userId: string): Preferences {
  return { ...DEFAULT_PREFERENCES, ...getSetting(db, preferencesName(userId), storedPreferences, {}) };
}
