import type { Caller } from '../../gate/caller';
import { AppError } from '../../lib/errors';
import type { InstanceMode } from './keyring';
import type { OneTimeCodesService } from './one-time-codes.service';
import type { SessionsService, TokenPair } from './sessions.service';
import type { UsersService } from './users.service';

/** Signing in by one-time code, and joining by it where sign-up is open (decisions §2). */
export interface SignInService {
  /** The same answer for every address. @throws AppError `rate_limited` */
  requestCode(address: string, caller: Caller): Promise<{ readonly expiresInSeconds: number }>;
  /**
   * Whoever joins this way is an `owner`: the first admin comes by the operator's link, not by being first here.
   * @throws AppError `unauthenticated`, `rate_limited`; `forbidden` when sign-up was closed meanwhile
   */
  verifyCode(
    proof: { readonly address: string; readonly otp: string; readonly displayName?: string | undefined },
    caller: Caller,
  ): Promise<TokenPair>;
}

/** Nothing of the address: a name is public once the person has an agent. */
export const DEFAULT_DISPLAY_NAME = 'New member';

export function createSignInService({
  codes,
  sessions,
  users,
  mode,
}: {
  readonly codes: Pick<OneTimeCodesService, 'request' | 'verify'>;
  readonly sessions: Pick<SessionsService, 'open' | 'issue'>;
  readonly users: Pick<UsersService, 'findUserByEmail' | 'createUser' | 'isSignUpOpen'>;
  readonly mode: InstanceMode;
}): SignInService {
  return {
    requestCode: (address, caller) => codes.request({ purpose: 'sign-in', address, ip: caller.ip }),

    async verifyCode({ address, otp, displayName = DEFAULT_DISPLAY_NAME }, caller) {
      const opened = await codes.verify({ purpose: 'sign-in', address, otp, ip: caller.ip }, (tx) => {
        let user = users.findUserByEmail(tx, address);
        if (!user && !users.isSignUpOpen())
          throw new AppError('forbidden', 'Sign-up is closed here.', { reason: 'sign_up_closed' });
        user ??= users.createUser(tx, { email: address, displayName, role: 'owner' }, caller);
        return sessions.open(tx, user, { caller, mayDecide: mode === 'server' });
      });
      return sessions.issue(opened);
    },
  };
}
