import { ACCESS_TTL_SECONDS } from './access-tokens';

/**
 * The two cookies of a browser's console in server mode. Scripts can't read them, other sites can't send them, and
 * each goes only where it is needed: the access token to the console API, the refresh token to `/api/auth`.
 */
export const ACCESS_COOKIE = 'cs_access';
export const REFRESH_COOKIE = 'cs_refresh';

const PATHS = { [ACCESS_COOKIE]: '/api/console', [REFRESH_COOKIE]: '/api/auth' } as const;

/** Beyond this a `Cookie` header is not ours to search. */
const MAX_HEADER = 8_192;

interface CookieTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
}

/** `Set-Cookie` lines of a signed-in session. `isSecure` where the public address is HTTPS. */
export function sessionCookies(tokens: CookieTokens, isSecure: boolean): string[] {
  return [
    cookieLine(ACCESS_COOKIE, tokens.accessToken, ACCESS_TTL_SECONDS, isSecure),
    cookieLine(REFRESH_COOKIE, tokens.refreshToken, tokens.refreshExpiresInSeconds, isSecure),
  ];
}

/** `Set-Cookie` lines that make a browser forget both. */
export function clearedCookies(isSecure: boolean): string[] {
  return [cookieLine(ACCESS_COOKIE, '', 0, isSecure), cookieLine(REFRESH_COOKIE, '', 0, isSecure)];
}

/** Tokens are base64url and dots, so that nothing in them needs an escape. */
function cookieLine(
  name: keyof typeof PATHS,
  value: string,
  maxAgeSeconds: number,
  isSecure: boolean,
): string {
  const line = `${name}=${value}; Path=${PATHS[name]}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
  return isSecure ? `${line}; Secure` : line;
}

export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1);
  return value === '' ? undefined : value;
}
