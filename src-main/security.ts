/** What no page of this app may do, whatever it holds: go elsewhere, open windows, ask for devices, load from the net. */
import { app, session, shell } from 'electron';
import type { Session, WebContents } from 'electron';
import { APP_ORIGIN } from './app-scheme';
import { isExternalUrl } from './ipc/contract';
import type { Log } from './redact';

/** Everything that would leave the app's own scheme; the shell's own requests do not pass here. */
const NETWORK = { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'] };

/** Call before the first window; holds for every session and page made later. */
export function denyEverything(log: Log): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents, log));
  app.on('session-created', (created) => lockSession(created, log));
  lockSession(session.defaultSession, log);
}

/**
 * Hands an address to the person's browser.
 * @throws {Error} for anything but http and https; file and custom schemes could start programs
 */
export async function openExternal(url: string): Promise<void> {
  if (!isExternalUrl(url)) throw new Error('openExternal: must be an http or https address');
  await shell.openExternal(new URL(url).href);
}

function lockContents(contents: WebContents, log: Log): void {
  // The window moves between its pages without navigating; any navigation would lose what is being typed.
  contents.on('will-navigate', (details) => {
    details.preventDefault();
    log.warn('navigation denied', details.url);
  });
  contents.on('will-frame-navigate', (details) => {
    details.preventDefault();
    log.warn('navigation of a frame denied', details.url);
  });
  contents.on('will-redirect', (details) => {
    details.preventDefault();
    log.warn('redirect denied', details.url);
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    log.warn('webview denied');
  });
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('window denied', url);
    return { action: 'deny' };
  });
}

function lockSession(locked: Session, log: Log): void {
  locked.setPermissionRequestHandler((_contents, permission, answer) => {
    log.warn('permission denied', permission);
    answer(false);
  });
  locked.setPermissionCheckHandler(() => false);
  locked.setDevicePermissionHandler(() => false);
  // What the page itself made, for example the recovery code; the person says where to.
  locked.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${APP_ORIGIN}/`)) event.preventDefault();
  });
  locked.webRequest.onBeforeRequest(NETWORK, (_details, answer) => answer({ cancel: true }));
}
