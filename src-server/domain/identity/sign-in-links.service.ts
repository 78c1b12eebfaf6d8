import type { Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { MINUTE, SECOND, type Clock } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { randomSecret, secretsEqual, type Vault } from '../../lib/vault';
import type { InstanceMode } from './keyring';
import { findCode, insertCode, useCode, voidCodes, type CodeKey } from './one-time-codes.repo';
import type { OpenedSession, SessionsService, TokenPair } from './sessions.service';
import type { UserRow, UsersService } from './users.service';

/** Whom a link signs in: a person, or whoever becomes the first admin of a server. */
export type LinkTarget = { readonly userId: string } | 'first-admin';

export interface LinkProof {
  readonly token: string;
  /** Only the first admin's link asks for these two. */
  readonly email?: string | undefined;
  readonly displayName?: string | undefined;
}

/**
 * Sign-in links of a server's operator: `cli session --link`, and the one printed for the first admin. 15 minutes,
 * once; a newer link of the same person replaces the older. Stored as HMAC among the one-time codes.
 */
export interface SignInLinksService {
  /**
   * @throws AppError `actor_denied` on a desktop; `not_found` for an unknown person; `invalid_transition` for a first
   * admin where there is one
   */
  createLink(
    target: LinkTarget,
    caller: Caller,
  ): { readonly token: string; readonly expiresInSeconds: number };
  /**
   * Uses up the link. The first admin's needs `email` and `displayName`, and makes whoever has that address the admin.
   * @throws AppError `unauthenticated` for a wrong, used or expired one; `validation` when a field is missing
   */
  redeem(proof: LinkProof, caller: Caller): Promise<TokenPair>;
}

const TTL_MS = 15 * MINUTE;
const PURPOSE = 'link';
const FORM = /^csl_(otc_[0-9A-Za-z]{22})\.[0-9A-Za-z_-]{43}$/;

export function createSignInLinksService({
  writer,
  clock,
  ids,
  vault,
  audit,
  users,
  sessions,
  mode,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Pick<Vault, 'hmac'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly users: Pick<
    UsersService,
    'findUserById' | 'findUserByEmail' | 'createUser' | 'setRole' | 'hasAdmin'
  >;
  readonly sessions: Pick<SessionsService, 'open' | 'issue'>;
  readonly mode: InstanceMode;
  readonly afterCommit: () => void;
}): SignInLinksService {
  const macOf = (content: string): string => vault.hmac('codes', `link/v1\n${content}`).toString('hex');
  const keyOf = (subjectId: string | null): CodeKey => ({
    purpose: PURPOSE,
    addressMac: macOf(`for ${subjectId ?? 'first-admin'}`),
    subjectId,
  });

  const firstAdmin = (tx: Tx, { email, displayName }: LinkProof, caller: Caller): UserRow => {
    if (users.hasAdmin(tx)) throw refused();
    const missing = [...(email ? [] : ['email']), ...(displayName ? [] : ['display_name'])];
    if (!email || !displayName) {
      throw new AppError('validation', `${missing.join(', ')}: needed to make the first admin`, {
        fields: missing.map((path) => ({ path, message: 'needed to make the first admin' })),
      });
    }
    const existing = users.findUserByEmail(tx, email);
    return existing
      ? users.setRole(tx, existing.id, 'admin', caller)
      : users.createUser(tx, { email, displayName, role: 'admin' }, caller);
  };

  const redeemIn = (tx: Tx, id: string, proof: LinkProof, caller: Caller): OpenedSession => {
    const now = clock.now();
    const row = findCode(tx, id);
    const isRight = secretsEqual(row?.codeMac ?? '', macOf(proof.token));
    if (!row || !isRight || row.purpose !== PURPOSE || row.usedAt !== null || row.expiresAt <= now) {
      throw refused();
    }
    const user =
      row.subjectId === null ? firstAdmin(tx, proof, caller) : users.findUserById(tx, row.subjectId);
    if (!user) throw refused();
    useCode(tx, id, now);
    return sessions.open(tx, user, { caller, mayDecide: true });
  };

  return {
    createLink(target, caller) {
      if (mode === 'desktop')
        throw new AppError('actor_denied', 'Decide in the Countersign window.', { reason: 'window_only' });
      const now = clock.now();
      const subjectId = target === 'first-admin' ? null : target.userId;
      const id = ids.prefixed('otc');
      const token = `csl_${id}.${randomSecret()}`;
      writer.transaction(
        (tx) => {
          if (subjectId !== null && !users.findUserById(tx, subjectId)) throw notFound('person');
          if (subjectId === null && users.hasAdmin(tx)) {
            throw new AppError('invalid_transition', 'This server has an admin already.', {
              reason: 'person_here_already',
            });
          }
          voidCodes(tx, keyOf(subjectId), now);
          insertCode(tx, {
            id,
            ...keyOf(subjectId),
            codeMac: macOf(token),
            createdAt: now,
            expiresAt: now + TTL_MS,
          });
          audit.append(
            tx,
            {
              type: 'session.link_created',
              caller,
              ownerId: subjectId,
              subjectType: 'user',
              subjectId,
              data: { isFirstAdmin: subjectId === null },
            },
            now,
          );
        },
        { isDurable: true },
      );
      afterCommit();
      return { token, expiresInSeconds: TTL_MS / SECOND };
    },

    async redeem(proof, caller) {
      const id = FORM.exec(proof.token)?.[1];
      if (id === undefined) throw refused();
      const opened = writer.transaction((tx) => redeemIn(tx, id, proof, caller), { isDurable: true });
      afterCommit();
      return sessions.issue(opened);
    },
  };
}

function refused(): AppError {
  return new AppError('unauthenticated', 'That link is used or no longer good. Ask for a new one.', {
    reason: 'link_over',
  });
}
