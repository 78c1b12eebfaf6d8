import { Loader } from '@mantine/core';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLiveStream } from '../api/live-context';
import { useMe } from '../api/session';
import { ErrorState } from '../components/states';
import { useShortcutPreferences } from '../hotkeys/hotkeys';
import { activateLocale } from '../locales/i18n';
import { useColorScheme } from '../theme/color-scheme';
import classes from './gates.module.css';

const SignInPage = lazy(async () => ({ default: (await import('./sign-in-page')).SignInPage }));

/**
 * Who may see the pages: on the desktop whoever is there, after first run has begun; in server mode who is signed in.
 * A session that ends covers the page instead of removing it, so that what was typed is there after signing in again.
 */
export function SessionGate() {
  const me = useMe();
  const { pathname } = useLocation();
  const data = me.data;
  const isSignedOut = data?.mode === 'server' && data.user === null;
  const [wasInside, setWasInside] = useState(false);
  if (data && !isSignedOut && !wasInside) setWasInside(true);

  useColorScheme(data?.preferences.colorScheme);
  useShortcutPreferences(data?.user ? data.preferences.shortcuts : undefined);
  useLiveStream(data !== undefined && !isSignedOut);
  const locale = data?.preferences.locale;
  useEffect(() => {
    if (locale) void activateLocale(locale);
  }, [locale]);

  if (!data) {
    if (me.isError) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />;
    return (
      <div className={classes['wait']}>
        <Loader size="sm" className={classes['late']} />
      </div>
    );
  }
  if (data.mode === 'desktop' && !data.setup.hasOwner && pathname !== '/welcome') {
    return <Navigate to="/welcome" replace />;
  }
  return (
    <>
      {isSignedOut && !wasInside ? null : (
        <div className={classes['page']} hidden={isSignedOut} inert={isSignedOut}>
          <Outlet />
        </div>
      )}
      {isSignedOut ? (
        <Suspense>
          <SignInPage />
        </Suspense>
      ) : null}
    </>
  );
}
