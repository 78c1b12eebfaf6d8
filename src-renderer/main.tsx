import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@fontsource-variable/inter/wght.css';
import './theme/tokens.css';
import './theme/global.css';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { createConsoleRouter } from './app/router';
import { createLive } from './api/live';
import { createQueryClient } from './api/query';
import { activateLocale, detectLocale } from './locales/i18n';
import { applyContrast } from './theme/color-scheme';

// The style tags of Mantine and of react-remove-scroll (under Modal and Menu) carry the nonce of this page's CSP.
const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.nonce;
if (nonce) setNonce(nonce);

applyContrast(false);

const queryClient = createQueryClient();
const live = createLive(queryClient);
const router = createConsoleRouter(queryClient);

async function start() {
  await activateLocale(detectLocale());
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App queryClient={queryClient} live={live} router={router} nonce={nonce} />
    </StrictMode>,
  );
}

void start();
