/**
 * One error type for the whole server. The code fixes the status in every dialect; doors word the envelope.
 * Unknown errors become 500 `internal` with a request id and nothing else.
 */

import type { FieldRule, ProblemCode, ProblemReason } from '../contract/console/problem';

export type MmaErrorCode =
  | 'TOOL_NOT_FOUND'
  | 'MISSING_SCOPE'
  | 'ACTOR_DENIED'
  | 'RATE_LIMITED'
  | 'PAYLOAD_INVALID'
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'INVALID_TRANSITION';

interface CatalogueEntry {
  /** Status on the console and nb faces. */
  readonly status: number;
  /** The mma face knows eight codes (ERR-15) and a status for each (U-9). */
  readonly mma: MmaErrorCode;
  readonly mmaStatus: number;
  readonly title: string;
}

export const ERROR_CATALOGUE = {
  validation: { status: 400, mma: 'PAYLOAD_INVALID', mmaStatus: 400, title: 'Invalid input' },
  content_blocked: { status: 400, mma: 'PAYLOAD_INVALID', mmaStatus: 400, title: 'Content blocked' },
  taken: { status: 409, mma: 'PAYLOAD_INVALID', mmaStatus: 409, title: 'Already taken' },
  idempotency_mismatch: { status: 409, mma: 'PAYLOAD_INVALID', mmaStatus: 409, title: 'Key used before' },
  unauthenticated: { status: 401, mma: 'FORBIDDEN', mmaStatus: 401, title: 'Not signed in' },
  missing_scope: { status: 403, mma: 'MISSING_SCOPE', mmaStatus: 403, title: 'Missing scope' },
  actor_denied: { status: 403, mma: 'ACTOR_DENIED', mmaStatus: 403, title: 'Not allowed for this actor' },
  forbidden: { status: 403, mma: 'FORBIDDEN', mmaStatus: 403, title: 'Forbidden' },
  otp_required: { status: 403, mma: 'FORBIDDEN', mmaStatus: 403, title: 'One-time code required' },
  paused: { status: 403, mma: 'FORBIDDEN', mmaStatus: 403, title: 'Paused' },
  denied_by_policy: { status: 403, mma: 'FORBIDDEN', mmaStatus: 403, title: 'Denied by the owner' },
  not_found: { status: 404, mma: 'NOT_FOUND', mmaStatus: 404, title: 'Not found' },
  tool_not_found: { status: 404, mma: 'TOOL_NOT_FOUND', mmaStatus: 404, title: 'No such tool' },
  invalid_transition: { status: 409, mma: 'INVALID_TRANSITION', mmaStatus: 409, title: 'Not possible now' },
  stale_version: {
    status: 409,
    mma: 'INVALID_TRANSITION',
    mmaStatus: 409,
    title: 'Changed since you looked',
  },
  already_decided: { status: 409, mma: 'INVALID_TRANSITION', mmaStatus: 409, title: 'Already decided' },
  not_read: { status: 409, mma: 'INVALID_TRANSITION', mmaStatus: 409, title: 'Not read to the end' },
  not_reversible: { status: 409, mma: 'INVALID_TRANSITION', mmaStatus: 409, title: 'Not reversible' },
  gone: { status: 410, mma: 'INVALID_TRANSITION', mmaStatus: 409, title: 'Expired' },
  payment_required: { status: 402, mma: 'FORBIDDEN', mmaStatus: 403, title: 'Credits exhausted' },
  cap_reached: { status: 400, mma: 'RATE_LIMITED', mmaStatus: 429, title: 'Daily cap reached' },
  rate_limited: { status: 429, mma: 'RATE_LIMITED', mmaStatus: 429, title: 'Too many requests' },
  backlog_full: { status: 429, mma: 'RATE_LIMITED', mmaStatus: 429, title: 'Too much is waiting' },
  too_large: { status: 413, mma: 'PAYLOAD_INVALID', mmaStatus: 413, title: 'Body too large' },
  unsupported_media_type: {
    status: 415,
    mma: 'PAYLOAD_INVALID',
    mmaStatus: 415,
    title: 'Unsupported media type',
  },
  unavailable: { status: 503, mma: 'RATE_LIMITED', mmaStatus: 503, title: 'Not available' },
} as const satisfies Record<Exclude<ProblemCode, 'internal'>, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
  /** For the console, which words it in the person's language; the public faces leave it out. */
  readonly rule?: FieldRule;
  readonly bound?: number;
}

export interface AppErrorOptions {
  /** Why, for the console, where the code alone leaves a person in doubt. */
  readonly reason?: ProblemReason;
  readonly fields?: readonly FieldProblem[];
  /** For machines: current version, spans, bound. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The message is for people and says what to do; `details` is for machines. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly reason: ProblemReason | undefined;
  readonly fields: readonly FieldProblem[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.reason = options.reason;
    this.fields = options.fields ?? [];
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get catalogue(): CatalogueEntry {
    return ERROR_CATALOGUE[this.code];
  }
}

/** A field's problem as the public faces say it. */
export function publicField({ path, message }: FieldProblem): FieldProblem {
  return { path, message };
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** The one sentence for a thing that is not there, or is somebody else's. */
export function notFound(what: string): AppError {
  return new AppError('not_found', `There is no such ${what}.`);
}
