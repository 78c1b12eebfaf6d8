import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Live } from '../api/live';
import { LiveProvider } from '../api/live-context';
import { Announcer } from '../components/announcer';
import { useHotkeyListener } from '../hotkeys/hotkeys';
import { cssVariables, theme } from '../theme/theme';
import type { ConsoleRouter } from './router';
import { ShellGate } from './shell-gate';

// Nothing is notified while the first page comes up.
const Notices = lazy(async () => ({ default: (await import('./notices')).Notices }));

interface AppProps {
  readonly queryClient: QueryClient;
  readonly live: Live;
  readonly router: ConsoleRouter;
  /** Nonce of the page's CSP, for the style tags of libraries. */
  readonly nonce: string | undefined;
}

/** Everything around the pages: language, theme, data, keyboard, live stream. */
export function App({ queryClient, live, router, nonce }: AppProps) {
  useHotkeyListener();
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        {...(nonce ? { getStyleNonce: () => nonce } : {})}
      >
        <QueryClientProvider client={queryClient}>
          <LiveProvider value={live}>
            <ShellGate>
              <RouterProvider router={router} />
            </ShellGate>
            <Suspense>
              <Notices />
            </Suspense>
            <Announcer />
          </LiveProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}
