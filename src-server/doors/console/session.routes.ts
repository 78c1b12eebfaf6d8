import * as contract from '../../contract/console/session';
import type { Me } from '../../contract/console/session';
import type { Db } from '../../db/open';
import type { Caller, UserActor } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import { toIso, toIsoOrNull } from '../../lib/clock';
import type { DemoService } from '../../domain/demo/demo.service';
import type { SetupService } from '../../domain/identity/setup.service';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface SessionRouteDeps {
  readonly mode: 'desktop' | 'server';
  readonly version: string;
  readonly publicUrl: () => string;
  readonly setup: SetupService;
  readonly demo: DemoService;
}

/** First run, preferences and the sample world. */
export function sessionRoutes(deps: SessionRouteDeps): ConsoleRoute[] {
  const { setup } = deps;

  const presentMe = (caller: Caller, db?: Db): Me => {
    const actor = caller.actor.type === 'user' ? caller.actor : undefined;
    const user = actor && setup.findUser(actor.userId, db);
    return {
      mode: deps.mode,
      version: deps.version,
      publicUrl: deps.publicUrl(),
      user: user
        ? {
            id: user.id,
            displayName: user.displayName,
            email: user.email,
            role: user.role,
            createdAt: toIso(user.createdAt),
          }
        : null,
      mayDecide: user !== undefined && actor?.mayDecide === true,
      preferences: user ? setup.preferencesOf(user.id, db) : contract.DEFAULT_PREFERENCES,
      setup: {
        hasOwner: setup.hasOwner(db),
        ...(user
          ? setup.progressOf(user.id, db)
          : { hasAgent: false, hasDecided: false, hasSampleWorld: false, isDismissed: false }),
        hasRecoveryCode: setup.hasRecoveryCode(db),
      },
      frozenAt: toIsoOrNull(user?.frozenAt ?? null),
    };
  };

  /** What is about the keys of this installation is its first person's, or an admin's. */
  const assertKeeper = (user: UserActor): void => {
    if (user.role !== 'admin' || !user.mayDecide) {
      throw new AppError(
        'actor_denied',
        'The recovery code is the installation’s: an admin makes it, in the Countersign window.',
        { reason: 'admin_only' },
      );
    }
  };

  return [
    readRoute(contract.getMe, ({ caller }) => presentMe(caller)),
    writeRoute(contract.setUp, ({ body, caller }, answering) =>
      setup.createOwner(
        body,
        caller,
        answering((tx, { id: userId, role }) =>
          presentMe(
            { ...caller, actor: { type: 'user', userId, role, mayDecide: true, sessionId: null } },
            tx,
          ),
        ),
      ),
    ),
    writeRoute(
      contract.createRecoveryCode,
      ({ user }, answering) => {
        assertKeeper(user);
        return setup.createRecoveryCode(answering((_tx, recoveryCode) => ({ recoveryCode })));
      },
      { hasSecret: () => true },
    ),
    writeRoute(contract.confirmRecoveryCode, ({ body, user, caller }, answering) => {
      assertKeeper(user);
      setup.confirmRecoveryCode(
        body.lastGroup,
        caller,
        answering((tx) => presentMe(caller, tx)),
      );
    }),
    writeRoute(contract.dismissSetup, ({ user, caller }, answering) =>
      setup.dismiss(
        user.userId,
        answering((tx) => presentMe(caller, tx)),
      ),
    ),
    writeRoute(contract.updatePreferences, ({ body, user, caller }, answering) =>
      setup.updatePreferences(
        user.userId,
        body,
        caller,
        answering((_tx, preferences) => preferences),
      ),
    ),
    writeRoute(contract.loadSampleWorld, ({ caller }, answering) =>
      deps.demo.load(
        caller,
        answering((_tx, made) => made),
      ),
    ),
    writeRoute(contract.removeSampleWorld, ({ caller }, answering) =>
      deps.demo.remove(
        caller,
        answering((_tx, removed) => ({ removed })),
      ),
    ),
  ];
}
