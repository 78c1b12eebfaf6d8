import { z } from 'zod';
import type { Locale, Preferences } from '../../contract/console/session';
import type { Reader, Writer } from '../../db/open';
import { hasDecidedByHand } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { countAgentsOfOwner, listSampleAgents } from '../agents/agents.repo';
import type { InstanceMode, Keyring } from './keyring';
import { getSetting, setSetting } from './settings.repo';
import type { UserRow, UsersService } from './users.service';

/** First run: the one person of a desktop, the recovery code, what is left to do. */
export interface SetupService {
  hasOwner(): boolean;
  findUser(userId: string): UserRow | undefined;
  preferencesOf(userId: string): Preferences;
  progressOf(userId: string): {
    hasAgent: boolean;
    hasDecided: boolean;
    hasSampleWorld: boolean;
    isDismissed: boolean;
  };
  hasRecoveryCode(): boolean;
  /** @throws AppError `invalid_transition` when somebody is here already, `actor_denied` outside the window */
  createOwner(
    person: { readonly displayName: string; readonly email: string; readonly locale: Locale },
    caller: Caller,
  ): UserRow;
  createRecoveryCode(): string;
  confirmRecoveryCode(lastGroup: string, caller: Caller): void;
  dismiss(userId: string): void;
  updatePreferences(
    userId: string,
    change: { readonly [Name in keyof Preferences]?: Preferences[Name] | undefined },
    caller: Caller,
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
    hasOwner: () => users.countUsers(reader) > 0,
    findUser: (userId) => users.findUserById(reader, userId),
    preferencesOf: (userId) => users.preferencesOf(reader, userId),
    hasRecoveryCode: () => keyring.hasRecoveryCode(),
    createRecoveryCode: () => keyring.createRecoveryCode(),

    progressOf: (userId) => ({
      hasAgent: countAgentsOfOwner(reader, userId, 1) > 0,
      hasDecided: hasDecidedByHand(reader, userId),
      hasSampleWorld: listSampleAgents(reader, userId).length > 0,
      isDismissed: getSetting(reader, dismissedName(userId), flag, false),
    }),

    createOwner(person, caller) {
      if (mode !== 'desktop' || !isWindow(caller)) {
        throw new AppError(
          'actor_denied',
          'People sign up with a one-time code here; only a desktop’s window makes its person.',
        );
      }
      const made = writer.transaction(
        (tx) => {
          if (users.countUsers(tx) > 0) {
            throw new AppError('invalid_transition', 'This desktop has its person already.');
          }
          return users.createUser(tx, person, caller);
        },
        { isDurable: true },
      );
      afterCommit();
      return made;
    },

    confirmRecoveryCode(lastGroup, caller) {
      const user = requireUser(caller, 'owner', true);
      keyring.confirmRecoveryCode(lastGroup);
      writer.transaction((tx) =>
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
          clock.now(),
        ),
      );
      afterCommit();
    },

    dismiss(userId) {
      writer.transaction((tx) => setSetting(tx, dismissedName(userId), flag, true));
    },

    updatePreferences(userId, change, caller) {
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
        return next;
      });
      afterCommit();
      return updated;
    },
  };
}
