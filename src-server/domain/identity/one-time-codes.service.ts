import { randomBytes } from 'node:crypto';
import type { Tx, Writer } from '../../db/open';
import { countToday } from '../../gate/daily-counts';
import type { Limiter } from '../../gate/limits';
import { DAY, MINUTE, SECOND, type Clock } from '../../lib/clock';
import { AppError, isAppError } from '../../lib/errors';
import { normaliseCode, type Ids } from '../../lib/ids';
import { secretsEqual, type Vault } from '../../lib/vault';
import { addressMac } from '../mail/address';
import type { MailService } from '../mail/mail.service';
import { codeMail } from './code-mails';
import { isLoopback } from './loopback';
import {
  countAttempt,
  findLiveCode,
  insertCode,
  pruneCodes,
  useCode,
  voidCodes,
  type CodeKey,
  type CodeRow,
} from './one-time-codes.repo';
import type { UsersService } from './users.service';

export type CodePurpose = 'sign-in' | 'claim' | 'lite-claim' | 'regenerate-key';

export interface CodeRequest {
  readonly purpose: CodePurpose;
  readonly address: string;
  /** What the code is for beyond the address: the agent to claim. */
  readonly subjectId?: string | null | undefined;
  /** Where the request comes from; null for our own. */
  readonly ip: string | null;
}

export interface CodeProof extends CodeRequest {
  readonly otp: string;
}

/**
 * Six digits, ten minutes, five attempts (decisions §2, U-13). For sign-in an address that nobody has and that may
 * not join gets a code that nobody can know: requests and guesses are answered alike, so there is no telling who is
 * here. What is stored are HMACs; the code itself is in the sealed mail alone.
 */
export interface OneTimeCodesService {
  /**
   * Voids the older code of the same purpose, address and subject, and mails a new one.
   * @throws AppError `rate_limited` beyond 3 in 15 minutes or 10 a day per address, 20 in 15 minutes per IP
   */
  request(request: CodeRequest): Promise<{ readonly expiresInSeconds: number }>;
  /**
   * Uses up a code and runs `work` in the transaction that does; when `work` throws, the code stays good.
   * A wrong guess is counted and committed before this throws; the fifth ends the code.
   * @throws AppError `unauthenticated` for a wrong, used or expired code; `rate_limited`
   */
  verify<T>(proof: CodeProof, work: (tx: Tx) => T): Promise<T>;
  /** Deletes up to `limit` codes that expired a day ago; gives how many. */
  prune(tx: Tx, limit: number): number;
}

const TTL_MS = 10 * MINUTE;
const MAX_ATTEMPTS = 5;
const PRUNE_PER_REQUEST = 100;

type Outcome<T> =
  | { readonly is: 'right'; readonly result: T }
  | { readonly is: 'wrong'; readonly left: number }
  | { readonly is: 'none' };

export function createOneTimeCodesService({
  writer,
  clock,
  ids,
  vault,
  limiter,
  mail,
  users,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Pick<Vault, 'hmac'>;
  readonly limiter: Limiter;
  readonly mail: Pick<MailService, 'send' | 'assertRoom'>;
  readonly users: Pick<UsersService, 'canSignIn' | 'localeOf'>;
  readonly afterCommit: () => void;
}): OneTimeCodesService {
  const keyOf = ({ purpose, address, subjectId }: CodeRequest): CodeKey => ({
    purpose,
    addressMac: addressMac(vault, address),
    subjectId: subjectId ?? null,
  });

  /** Bound to its row: a MAC copied to another row, address or purpose proves nothing. */
  const codeMac = (id: string, key: CodeKey, code: string): string =>
    vault
      .hmac('codes', ['code/v1', id, key.purpose, key.addressMac, key.subjectId ?? '', code].join('\n'))
      .toString('hex');

  const prune = (tx: Tx, limit: number): number => pruneCodes(tx, clock.now() - DAY, limit);

  const check = (row: CodeRow | undefined, key: CodeKey, otp: string): boolean => {
    // The same work whether or not there is a code.
    const mac = codeMac(row?.id ?? '', key, normaliseCode(otp));
    return secretsEqual(mac, row?.codeMac ?? '') && row !== undefined;
  };

  return {
    prune,

    async request(request) {
      const key = keyOf(request);
      if (request.ip !== null && !isLoopback(request.ip)) await limiter.consume('otp.ip', request.ip);
      await limiter.consume('otp.address', key.addressMac);
      const now = clock.now();
      const id = ids.prefixed('otc');
      const code = ids.oneTimeCode();
      writer.transaction((tx) => {
        countCodeToday(tx, key.addressMac, now);
        mail.assertRoom(tx);
        voidCodes(tx, key, now);
        prune(tx, PRUNE_PER_REQUEST);
        const isSent = request.purpose !== 'sign-in' || users.canSignIn(tx, request.address);
        insertCode(tx, {
          id,
          ...key,
          codeMac: isSent ? codeMac(id, key, code) : randomBytes(32).toString('hex'),
          createdAt: now,
          expiresAt: now + TTL_MS,
        });
        if (isSent) {
          const locale = users.localeOf(tx, request.address);
          mail.send(tx, { to: request.address, ...codeMail(locale, request.purpose, code, TTL_MS / MINUTE) });
        }
      });
      afterCommit();
      return { expiresInSeconds: TTL_MS / SECOND };
    },

    async verify<T>(proof: CodeProof, work: (tx: Tx) => T): Promise<T> {
      const key = keyOf(proof);
      const isNear = proof.ip === null || isLoopback(proof.ip);
      await limiter.consume('auth.guess', isNear ? key.addressMac : (proof.ip ?? ''));
      const outcome = writer.transaction(
        (tx): Outcome<T> => {
          const now = clock.now();
          const row = findLiveCode(tx, key, now, MAX_ATTEMPTS);
          const isRight = check(row, key, proof.otp);
          if (!row) return { is: 'none' };
          countAttempt(tx, row.id);
          if (!isRight) return { is: 'wrong', left: MAX_ATTEMPTS - row.attempts - 1 };
          useCode(tx, row.id, now);
          return { is: 'right', result: work(tx) };
        },
        { isDurable: true },
      );
      if (outcome.is !== 'right') throw refusal(outcome);
      afterCommit();
      return outcome.result;
    },
  };
}

/** The cap is worded as the windows are: what is asked of the caller is the same, to wait. */
function countCodeToday(tx: Tx, mac: string, now: number): void {
  try {
    countToday(tx, mac, 'otp.address', now);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'cap_reached') throw error;
    const { details, retryAfterSeconds } = error;
    throw new AppError('rate_limited', error.message, {
      details,
      cause: error,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
}

function refusal(
  outcome: { readonly is: 'none' } | { readonly is: 'wrong'; readonly left: number },
): AppError {
  if (outcome.is === 'none') {
    return new AppError('unauthenticated', 'That code is wrong or no longer good. Ask for a new one.', {
      reason: 'code_over',
    });
  }
  const { left } = outcome;
  const details = { attempts_left: left };
  if (left === 0) {
    return new AppError('unauthenticated', 'That code is wrong, and no longer good. Ask for a new one.', {
      reason: 'code_over',
      details,
    });
  }
  const tries = left === 1 ? '1 try is' : `${left} tries are`;
  return new AppError('unauthenticated', `That code is wrong. ${tries} left.`, {
    reason: 'code_wrong',
    details,
  });
}
