import { z } from 'zod';
import type { Locale, Preferences } from '../../contract/console/session';
import type { Db, Reader, Writer } from '../../db/open';
import { hasDecidedByHand } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import { requireUser } from '../../gate/commands';
import type { InTransaction } from '../../gate/idempotency';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { countAgentsOfOwner, listSampleAgents } from '../agents/agents.repo';
import type { InstanceMode, Keyring } from './keyring';
import { getSetting, setSetting } from './settings.repo';
import type { UserRow, UsersService } from './users.service';

/** First run: the one person of a desktop, the recovery code, what is left to do. */
export interface SetupService {
  hasOwner(db?: Db): boolean;
  findUser(userId: string, db?: Db): UserRow | undefined;
  preferencesOf(userId: string, db?: Db): Preferences;
  progressOf(
    userId: string,
    db?: Db,
  ): {
    hasAgent: boolean;
    hasDecided: boolean;
    hasSampleWorld: boolean;
    isDismissed: boolean;
  };
  hasRecoveryCode(db?: Db): boolean;
  /** @throws AppError `invalid_transition` when somebody is here already, `actor_denied` outside the window */
  createOwner(
    person: { readonly displayName: string; readonly email: string; readonly locale: Locale },
    caller: Caller,
    inTransaction?: InTransaction<UserRow>,
  ): UserRow;
  createRecoveryCode(inTransaction?: InTransaction<string>): string;
  confirmRecoveryCode(lastGroup: string, caller: Caller, inTransaction?: InTransaction<void>): void;
  dismiss(userId: string, inTransaction?: InTransaction<void>): void;
  updatePreferences(
    userId: string,
    change: { readonly [Name in keyof Preferences]?: Preferences[Name] | undefined },
    caller: Caller,
    inTransaction?: InTransaction<Preferences>,
  ): Preferences;
}

const flag = z.boolean();

export function createSetupService({
  reader,
  writer,
  clock,
  audit,
  users,
  keyring,
  mode,
  isWindow,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly users: UsersService;
  readonly keyring: Keyring;
  readonly mode: InstanceMode;
  /** Whether a call came over the private socket: only there may the first person of a desktop be made. */
  readonly isWindow: (caller: Caller) => boolean;
  readonly afterCommit: () => void;
}): SetupService {
  const dismissedName = (userId: string): string => `user:${userId}:setup-dismissed`;
  return {
    hasOwner: (db = reader) => users.countUsers(db) > 0,
    findUser: (userId, db = reader) => users.findUserById(db, userId),
    preferencesOf: (userId, db = reader) => users.preferencesOf(db, userId),
    hasRecoveryCode: (db = reader) => keyring.hasRecoveryCode(db),

    progressOf: (userId, db = reader) => ({
      hasAgent: countAgentsOfOwner(db, userId, 1) > 0,
      hasDecided: hasDecidedByHand(db, userId),
      hasSampleWorld: listSampleAgents(db, userId).length > 0,
      isDismissed: getSetting(db, dismissedName(userId), flag, false),
    }),

    createRecoveryCode(inTransaction) {
      const code = keyring.createRecoveryCode();
      // Held in memory until it is confirmed: all there is to write is that it was delivered.
      if (inTransaction) writer.transaction((tx) => inTransaction(tx, code, clock.now()));
      return code;
    },

    createOwner(person, caller, inTransaction) {
      if (mode !== 'desktop' || !isWindow(caller)) {
        throw new AppError(
          'actor_denied',
          'People sign up with a one-time code here; only a desktop’s window makes its person.',
          { reason: 'sign_in_by_code' },
        );
      }
      const made = writer.transaction(
        (tx) => {
          if (users.countUsers(tx) > 0) {
            throw new AppError('invalid_transition', 'This desktop has its person already.', {
              reason: 'person_here_already',
            });
          }
          const user = users.createUser(tx, person, caller);
          inTransaction?.(tx, user, clock.now());
          return user;
        },
        { isDurable: true },
      );
      afterCommit();
      return made;
    },

    confirmRecoveryCode(lastGroup, caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      keyring.confirmRecoveryCode(lastGroup, (tx) => {
        const now = clock.now();
        audit.append(
          tx,
          {
            type: 'recovery-code.made',
            caller,
            ownerId: user.userId,
            subjectType: 'instance',
            subjectId: keyring.instanceId,
            person: { id: user.userId },
          },
          now,
        );
        inTransaction?.(tx, undefined, now);
      });
      afterCommit();
    },

    dismiss(userId, inTransaction) {
      writer.transaction((tx) => {
        setSetting(tx, dismissedName(userId), flag, true);
        inTransaction?.(tx, undefined, clock.now());
      });
    },

    updatePreferences(userId, change, caller, inTransaction) {
      if (change.expiryDays !== undefined) requireUser(caller, 'owner', true);
      const updated = writer.transaction((tx) => {
        const next = users.updatePreferences(tx, userId, change);
        if (change.expiryDays !== undefined) {
          audit.append(
            tx,
            {
              type: 'preferences.expiry-set',
              caller,
              ownerId: userId,
              subjectType: 'user',
              subjectId: userId,
              data: { expiryDays: change.expiryDays },
              person: { id: userId },
            },
            clock.now(),
          );
        }
        appendEvent(tx, {
          topic: 'preferences.changed',
          data: { userId },
          traceId: caller.traceId,
          now: clock.now(),
        });
        inTransaction?.(tx, next, clock.now());
        return next;
      });
      afterCommit();
      return updated;
    },
  };
}
