import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getMe, type Me, updatePreferences } from '../../src-server/contract/console/session';
import { apiUrl, call, exchange } from './client';
import { endpointQuery } from './query';

/** Who is here, how far first run has come, and what they prefer. Live topic `me`. */
export const meQuery = endpointQuery(getMe);

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
    }) => call(updatePreferences, { body }),
    onSuccess: (preferences) => {
      client.setQueryData(meQuery.queryKey, (me) => (me ? { ...me, preferences } : me));
    },
  });
}

/** Asks for a one-time code by mail (server mode). Says the same whether or not the address is known. */
export function requestCode(email: string): Promise<unknown> {
  return exchange(apiUrl('/api/auth/otp/request'), { method: 'POST', body: { email } });
}

/** Signs in with a one-time code; the session comes back as HttpOnly cookies that no script reads. */
export function verifyCode(email: string, otp: string): Promise<unknown> {
  return exchange(apiUrl('/api/auth/otp/verify'), { method: 'POST', body: { email, otp, console: true } });
}

/** Signs in with the token of a one-time sign-in link. */
export function verifyLink(link: string): Promise<unknown> {
  return exchange(apiUrl('/api/auth/link/verify'), { method: 'POST', body: { link } });
}
