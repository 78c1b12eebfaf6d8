import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getMe, type Me, updatePreferences } from '../../src-server/contract/console/session';
import { apiUrl, call, exchange, refreshSession } from './client';
import { endpointQuery } from './query';

/** Who is here, how far first run has come, and what they prefer. Live topic `me`. */
export const meQuery = queryOptions({
  queryKey: endpointQuery(getMe).queryKey,
  queryFn: async ({ signal }): Promise<Me> => {
    const me = await call(getMe, { signal });
    if (me.mode !== 'server' || me.user !== null) return me;
    // Nobody, says the access cookie; it may only have run out.
    return (await refreshSession()) ? call(getMe, { signal }) : me;
  },
});

export function useMe() {
  return useQuery(meQuery);
}

/** Saves language, theme or expiry; the answer is shown at once wherever preferences are. */
export function useUpdatePreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      locale?: 'en' | 'de';
      colorScheme?: Me['preferences']['colorScheme'];
      expiryDays?: number;
    }) => call(updatePreferences, { body, canRepeat: true }),
    onSuccess: (preferences) => {
      client.setQueryData(meQuery.queryKey, (me) => (me ? { ...me, preferences } : me));
    },
  });
}

/** Asks for a one-time code by mail (server mode). Says the same whether or not the address is known. */
export function requestCode(email: string): Promise<unknown> {
  return exchange(apiUrl('/api/auth/otp/request'), { method: 'POST', body: { email } });
}

/**
 * Signs in with a one-time code; the session comes back as HttpOnly cookies that no script reads.
 * @param displayName for somebody who is new here.
 */
export function verifyCode(email: string, otp: string, displayName?: string): Promise<unknown> {
  return exchange(apiUrl('/api/auth/otp/verify'), {
    method: 'POST',
    body: { email, otp, console: true, ...(displayName ? { display_name: displayName } : {}) },
  });
}

/** Who becomes the first admin of a server, asked for by that one link. */
export interface FirstAdmin {
  readonly email: string;
  readonly displayName: string;
}

/**
 * Signs in with the token of a one-time sign-in link.
 * @throws ProblemError 400 where the link makes the first admin and `admin` is missing; 401 for a used or expired one.
 */
export function verifyLink(token: string, admin?: FirstAdmin): Promise<unknown> {
  return exchange(apiUrl('/api/auth/link/verify'), {
    method: 'POST',
    body: { token, console: true, ...(admin ? { email: admin.email, display_name: admin.displayName } : {}) },
  });
}

/** Ends this session of server mode. */
export function signOut(): Promise<unknown> {
  return exchange(apiUrl('/api/auth/logout'), { method: 'POST', body: {} });
}
