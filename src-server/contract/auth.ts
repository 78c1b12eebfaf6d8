import { z } from 'zod';
import { emailAddress, filledText, text } from './common';

/**
 * Signing in over TCP, `/api/auth/*`, in the nb dialect: snake_case, `{detail}`, times with `+00:00` (AUTH-2, AUTH-3,
 * U-4). Unknown keys are dropped. Browser-safe.
 */

/** Six digits, perhaps typed in two groups. */
const oneTimeCode = text(16, 1).regex(/^\s*\d{3}[\s-]?\d{3}\s*$/, { error: 'must be six digits' });
const displayName = filledText(80);
/** In a browser's console the tokens become cookies and are not in the body. */
const wantsCookies = z.boolean();

export const otpRequest = z.object({ email: emailAddress });

export const otpRequested = z.object({
  sent: z.literal(true),
  /** Seconds until the code no longer works. */
  expires_in: z.number().int(),
});

export const otpVerify = z.object({
  email: emailAddress,
  otp: oneTimeCode,
  console: wantsCookies.optional(),
  /** The name of somebody who joins; without effect for those who are here. */
  display_name: displayName.optional(),
});

export const linkVerify = z.object({
  token: text(200, 1),
  console: wantsCookies.optional(),
  /** Asked for by the link of a server's first admin. */
  email: emailAddress.optional(),
  display_name: displayName.optional(),
});

/** Without it the `cs_refresh` cookie counts. */
export const refreshRequest = z.object({ refresh_token: text(300, 1).optional() });
export const logoutRequest = refreshRequest;

export const signedInUser = z.object({
  id: z.string(),
  email: z.string(),
  display_name: z.string(),
  role: z.enum(['owner', 'admin']),
  created_at: z.string(),
});

/** Tokens in the body. */
export const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
  refresh_token: z.string(),
  refresh_expires_in: z.number().int(),
  user: signedInUser,
});
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Tokens in cookies. */
export const cookieAnswer = tokenAnswer.pick({ expires_in: true, refresh_expires_in: true, user: true });
export type CookieAnswer = z.infer<typeof cookieAnswer>;

export const loggedOut = z.object({ signed_out: z.literal(true) });

export const sessionAnswer = z.object({
  session_id: z.string(),
  /** False on a desktop: decide in the Countersign window. */
  may_decide: z.boolean(),
  user: signedInUser,
});

/** Every endpoint by operation, for mounting, listing and documentation. */
export const authApi = {
  requestOtp: {
    method: 'POST',
    path: '/api/auth/otp/request',
    summary: 'Mail a one-time code',
    body: otpRequest,
    answer: otpRequested,
  },
  verifyOtp: {
    method: 'POST',
    path: '/api/auth/otp/verify',
    summary: 'Sign in, or join where sign-up is open, with a one-time code',
    body: otpVerify,
    answer: z.union([tokenAnswer, cookieAnswer]),
  },
  verifyLink: {
    method: 'POST',
    path: '/api/auth/link/verify',
    summary: "Sign in with a link from the server's operator",
    body: linkVerify,
    answer: z.union([tokenAnswer, cookieAnswer]),
  },
  refresh: {
    method: 'POST',
    path: '/api/auth/refresh',
    summary: 'A new pair of tokens; the refresh token works once',
    body: refreshRequest,
    answer: z.union([tokenAnswer, cookieAnswer]),
  },
  logOut: {
    method: 'POST',
    path: '/api/auth/logout',
    summary: 'End this session',
    body: logoutRequest,
    answer: loggedOut,
  },
  getSession: {
    method: 'GET',
    path: '/api/auth/session',
    summary: 'Who is signed in with this token',
    answer: sessionAnswer,
  },
} as const;
