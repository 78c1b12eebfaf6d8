import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@fontsource-variable/inter/wght.css';
import './theme/tokens.css';
import './theme/global.css';
import { activateLocale, detectLocale } from './locales/i18n';

/** The first frame needs the application, its words and, mostly, the Inbox: all three load side by side. */
async function start() {
  const app = import('./app/start');
  const words = activateLocale(detectLocale());
  if (!/\/(?:agents|welcome)\b/.test(globalThis.location.pathname))
    void import('./features/inbox/inbox-page');
  await words;
  const { startApp } = await app;
  startApp();
}

void start();
