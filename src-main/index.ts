/** Entry of the desktop app: refuses what it must, takes the single-instance lock, and puts the parts together. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, clipboard, dialog, Menu, protocol, safeStorage, utilityProcess } from 'electron';
import type { BrowserWindow } from 'electron';
import { APP_SCHEME, createAppHandler } from './app-scheme';
import { createCheckpointStore } from './checkpoint-store';
import { createConsoleProxy } from './console-proxy';
import type { ShellStateChannel } from './ipc/contract';
import { registerIpc } from './ipc/register';
import { createKeychain } from './keychain';
import type { KeyFileDialog, SystemKeychain } from './keychain';
import { createLifecycle, createPortChoice, takeRecoveryCode, type RecoveryCode } from './lifecycle';
import { createLog } from './log';
import { focusWindow, openMainWindow } from './main-window';
import { setAppMenu } from './menu';
import { denyEverything, openExternal } from './security';
import { createLauncher, findServerNode, toUnpackedPath } from './server-process';
import { createSettingsStore } from './settings';
import { createSupervisor } from './supervisor';
import { findPortSwitch, findSwitch, listDebugSwitches } from './switches';
import { getTexts } from './texts';
import { createWindowStateStore } from './window-state';

const STATE: ShellStateChannel = 'shell:state';

main();

function main(): void {
  const debugSwitches = listDebugSwitches(process.argv);
  if (app.isPackaged && debugSwitches.length > 0) {
    refuseToStart((t) => t.debugSwitches(debugSwitches.join(', ')));
    return;
  }
  // Node opens its debugger at this signal unless somebody else listens to it.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ]);
  if (process.platform === 'win32') app.setAppUserModelId('app.countersign.desktop');
  // Repeated here so that it is the last one, and wins, when a launcher appends its own.
  const passwordStore = findSwitch(process.argv, 'password-store');
  if (passwordStore !== undefined) app.commandLine.appendSwitch('password-store', passwordStore);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // Else Electron builds a menu of its own first; ours follows the window.
  Menu.setApplicationMenu(null);
  // Never awaited at top level: 'ready' waits for this module to be evaluated.
  void app
    .whenReady()
    .then(run)
    .catch((error: unknown) => refuseToStart((t) => t.problem(String(error))));
}

function run(): void {
  const userData = app.getPath('userData');
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  const log = createLog(userData);
  log.info('shell started', { version: app.getVersion(), electron: process.versions['electron'] });
  process.on('uncaughtException', (error) => log.error('uncaught', error));
  process.on('unhandledRejection', (error) => log.error('unhandled', error));

  const settings = createSettingsStore(join(userData, 'settings.json'), log);
  const port = createPortChoice(settings, findPortSwitch(process.argv));
  const checkpoints = createCheckpointStore(join(userData, 'audit-checkpoint.json'), log);
  const windowState = createWindowStateStore(join(userData, 'window-state.json'), log);
  let window: BrowserWindow | undefined;
  const keychain = createKeychain({
    file: join(userData, 'keychain.json'),
    system: systemKeychain(),
    dialog: keyFileDialog(() => window),
    log,
  });
  const launch = createLauncher({
    entry: toUnpackedPath(join(import.meta.dirname, 'server.js')),
    node: findServerNode({
      napi: process.versions['napi'] ?? '0',
      isPackaged: app.isPackaged,
      appPath: app.getAppPath(),
      env: process.env,
    }),
    fork: (entry, args, options) => utilityProcess.fork(entry, args, options),
  });
  const recovery: RecoveryCode = { code: undefined };
  const lifecycle = createLifecycle({
    keychain,
    port,
    recovery,
    platform: process.platform,
    version: app.getVersion(),
    createSupervisor: (onChange) =>
      createSupervisor({
        launch,
        getLaunch: () => ({
          args: ['--data', join(userData, 'data'), '--port', String(port.get()), '--desktop'],
          masterKey: keychain.masterKey ?? '',
          checkpoint: checkpoints.find(),
          recoveryCode: takeRecoveryCode(recovery),
        }),
        onChange,
        onCheckpoint: (checkpoint) => checkpoints.keep(checkpoint),
        log,
      }),
  });

  const proxy = createConsoleProxy({ whenUp: lifecycle.supervisor.whenUp });
  protocol.handle(APP_SCHEME, createAppHandler({ root: join(import.meta.dirname, '../renderer'), proxy }));
  denyEverything(log);
  registerIpc({
    log,
    findContents: () => window?.webContents,
    handlers: {
      'shell:get-state': () => lifecycle.state,
      'shell:retry-server': (options) => lifecycle.retry(options),
      'shell:unlock': (secret) => lifecycle.unlock(secret),
      'shell:open-external': openExternal,
      'shell:copy-text': (text) => clipboard.writeText(text),
    },
  });
  lifecycle.onChange((state) => window?.webContents.send(STATE, state));

  const open = (): void => {
    const opened = openMainWindow({
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      isPackaged: app.isPackaged,
      title: app.getName(),
      store: windowState,
      log,
    });
    opened.on('closed', () => {
      if (window === opened) window = undefined;
    });
    window = opened;
  };
  const show = (): void => {
    if (window) focusWindow(window);
    else open();
  };
  app.on('second-instance', show);
  app.on('activate', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let isStopped = false;
  app.on('will-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    void lifecycle.stop().finally(() => {
      isStopped = true;
      // A quit from within 'will-quit' is not heard.
      setImmediate(() => app.quit());
    });
  });

  lifecycle.start();
  open();
  setAppMenu({ isPackaged: app.isPackaged, locale: app.getLocale() });
  // Node loads its fetch at the first use: now, while the window's process comes up, not when its page is asked for.
  setImmediate(() => void new Response());
}

function refuseToStart(reason: (t: ReturnType<typeof getTexts>) => string): void {
  const texts = getTexts(app.isReady() ? app.getLocale() : Intl.DateTimeFormat().resolvedOptions().locale);
  // Without a display, and on Linux before 'ready', this goes to stderr.
  dialog.showErrorBox(texts.cannotStart, reason(texts));
  app.exit(1);
}

function systemKeychain(): SystemKeychain {
  return {
    isAvailable() {
      if (!safeStorage.isEncryptionAvailable()) return false;
      if (process.platform !== 'linux') return true;
      // These two encrypt with a password that stands in Chromium's source.
      const backend = safeStorage.getSelectedStorageBackend();
      return backend !== 'basic_text' && backend !== 'unknown';
    },
    encrypt: (text) => safeStorage.encryptString(text),
    decrypt: (bytes) => safeStorage.decryptString(bytes),
  };
}

function keyFileDialog(findWindow: () => BrowserWindow | undefined): KeyFileDialog {
  const texts = getTexts(app.getLocale());
  const parent = (): BrowserWindow => {
    const window = findWindow();
    if (!window) throw new Error('no window to ask in');
    return window;
  };
  return {
    async chooseNew() {
      // Without the question about overwriting: an existing key file is read, never replaced.
      const { canceled, filePath } = await dialog.showSaveDialog(parent(), {
        title: texts.newKeyFile,
        buttonLabel: texts.use,
        defaultPath: join(app.getPath('home'), 'countersign.key'),
      });
      return canceled || filePath === '' ? undefined : filePath;
    },
    async chooseExisting(previous) {
      const { canceled, filePaths } = await dialog.showOpenDialog(parent(), {
        title: texts.existingKeyFile,
        buttonLabel: texts.use,
        defaultPath: previous,
        properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
      });
      return canceled ? undefined : filePaths[0];
    },
  };
}
