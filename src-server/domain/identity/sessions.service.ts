import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller, UserActor } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import { DAY, SECOND, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { truncateCodePoints } from '../../lib/text/code-points';
import type { Vault } from '../../lib/vault';
import { ACCESS_TTL_SECONDS, createAccessTokens } from './access-tokens';
import type { InstanceMode } from './keyring';
import {
  hashRefreshToken,
  mintRefreshToken,
  readRefreshToken,
  type RefreshTokenContent,
} from './refresh-tokens';
import {
  findLivePerson,
  findSession,
  findUsedToken,
  insertSession,
  insertUsedToken,
  listLiveSessions,
  pruneSessions,
  pruneUsedTokens,
  updateSession,
  type SessionRow,
} from './sessions.repo';
import type { UserRow, UsersService } from './users.service';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresInSeconds: number;
  readonly refreshExpiresInSeconds: number;
  readonly sessionId: string;
  readonly mayDecide: boolean;
  readonly user: UserRow;
}

/** A session as its person sees it. */
export type SessionView = Pick<
  SessionRow,
  'id' | 'userAgent' | 'address' | 'createdAt' | 'lastUsedAt' | 'expiresAt'
>;

/** A session written but without its access token, which is signed after the transaction. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly mayDecide: boolean;
  readonly expiresAt: number;
  readonly user: UserRow;
}

export interface StartOptions {
  /** Who asks, from where and with what; the audit row names the person all the same. */
  readonly caller: Caller;
  /** Granted in server mode alone: on a desktop only the private socket decides (decisions §0). */
  readonly mayDecide: boolean;
}

/**
 * People on TCP (U-4). Access tokens last 15 minutes; the refresh token lasts 30 days from its last use and 90 from
 * sign-in, and is replaced on every use. A used one that comes back ends the session for everybody who holds it:
 *
 *   A used → B          A again, B unused, within 10 s, same client → B again (two tabs at once)
 *   A used → B used → C    A or B again → reuse: the session is over, audited
 */
export interface SessionsService {
  /** For transactions that do more than sign in; complete the answer with `issue`. */
  open(tx: Tx, user: UserRow, options: StartOptions): OpenedSession;
  issue(opened: OpenedSession): Promise<TokenPair>;
  start(user: UserRow, options: StartOptions): Promise<TokenPair>;
  /** @throws AppError `unauthenticated` for any token that is not the live one */
  refresh(refreshToken: string, caller: Caller): Promise<TokenPair>;
  /** Who an access token stands for; undefined unless token, session and person hold. */
  authenticate(accessToken: string): Promise<UserActor | undefined>;
  /** The session of a refresh token, for signing out with nothing else in hand. */
  findSessionId(refreshToken: string): string | undefined;
  /** Ends a session; false when it had ended or never was. `userId` narrows to that person's. */
  revoke(sessionId: string, caller: Caller, userId?: string): boolean;
  /** Ends every session of a person; gives how many. */
  revokeAll(tx: Tx, userId: string, caller: Caller): number;
  listSessions(userId: string): SessionView[];
  /** Deletes up to `limit` sessions whose time is over; gives how many. */
  prune(tx: Tx, limit: number): number;
}

const SLIDING_MS = 30 * DAY;
const ABSOLUTE_MS = 90 * DAY;
const DOUBLE_REFRESH_MS = 10 * SECOND;
/** Beyond it the session that was unused longest ends. */
const MAX_SESSIONS_PER_USER = 50;
const USED_TOKENS_KEPT = 20;
const MAX_USER_AGENT = 300;

type RevokeReason = 'signed_out' | 'reuse' | 'too_many' | 'all';

export function createSessionsService({
  writer,
  reader,
  clock,
  ids,
  audit,
  vault,
  users,
  instanceId,
  mode,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly vault: Pick<Vault, 'hmac' | 'key'>;
  readonly users: Pick<UsersService, 'findUserById'>;
  readonly instanceId: string;
  readonly mode: InstanceMode;
  readonly afterCommit: () => void;
}): SessionsService {
  const accessTokens = createAccessTokens({ vault, clock, instanceId });

  const record = (
    tx: Tx,
    type: string,
    session: { readonly id: string; readonly userId: string },
    caller: Caller,
    data: Readonly<Record<string, unknown>>,
  ): void => {
    const now = clock.now();
    const { id, userId } = session;
    audit.append(
      tx,
      { type, caller, ownerId: userId, subjectType: 'session', subjectId: id, data, person: { id: userId } },
      now,
    );
    appendEvent(tx, { topic: type, data: { sessionId: id, userId, ...data }, traceId: caller.traceId, now });
  };

  const end = (tx: Tx, session: SessionRow, caller: Caller, reason: RevokeReason): void => {
    updateSession(tx, session.id, { revokedAt: clock.now() });
    record(tx, 'session.revoked', session, caller, { reason });
  };

  const open = (tx: Tx, user: UserRow, { caller, mayDecide: isAsked }: StartOptions): OpenedSession => {
    const now = clock.now();
    const mayDecide = isAsked && mode === 'server';
    const sessionId = ids.prefixed('ses');
    for (const old of listLiveSessions(tx, user.id, now).slice(MAX_SESSIONS_PER_USER - 1)) {
      end(tx, old, caller, 'too_many');
    }
    const refreshToken = mintRefreshToken(vault, { sessionId, rotation: 0, mayDecide });
    const expiresAt = now + SLIDING_MS;
    insertSession(tx, {
      id: sessionId,
      userId: user.id,
      refreshHash: hashRefreshToken(refreshToken),
      rotation: 0,
      ...clientOf(caller),
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
    });
    const actor: UserActor = { type: 'user', userId: user.id, role: user.role, mayDecide, sessionId };
    record(tx, 'session.started', { id: sessionId, userId: user.id }, { ...caller, actor }, { mayDecide });
    return { sessionId, refreshToken, mayDecide, expiresAt, user };
  };

  const issue = async (opened: OpenedSession): Promise<TokenPair> => ({
    accessToken: await accessTokens.sign({
      userId: opened.user.id,
      sessionId: opened.sessionId,
      role: opened.user.role,
      mayDecide: opened.mayDecide,
    }),
    refreshToken: opened.refreshToken,
    accessExpiresInSeconds: ACCESS_TTL_SECONDS,
    refreshExpiresInSeconds: Math.floor((opened.expiresAt - clock.now()) / SECOND),
    sessionId: opened.sessionId,
    mayDecide: opened.mayDecide,
    user: opened.user,
  });

  /** One step of the diagram above; undefined refuses. What it writes is kept even when it refuses. */
  const rotate = (
    tx: Tx,
    token: string,
    content: RefreshTokenContent,
    caller: Caller,
  ): OpenedSession | undefined => {
    const now = clock.now();
    const { sessionId, rotation } = content;
    const session = findSession(tx, sessionId);
    if (!session || session.revokedAt !== null || session.expiresAt <= now) return undefined;
    const user = users.findUserById(tx, session.userId);
    if (!user) return undefined;
    const mayDecide = content.mayDecide && mode === 'server';
    const hash = hashRefreshToken(token);

    if (rotation < session.rotation) {
      const usedAt = findUsedToken(tx, hash)?.usedAt;
      const isDouble =
        rotation === session.rotation - 1 &&
        usedAt !== undefined &&
        now - usedAt <= DOUBLE_REFRESH_MS &&
        isSameClient(session, caller);
      if (!isDouble) {
        end(tx, session, caller, 'reuse');
        return undefined;
      }
      const refreshToken = mintRefreshToken(vault, { ...content, rotation: session.rotation });
      return { sessionId, refreshToken, mayDecide, expiresAt: session.expiresAt, user };
    }
    // Not the live one and not an old one: a token from after the point to which a backup went back.
    if (hash !== session.refreshHash) return undefined;

    const next = { ...content, rotation: rotation + 1 };
    const refreshToken = mintRefreshToken(vault, next);
    const expiresAt = Math.min(now + SLIDING_MS, session.createdAt + ABSOLUTE_MS);
    insertUsedToken(tx, { refreshHash: hash, sessionId, usedAt: now });
    pruneUsedTokens(tx, sessionId, USED_TOKENS_KEPT);
    updateSession(tx, sessionId, {
      refreshHash: hashRefreshToken(refreshToken),
      rotation: next.rotation,
      ...clientOf(caller),
      lastUsedAt: now,
      expiresAt,
    });
    return { sessionId, refreshToken, mayDecide, expiresAt, user };
  };

  return {
    open,
    issue,

    async start(user, options) {
      const opened = writer.transaction((tx) => open(tx, user, options), { isDurable: true });
      afterCommit();
      return issue(opened);
    },

    async refresh(refreshToken, caller) {
      // A token we did not mint costs a hash and no transaction.
      const content = readRefreshToken(vault, refreshToken);
      const opened =
        content && writer.transaction((tx) => rotate(tx, refreshToken, content, caller), { isDurable: true });
      if (content) afterCommit();
      if (!opened)
        throw new AppError('unauthenticated', 'The session is over. Sign in again.', {
          reason: 'session_over',
        });
      return issue(opened);
    },

    async authenticate(accessToken) {
      const claims = await accessTokens.read(accessToken);
      if (!claims) return undefined;
      const { userId, sessionId } = claims;
      const person = findLivePerson(reader, { id: sessionId, userId, now: clock.now() });
      if (!person) return undefined;
      return {
        type: 'user',
        userId,
        role: person.role,
        mayDecide: claims.mayDecide && mode === 'server',
        sessionId,
      };
    },

    findSessionId: (refreshToken) => readRefreshToken(vault, refreshToken)?.sessionId,

    revoke(sessionId, caller, userId) {
      const wasLive = writer.transaction(
        (tx) => {
          const session = findSession(tx, sessionId);
          if (!session || session.revokedAt !== null) return false;
          if (userId !== undefined && session.userId !== userId) return false;
          end(tx, session, caller, 'signed_out');
          return true;
        },
        { isDurable: true },
      );
      if (wasLive) afterCommit();
      return wasLive;
    },

    revokeAll(tx, userId, caller) {
      const live = listLiveSessions(tx, userId, clock.now());
      for (const session of live) end(tx, session, caller, 'all');
      return live.length;
    },

    listSessions: (userId) =>
      listLiveSessions(reader, userId, clock.now()).map(
        ({ id, userAgent, address, createdAt, lastUsedAt, expiresAt }) => ({
          id,
          userAgent,
          address,
          createdAt,
          lastUsedAt,
          expiresAt,
        }),
      ),

    prune: (tx, limit) => pruneSessions(tx, clock.now(), limit),
  };
}

function clientOf(caller: Caller): { userAgent: string | null; address: string | null } {
  return {
    userAgent: caller.userAgent === null ? null : truncateCodePoints(caller.userAgent, MAX_USER_AGENT),
    address: caller.ip,
  };
}

function isSameClient(session: SessionRow, caller: Caller): boolean {
  const { userAgent, address } = clientOf(caller);
  return session.userAgent === userAgent && session.address === address;
}
