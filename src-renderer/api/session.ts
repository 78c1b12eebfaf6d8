import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
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

export type PreferencesChange = z.input<NonNullable<typeof updatePreferences.body>>;

const PREFERENCES_KEY = ['preferences'] as const;

/**
 * Saves preferences, one change after the other. A change is shown at once wherever preferences are, and taken back
 * when it is refused.
 */
export function useUpdatePreferences() {
  const client = useQueryClient();
  const show = (change: Partial<Me['preferences']>) => {
    client.setQueryData(meQuery.queryKey, (me) =>
      me ? { ...me, preferences: { ...me.preferences, ...change } } : me,
    );
  };
  return useMutation({
    mutationKey: PREFERENCES_KEY,
    scope: { id: 'preferences' },
    mutationFn: (body: PreferencesChange) => call(updatePreferences, { body, canRepeat: true }),
    onMutate: async (change: PreferencesChange) => {
      await client.cancelQueries({ queryKey: meQuery.queryKey });
      const before = client.getQueryData(meQuery.queryKey)?.preferences;
      show(withoutUndefined(change));
      return { before: before ? sameFields(change, before) : {} };
    },
    onError: (_error, _change, context) => show(context?.before ?? {}),
    onSuccess: (preferences) => {
      // A later change is shown already and would flicker.
      if (client.isMutating({ mutationKey: PREFERENCES_KEY }) === 1) show(preferences);
    },
  });
}

/** What `preferences` has in the place of each field of `change`. */
export function sameFields(
  change: PreferencesChange,
  preferences: Me['preferences'],
): Partial<Me['preferences']> {
  return Object.fromEntries(Object.entries(preferences).filter(([name]) => name in change));
}

function withoutUndefined<T extends object>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const defined = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(defined) as { [Name in keyof T]: Exclude<T[Name], undefined> };
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
