import {
  DEFAULT_PREFERENCES,
  preferences as preferencesSchema,
  type Locale,
  type Preferences,
} from '../../contract/console/session';
import type { Db, Tx } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import type { Clock } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { normaliseAddress } from '../mail/address';
import type { InstanceMode } from './keyring';
import { preferencesName, readPreferences } from './preferences';
import { setSetting } from './settings.repo';
import {
  countUserRows,
  findUserRow,
  findUserRowByEmail,
  hasAdminRow,
  insertUser,
  listUserRows,
  updateUserRow,
  type ProfilePatch,
  type UserRow,
} from './users.repo';

export type { ProfilePatch, UserRow };

export interface NewUser {
  readonly email: string;
  readonly displayName: string;
  /** Default: admin on a desktop, owner in server mode. */
  readonly role?: UserRow['role'] | undefined;
  readonly locale?: Locale | null | undefined;
  readonly isSample?: boolean | undefined;
}

export interface UsersService {
  findUserById(db: Db, id: string): UserRow | undefined;
  findUserByEmail(db: Db, email: string): UserRow | undefined;
  /** People, without those of the sample world. */
  countUsers(db: Db): number;
  hasAdmin(db: Db): boolean;
  /** In order of joining; `after` is the `seq` of the last one seen, `limit` at most 500. */
  listUsers(db: Db, page: { readonly after?: number | undefined; readonly limit: number }): UserRow[];
  /**
   * @throws AppError `taken` when the address has a person; `invalid_transition` for a second person on a desktop
   */
  createUser(tx: Tx, user: NewUser, caller: Caller): UserRow;
  /** @throws AppError `not_found` */
  updateProfile(tx: Tx, userId: string, patch: ProfilePatch, caller: Caller): UserRow;
  /** @throws AppError `not_found` */
  setRole(tx: Tx, userId: string, role: UserRow['role'], caller: Caller): UserRow;
  /** Since when all agents of a person are frozen, those still to come included; null thaws. */
  setFrozenAt(tx: Tx, userId: string, frozenAt: number | null): void;
  /** Whether a sign-in code to this address would be sent: a person has it, or may join with it. */
  canSignIn(db: Db, address: string): boolean;
  /** Whether strangers may join now: never on a desktop (decisions §2). */
  isSignUpOpen(): boolean;
  preferencesOf(db: Db, userId: string): Preferences;
  updatePreferences(tx: Tx, userId: string, patch: PreferencesPatch): Preferences;
  /** The language of whoever has this address; English where nothing is known. */
  localeOf(db: Db, address: string): Locale;
}

export type PreferencesPatch = { readonly [Name in keyof Preferences]?: Preferences[Name] | undefined };

const LIST_MAX = 500;

export function createUsersService({
  ids,
  clock,
  audit,
  mode,
  isSignUpOpen,
}: {
  readonly ids: Ids;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly mode: InstanceMode;
  /** The operator's setting; a desktop is closed whatever it says. */
  readonly isSignUpOpen: () => boolean;
}): UsersService {
  const findUserByEmail = (db: Db, email: string): UserRow | undefined =>
    findUserRowByEmail(db, normaliseAddress(email));
  const isOpen = (): boolean => mode === 'server' && isSignUpOpen();

  /** Audit row and event of a change to a person; names and addresses lie beside the chain. */
  const recordChange = (tx: Tx, type: string, user: UserRow, caller: Caller, personData: object): void => {
    const now = clock.now();
    audit.append(
      tx,
      {
        type,
        caller,
        ownerId: user.id,
        subjectType: 'user',
        subjectId: user.id,
        data: { role: user.role },
        person: { id: user.id, data: { ...personData } },
      },
      now,
    );
    appendEvent(tx, { topic: type, data: { userId: user.id }, traceId: caller.traceId, now });
  };

  return {
    findUserById: findUserRow,
    findUserByEmail,
    countUsers: countUserRows,
    hasAdmin: hasAdminRow,
    isSignUpOpen: isOpen,
    preferencesOf: readPreferences,

    listUsers: (db, { after = 0, limit }) => listUserRows(db, after, Math.min(LIST_MAX, Math.max(1, limit))),

    createUser(tx, user, caller) {
      if (findUserByEmail(tx, user.email)) {
        throw new AppError('taken', 'A person with this address is here already.', {
          reason: 'address_taken',
          fields: [{ path: 'email', message: 'is taken' }],
        });
      }
      const isSample = user.isSample ?? false;
      if (mode === 'desktop' && !isSample && countUserRows(tx) > 0) {
        throw new AppError('invalid_transition', 'This desktop has its person already.', {
          reason: 'person_here_already',
        });
      }
      const row = insertUser(tx, {
        id: ids.uuid(),
        email: normaliseAddress(user.email),
        displayName: user.displayName,
        role: user.role ?? (mode === 'desktop' && !isSample ? 'admin' : 'owner'),
        // A desktop sets no limits against its own person (decisions §2).
        plan: mode === 'desktop' ? 'enterprise' : 'free',
        isSample,
        createdAt: clock.now(),
      });
      if (user.locale) {
        setSetting(tx, preferencesName(row.id), preferencesSchema, {
          ...DEFAULT_PREFERENCES,
          locale: user.locale,
        });
      }
      recordChange(tx, 'user.created', row, caller, { email: row.email, displayName: row.displayName });
      return row;
    },

    updateProfile(tx, userId, patch, caller) {
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const row =
        Object.keys(given).length === 0 ? findUserRow(tx, userId) : updateUserRow(tx, userId, given);
      if (!row) throw notFound('person');
      recordChange(tx, 'user.profile_updated', row, caller, given);
      return row;
    },

    setRole(tx, userId, role, caller) {
      const row = updateUserRow(tx, userId, { role });
      if (!row) throw notFound('person');
      recordChange(tx, 'user.role_set', row, caller, {});
      return row;
    },

    setFrozenAt(tx, userId, frozenAt) {
      if (!updateUserRow(tx, userId, { frozenAt })) throw notFound('person');
    },

    canSignIn(db, address) {
      const user = findUserByEmail(db, address);
      return user ? !user.isSample : isOpen();
    },

    updatePreferences(tx, userId, patch) {
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      return setSetting(tx, preferencesName(userId), preferencesSchema, {
        ...readPreferences(tx, userId),
        ...given,
      });
    },

    localeOf(db, address) {
      const user = findUserByEmail(db, address);
      return (user && readPreferences(db, user.id).locale) ?? 'en';
    },
  };
}
