import { firstWords } from './locales/first-words';
import './theme/mantine-styles';
import '@fontsource-variable/inter/wght.css';
import './theme/tokens.css';
import './theme/global.css';
import { startApp } from './app/start';

/** All that the first frame needs is imported statically, for the build makes one file of it; its words come beside. */
async function start() {
  await firstWords;
  startApp();
}

void start();
