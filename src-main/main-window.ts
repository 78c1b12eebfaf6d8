import { BrowserWindow, nativeTheme, screen } from 'electron';
import { APP_START_URL } from './app-scheme';
import type { Log } from './redact';
import { fitWindow, MIN_HEIGHT, MIN_WIDTH } from './window-state';
import type { WindowStateStore } from './window-state';

const SAVE_AFTER_MS = 500;
/** A page that keeps crashing is not loaded again for ever. */
const MAX_RELOADS = 3;

/** The one window. It is loaded once and stays, whatever happens to the server. */
export function openMainWindow(options: {
  readonly preload: string;
  readonly isPackaged: boolean;
  readonly title: string;
  readonly store: WindowStateStore;
  readonly log: Log;
}): BrowserWindow {
  const { store, log } = options;
  const place = fitWindow(
    store.find(),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const { isMaximized, ...bounds } = place;
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    title: options.title,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1e' : '#ffffff',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Its dictionaries would be fetched from the net.
      spellcheck: false,
      // They can press every button.
      devTools: !options.isPackaged,
    },
  });
  keepPlace(window, store);
  loadAgainAfterCrash(window, log);
  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  void window.loadURL(APP_START_URL).catch((error: unknown) => log.error('the window did not load', error));
  return window;
}

/** Brings the window forward, from the task bar and from behind others. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function keepPlace(window: BrowserWindow, store: WindowStateStore): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    store.keep({ ...window.getNormalBounds(), isMaximized: window.isMaximized() });
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

function loadAgainAfterCrash(window: BrowserWindow, log: Log): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    log.error('the window process ended', details.reason, details.exitCode);
    if (details.reason === 'clean-exit' || window.isDestroyed() || reloads >= MAX_RELOADS) return;
    reloads += 1;
    window.webContents.reload();
  });
}
