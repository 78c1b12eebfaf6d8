import * as contract from '../../contract/console/session';
import type { Me } from '../../contract/console/session';
import type { Caller, UserActor } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import { toIso, toIsoOrNull } from '../../lib/clock';
import type { DemoService } from '../../domain/demo/demo.service';
import type { SetupService } from '../../domain/identity/setup.service';
import { answeringOnce, route, type ConsoleRoute } from './mount-console';
import type { Gate } from '../../gate/gate';

export interface SessionRouteDeps {
  readonly gate: Gate;
  readonly mode: 'desktop' | 'server';
  readonly version: string;
  readonly publicUrl: () => string;
  readonly setup: SetupService;
  readonly demo: DemoService;
}

/** First run, preferences and the sample world. */
export function sessionRoutes(deps: SessionRouteDeps): ConsoleRoute[] {
  const { setup } = deps;

  const presentMe = (caller: Caller): Me => {
    const actor = caller.actor.type === 'user' ? caller.actor : undefined;
    const user = actor && setup.findUser(actor.userId);
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
      preferences: user ? setup.preferencesOf(user.id) : contract.DEFAULT_PREFERENCES,
      setup: {
        hasOwner: setup.hasOwner(),
        ...(user
          ? setup.progressOf(user.id)
          : { hasAgent: false, hasDecided: false, hasSampleWorld: false, isDismissed: false }),
        hasRecoveryCode: setup.hasRecoveryCode(),
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
      );
    }
  };

  return answeringOnce(deps.gate, [
    route(contract.getMe, ({ caller }) => presentMe(caller)),
    route(contract.setUp, ({ body, caller }) => {
      const user = setup.createOwner(body, caller);
      return presentMe({
        ...caller,
        actor: { type: 'user', userId: user.id, role: user.role, mayDecide: true, sessionId: null },
      });
    }),
    route(
      contract.createRecoveryCode,
      ({ user }) => {
        assertKeeper(user);
        return { recoveryCode: setup.createRecoveryCode() };
      },
      { hasSecret: () => true },
    ),
    route(contract.confirmRecoveryCode, ({ body, user, caller }) => {
      assertKeeper(user);
      setup.confirmRecoveryCode(body.lastGroup, caller);
      return presentMe(caller);
    }),
    route(contract.dismissSetup, ({ user, caller }) => {
      setup.dismiss(user.userId);
      return presentMe(caller);
    }),
    route(contract.updatePreferences, ({ body, user, caller }) =>
      setup.updatePreferences(user.userId, body, caller),
    ),
    route(contract.loadSampleWorld, ({ caller }) => deps.demo.load(caller)),
    route(contract.removeSampleWorld, ({ caller }) => ({ removed: deps.demo.remove(caller) })),
  ]);
}
