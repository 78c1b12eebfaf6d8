import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createLive } from '../api/live';
import { createQueryClient } from '../api/query';
import { meQuery } from '../api/session';
import { inboxListQuery } from '../features/inbox/api';
import { validateInboxSearch } from '../features/inbox/inbox-search';
import { shell } from '../shell';
import { applyContrast } from '../theme/color-scheme';
import { App } from './app';
import { takeLinkToken } from './link-token';
import { followLinks } from './links';
import { createConsoleRouter } from './router';

/** Draws the application into the page. Once. */
export function startApp() {
  // The style tags of Mantine and of react-remove-scroll (under Modal) carry the nonce of this page's CSP.
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.nonce;
  if (nonce) setNonce(nonce);
  applyContrast(false);
  takeLinkToken();

  const queryClient = createQueryClient();
  const router = createConsoleRouter(queryClient);
  void queryClient.prefetchQuery(meQuery);
  // On the desktop whoever looks may see the Inbox: it is asked for without waiting for who that is.
  if (shell && /\/(?:inbox)?$/.test(router.latestLocation.pathname)) {
    const search = validateInboxSearch({ ...router.latestLocation.search });
    void queryClient.prefetchInfiniteQuery(inboxListQuery(search));
  }

  followLinks((path) => router.history.push(path));

  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App queryClient={queryClient} live={createLive(queryClient)} router={router} nonce={nonce} />
    </StrictMode>,
  );
}
