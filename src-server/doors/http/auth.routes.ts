import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from './address';
import type { z } from 'zod';
import {
  authApi,
  cookieAnswer,
  linkVerify,
  loggedOut,
  logoutRequest,
  otpRequest,
  otpRequested,
  otpVerify,
  refreshRequest,
  sessionAnswer,
  tokenAnswer,
  type CookieAnswer,
  type TokenAnswer,
} from '../../contract/auth';
import type { Reader } from '../../db/open';
import type { Caller, UserActor } from '../../gate/caller';
import type { Limiter } from '../../gate/limits';
import type { InstanceMode } from '../../domain/identity/keyring';
import { isLoopback } from '../../domain/identity/loopback';
import {
  ACCESS_COOKIE,
  clearedCookies,
  readCookie,
  REFRESH_COOKIE,
  sessionCookies,
} from '../../domain/identity/session-cookies';
import type { SessionsService, TokenPair } from '../../domain/identity/sessions.service';
import type { SignInLinksService } from '../../domain/identity/sign-in-links.service';
import type { SignInService } from '../../domain/identity/sign-in.service';
import type { UserRow, UsersService } from '../../domain/identity/users.service';
import { toOffsetIso } from '../../lib/clock';
import { AppError, isAppError } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';

export interface AuthRoutesDeps {
  readonly reader: Reader;
  readonly sessions: SessionsService;
  readonly links: Pick<SignInLinksService, 'redeem'>;
  readonly signIn: SignInService;
  readonly users: Pick<UsersService, 'findUserById'>;
  readonly limiter: Limiter;
  readonly mode: InstanceMode;
  /** The configured public base URL; cookies are `Secure` where it is HTTPS. */
  readonly publicUrl: string;
}

const CONSOLE_PREFIX = '/api/console';
const BEARER = /^Bearer +(\S+)$/i;

/**
 * Who a request's user token stands for, or null. Understands `Authorization: Bearer <JWT>` everywhere (AUTH-2) and,
 * on console routes in server mode, the `cs_access` cookie. API keys and OAuth tokens are not its business: null.
 */
export async function authenticateUser(
  request: FastifyRequest,
  {
    sessions,
    mode,
  }: Pick<AuthRoutesDeps, 'mode'> & { readonly sessions: Pick<SessionsService, 'authenticate'> },
): Promise<UserActor | null> {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) return (await sessions.authenticate(token)) ?? null;
  if (mode !== 'server' || !isConsoleRoute(request)) return null;
  const cookie = readCookie(request.headers.cookie, ACCESS_COOKIE);
  return cookie === undefined ? null : ((await sessions.authenticate(cookie)) ?? null);
}

/** The route that matched, not the text that was sent. */
function isConsoleRoute(request: FastifyRequest): boolean {
  const path = request.routeOptions.url ?? '';
  return path === CONSOLE_PREFIX || path.startsWith(`${CONSOLE_PREFIX}/`);
}

/** `/api/auth/*` of the nb face, in every mode. Register it on the TCP app: errors are worded there. */
export function authRoutes(deps: AuthRoutesDeps): (app: FastifyInstance) => Promise<void> {
  const { sessions, links, signIn, users, limiter, mode, publicUrl, reader } = deps;
  const isSecure = new URL(publicUrl).protocol === 'https:';

  const answerWith = (
    reply: FastifyReply,
    pair: TokenPair,
    wantsCookies: boolean,
  ): TokenAnswer | CookieAnswer => {
    if (!wantsCookies) return tokenAnswer.parse(presentTokens(pair));
    reply.header('set-cookie', sessionCookies(pair, isSecure));
    return cookieAnswer.parse(presentTokens(pair));
  };

  const assertCookiesFit = (wantsCookies: boolean): void => {
    if (wantsCookies && mode === 'desktop') {
      throw new AppError('validation', 'console: the console of a desktop is the Countersign window', {
        fields: [{ path: 'console', message: 'the console of a desktop is the Countersign window' }],
      });
    }
  };

  /** Tokens can't be guessed, so good ones are never counted; the bad ones of an address are. */
  const countFailures = async <T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const isGuess = isAppError(error) && error.code === 'unauthenticated';
      if (isGuess && !isLoopback(addressOf(request))) await limiter.consume('auth.guess', addressOf(request));
      throw error;
    }
  };

  return async (app) => {
    const config = { dialect: 'nb' } as const;

    // RATE-1 counts unauthenticated calls by address; signing in is nothing else.
    app.addHook('preHandler', async (request) => {
      const caller = callerOf(request);
      caller.rateLimit = await limiter.consume('public.ip', addressOf(request));
      request.caller = caller;
    });

    app.route({
      ...routeOf(authApi.requestOtp),
      config,
      handler: async (request) => {
        const { email } = parseBody(otpRequest, request);
        const { expiresInSeconds } = await signIn.requestCode(email, callerOf(request));
        return otpRequested.parse({ sent: true, expires_in: expiresInSeconds });
      },
    });

    app.route({
      ...routeOf(authApi.verifyOtp),
      config,
      handler: async (request, reply) => {
        const { email, otp, display_name: displayName, console = false } = parseBody(otpVerify, request);
        assertCookiesFit(console);
        const pair = await signIn.verifyCode({ address: email, otp, displayName }, callerOf(request));
        return answerWith(reply, pair, console);
      },
    });

    app.route({
      ...routeOf(authApi.verifyLink),
      config,
      handler: async (request, reply) => {
        const { token, email, display_name: displayName, console = false } = parseBody(linkVerify, request);
        assertCookiesFit(console);
        const pair = await countFailures(request, () =>
          links.redeem({ token, email, displayName }, callerOf(request)),
        );
        return answerWith(reply, pair, console);
      },
    });

    app.route({
      ...routeOf(authApi.refresh),
      config,
      handler: async (request, reply) => {
        const given = parseBody(refreshRequest, request).refresh_token;
        const token = given ?? refreshCookie(request, mode);
        if (token === undefined) {
          throw new AppError('unauthenticated', 'refresh_token: neither in the body nor as a cookie.');
        }
        const pair = await countFailures(request, () => sessions.refresh(token, callerOf(request)));
        return answerWith(reply, pair, given === undefined);
      },
    });

    app.route({
      ...routeOf(authApi.logOut),
      config,
      handler: async (request, reply) => {
        const given = parseBody(logoutRequest, request).refresh_token ?? refreshCookie(request, mode);
        const actor = await authenticateUser(request, deps);
        const sessionId =
          actor?.sessionId ?? (given === undefined ? undefined : sessions.findSessionId(given));
        if (sessionId !== undefined) sessions.revoke(sessionId, callerOf(request, actor));
        if (mode === 'server') reply.header('set-cookie', clearedCookies(isSecure));
        return loggedOut.parse({ signed_out: true });
      },
    });

    app.route({
      ...routeOf(authApi.getSession),
      config,
      handler: async (request) => {
        const actor = await authenticateUser(request, deps);
        const user = actor && users.findUserById(reader, actor.userId);
        if (!user) throw new AppError('unauthenticated', 'Sign in first.');
        return sessionAnswer.parse({
          session_id: actor.sessionId,
          may_decide: actor.mayDecide,
          user: presentUser(user),
        });
      },
    });
  };
}

function routeOf({ method, path }: { readonly method: 'GET' | 'POST'; readonly path: string }): {
  readonly method: 'GET' | 'POST';
  readonly url: string;
} {
  return { method, url: path };
}

/** A missing body is an empty one: refresh and logout by cookie have nothing to say. */
function parseBody<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  return parseOrThrow(schema, request.body ?? {});
}

/** Only pages of our own may spend the cookie, whatever a browser thinks of `SameSite`. */
function refreshCookie(request: FastifyRequest, mode: InstanceMode): string | undefined {
  if (mode !== 'server') return undefined;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return undefined;
  return readCookie(request.headers.cookie, REFRESH_COOKIE);
}

function callerOf(request: FastifyRequest, actor: UserActor | null = null): Caller {
  return {
    actor: actor ?? { type: 'anonymous' },
    face: 'nb',
    transport: 'rest',
    traceId: request.id,
    ip: addressOf(request),
    userAgent: request.headers['user-agent'] ?? null,
    client: null,
  };
}

function presentUser(user: UserRow): z.input<typeof sessionAnswer>['user'] {
  return {
    id: user.id,
    email: user.email,
    display_name: user.displayName,
    role: user.role,
    created_at: toOffsetIso(user.createdAt),
  };
}

function presentTokens(pair: TokenPair): z.input<typeof tokenAnswer> {
  return {
    access_token: pair.accessToken,
    token_type: 'Bearer',
    expires_in: pair.accessExpiresInSeconds,
    refresh_token: pair.refreshToken,
    refresh_expires_in: pair.refreshExpiresInSeconds,
    user: presentUser(pair.user),
  };
}
