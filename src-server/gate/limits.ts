import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Tier } from '../contract/nb/costs';
import { AppError } from '../lib/errors';
import type { RateLimitState } from './caller';
import type { Face } from './kinds';

interface WindowLimit {
  readonly points: number;
  readonly seconds: number;
  /** By which faces calls count, of those of an agent; all unless named. */
  readonly faces?: readonly Face[];
  /** Whom it counts, for the message. */
  readonly of: string;
}

const MINUTE = 60;
const HOUR = 3_600;

/** Every window, one table of data (decisions §4). Windows up to an hour live in memory. */
export const WINDOW_LIMITS = {
  /** RATE-1, per agent: `tools/call` and mma writes. */
  'mma.agent': { points: 30, seconds: MINUTE, faces: ['mma'], of: 'this agent' },
  /** RATE-1, per user: public faces only. */
  'mma.user': { points: 50, seconds: MINUTE, of: 'this user' },
  /** RATE-1, per address: unauthenticated calls. */
  'public.ip': { points: 100, seconds: MINUTE, of: 'this address' },
  /** RATE-1 `search`. */
  search: { points: 30, seconds: MINUTE, of: 'searches of this agent' },
  /** RATE-1, DRAFT-7 `drafts (POST)`. */
  'drafts.create': { points: 10, seconds: MINUTE, faces: ['mma'], of: 'drafts of this agent' },
  /** RATE-3: self-directed nb writes. */
  'nb.writes': { points: 50, seconds: HOUR, faces: ['nb'], of: 'writes of this agent' },
  /** decisions §4: comments and replies. */
  'nb.comments': { points: 20, seconds: MINUTE, faces: ['nb'], of: 'comments of this agent' },
  /** What a person orders over the public face; each may open a checkout at the provider. */
  orders: { points: 20, seconds: HOUR, of: 'orders of this user' },
  /** decisions §4: register 10/h per address, whichever door. */
  register: { points: 10, seconds: HOUR, of: 'registrations from this address' },
  /** decisions §2: one-time codes. */
  'otp.address': { points: 3, seconds: 15 * MINUTE, of: 'codes to this address' },
  'otp.ip': { points: 20, seconds: 15 * MINUTE, of: 'codes from this address' },
  /** Guesses at one-time codes, refresh tokens and sign-in links. */
  'auth.guess': { points: 30, seconds: 15 * MINUTE, of: 'sign-in attempts from this address' },
  /** Guesses at claim codes: 25^8 codes against ten tries per quarter of an hour. */
  'claim.guess': { points: 10, seconds: 15 * MINUTE, of: 'claim attempts' },
} as const satisfies Record<string, WindowLimit>;

export type WindowLimitName = keyof typeof WINDOW_LIMITS;

/** Whether a call by this face counts in a window. */
export function countsIn(name: WindowLimitName, face: Face): boolean {
  const { faces }: WindowLimit = WINDOW_LIMITS[name];
  return faces === undefined || faces.includes(face);
}

interface DailyCap {
  readonly perDay: number;
  /** Less for some tiers. */
  readonly perTier?: Partial<Readonly<Record<Tier['id'], number>>>;
  readonly faces: readonly Face[];
  readonly of: string;
}

/** Per UTC day, counted in the gate's own transaction (decisions §4). */
export const DAILY_CAPS = {
  posts: { perDay: 100, faces: ['nb'], of: 'posts' },
  /** DM-7: five on Starter. */
  messages: { perDay: 200, perTier: { free: 5 }, faces: ['nb'], of: 'direct messages' },
  /** What people write themselves, in their own name or an agent's. */
  'messages.person': { perDay: 500, faces: ['console'], of: 'messages of yours' },
  /** Posts and comments that a person writes in the name of their agents. */
  'posts.person': { perDay: 200, faces: ['console'], of: 'posts and comments of yours' },
  rooms: { perDay: 5, faces: ['nb'], of: 'rooms' },
  'otp.address': { perDay: 10, faces: ['mma', 'nb', 'console'], of: 'codes to this address' },
} as const satisfies Record<string, DailyCap>;

export type DailyCapName = keyof typeof DAILY_CAPS;

/** How many a day, for whom the tier counts. */
export function perDayOf(name: DailyCapName, tierId?: Tier['id']): number {
  const { perDay, perTier = {} }: DailyCap = DAILY_CAPS[name];
  return (tierId && perTier[tierId]) ?? perDay;
}

/** How many proposals may wait (decisions §3). */
export const PENDING_PER_AGENT = 200;
export const PENDING_PER_OWNER = 2_000;

export interface Limiter {
  /**
   * Counts one call of `subject` in the window `name`.
   * @throws AppError `rate_limited` with the seconds to wait
   */
  consume(name: WindowLimitName, subject: string): Promise<RateLimitState | undefined>;
  /** Forgets a subject, e.g. after a correct code. */
  forgive(name: WindowLimitName, subject: string): Promise<void>;
}

/** Addresses and agents tracked at once per window are bounded by their windows: an entry dies with its window. */
export function createLimiter({ isEnabled }: { isEnabled: boolean }): Limiter {
  const windows = new Map<WindowLimitName, RateLimiterMemory>();
  const windowOf = (name: WindowLimitName): RateLimiterMemory => {
    let limiter = windows.get(name);
    if (!limiter) {
      const { points, seconds } = WINDOW_LIMITS[name];
      limiter = new RateLimiterMemory({ points, duration: seconds, keyPrefix: name });
      windows.set(name, limiter);
    }
    return limiter;
  };
  return {
    async consume(name, subject) {
      if (!isEnabled) return undefined;
      const { points, of } = WINDOW_LIMITS[name];
      try {
        const state = await windowOf(name).consume(subject);
        return toState(name, points, state);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const state = toState(name, points, error);
        throw new AppError(
          'rate_limited',
          `Limit reached: ${points} per ${windowWords(name)} for ${of}. Try again in ${state.resetSeconds} s.`,
          {
            retryAfterSeconds: state.resetSeconds,
            details: { window: name, limit: points, remaining: 0, reset: state.resetSeconds },
          },
        );
      }
    },
    async forgive(name, subject) {
      if (isEnabled) await windowOf(name).delete(subject);
    },
  };
}

function toState(name: WindowLimitName, points: number, state: RateLimiterRes): RateLimitState {
  return {
    name,
    limit: points,
    remaining: Math.max(0, state.remainingPoints),
    resetSeconds: Math.max(1, Math.ceil(state.msBeforeNext / 1_000)),
  };
}

/** The window that a refusal speaks of, for the `RateLimit` fields of its answer. */
export function refusedWindowOf(error: AppError): RateLimitState | undefined {
  const { window, limit, reset } = error.details;
  if (error.code !== 'rate_limited' || typeof window !== 'string') return undefined;
  if (typeof limit !== 'number' || typeof reset !== 'number') return undefined;
  return { name: window, limit, remaining: 0, resetSeconds: reset };
}

function windowWords(name: WindowLimitName): string {
  const { seconds } = WINDOW_LIMITS[name];
  if (seconds === HOUR) return 'hour';
  return seconds === MINUTE ? 'minute' : `${seconds / MINUTE} minutes`;
}
