/** Entry of the desktop app: refuses what it must, takes the single-instance lock, and puts the parts together. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  app,
  clipboard,
  dialog,
  Menu,
  powerMonitor,
  protocol,
  safeStorage,
  shell,
  utilityProcess,
} from 'electron';
import type { BrowserWindow } from 'electron';
import { APP_SCHEME, createAppHandler } from './app-scheme';
import { createCheckpointStore } from './checkpoint-store';
import { createConsoleProxy } from './console-proxy';
import { createDataFiles } from './data-files';
import { findLink, parseLink } from './deep-links';
import { createDesk } from './desk';
import type { LinkTarget, ShellLinkChannel, ShellStateChannel } from './ipc/contract';
import { registerIpc } from './ipc/register';
import { createKeychain } from './keychain';
import type { KeyFileDialog, SystemKeychain } from './keychain';
import { createLifecycle, createPortChoice, takeHandover } from './lifecycle';
import type { Handover } from './lifecycle';
import { createLog } from './log';
import { HIDDEN_SWITCH } from './login-item';
import { focusWindow, openMainWindow } from './main-window';
import { setAppMenu } from './menu';
import { denyEverything, openExternal } from './security';
import { findTakenPort } from './port-check';
import { createLauncher, findServerNode, isTestRuntime, toUnpackedPath, YOUNG_HEAP } from './server-process';
import { createSettingsStore } from './settings';
import { createShellSettings, startCommand } from './shell-settings';
import { createSupervisor } from './supervisor';
import { findPortSwitch, findSwitch, listRefusedSwitches } from './switches';
import { getTexts } from './texts';
import type { Texts } from './texts';
import { createWindowStateStore } from './window-state';

const STATE: ShellStateChannel = 'shell:state';
const LINK: ShellLinkChannel = 'shell:link';
/** Links that the system hands over before the app is ready (macOS). */
const earlyLinks: string[] = [];

main();

function main(): void {
  const refused = listRefusedSwitches(process.argv, {
    isPackaged: app.isPackaged,
    isTestRuntime: isTestRuntime(process.versions['napi'] ?? '0'),
  });
  if (refused.length > 0) {
    refuseToStart((t) => t.debugSwitches(refused.join(', ')));
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
  app.commandLine.appendSwitch('js-flags', YOUNG_HEAP);
  if (passwordStore !== undefined) app.commandLine.appendSwitch('password-store', passwordStore);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // Else Electron builds a menu of its own first; ours follows the window.
  Menu.setApplicationMenu(null);
  const keepEarlyLink = (event: { preventDefault(): void }, url: string): void => {
    event.preventDefault();
    earlyLinks.push(url);
  };
  app.on('open-url', keepEarlyLink);
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
  const dataFolder = join(userData, 'data');
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
  const handover: Handover = {};
  const lifecycle = createLifecycle({
    keychain,
    port,
    handover,
    platform: process.platform,
    version: app.getVersion(),
    findTaken: findTakenPort,
    createSupervisor: (onChange) =>
      createSupervisor({
        launch,
        getLaunch: () => ({
          args: ['--data', dataFolder, '--port', String(port.get()), '--desktop'],
          masterKey: keychain.masterKey ?? '',
          checkpoint: checkpoints.find(),
          ...takeHandover(handover),
        }),
        onChange,
        onCheckpoint: (checkpoint) => checkpoints.keep(checkpoint),
        log,
      }),
  });

  const proxy = createConsoleProxy({ whenUp: lifecycle.supervisor.whenUp });
  protocol.handle(APP_SCHEME, createAppHandler({ root: join(import.meta.dirname, '../renderer'), proxy }));
  denyEverything(log);
  let pendingLink: LinkTarget | undefined;
  /** Shows a page; the window takes it when it can, and at its start if there was none. */
  const openLink = (target: LinkTarget): void => {
    pendingLink = target;
    show();
    window?.webContents.send(LINK);
  };
  const desk = createDesk({
    whenUp: lifecycle.supervisor.whenUp,
    shellState: () => lifecycle.state,
    settings,
    findWindow: () => window,
    showWindow: show,
    openLink,
    onLanguage: drawMenu,
    log,
  });
  function drawMenu(texts: Texts): void {
    setAppMenu({ isPackaged: app.isPackaged, texts, onFreeze: () => desk.freeze() });
  }
  const shellSettings = createShellSettings({
    settings,
    port,
    dataFolder,
    desk: () => desk,
    login: {
      platform: process.platform,
      command: startCommand(),
      configHome: process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'),
      setLoginItem: (item) => app.setLoginItemSettings(item),
    },
    log,
  });
  const dataFiles = createDataFiles({
    whenUp: lifecycle.supervisor.whenUp,
    findWindow: () => window,
    texts: () => desk.texts(),
    home: app.getPath('documents'),
  });
  registerIpc({
    log,
    findContents: () => window?.webContents,
    handlers: {
      'shell:get-state': () => lifecycle.state,
      'shell:retry-server': (options) => lifecycle.retry(options),
      'shell:unlock': (secret) => lifecycle.unlock(secret),
      'shell:open-external': openExternal,
      'shell:copy-text': (text) => clipboard.writeText(text),
      'shell:get-settings': () => shellSettings.get(),
      'shell:update-settings': (patch) => shellSettings.update(patch),
      'shell:change-port': ({ port: next }) => lifecycle.changePort(next),
      'shell:open-data-folder': async () => {
        const problem = await shell.openPath(dataFolder);
        if (problem !== '') throw new Error(`openDataFolder: ${problem}`);
      },
      'shell:take-link': () => {
        const link = pendingLink ?? null;
        pendingLink = undefined;
        return link;
      },
      'shell:restore-update-copy': () => lifecycle.restoreUpdateCopy(),
      'shell:save-file': (file) => dataFiles.save(file),
      'shell:choose-backup': () => dataFiles.chooseBackup(),
      'shell:restart-server': () => lifecycle.restartServer(),
    },
  });
  lifecycle.onChange((state) => {
    window?.webContents.send(STATE, state);
    desk.update();
    // Nobody sees what it waits for while it is in the tray.
    if (!window && (state.keychain.status !== 'ready' || state.server === 'failed')) show();
  });

  /** Set once nothing is asked any more: the person said so, or the system ends. */
  let isLeaving = false;
  let isAsking = false;
  const leave = (): void => {
    isLeaving = true;
    app.quit();
  };
  const handleClose = async (closing: BrowserWindow): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    const decision = await desk.leaving.decideClose().finally(() => (isAsking = false));
    if (decision === 'hide') closing.hide();
    else if (decision === 'quit') leave();
  };

  function open(): void {
    const opened = openMainWindow({
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      isPackaged: app.isPackaged,
      title: app.getName(),
      store: windowState,
      log,
    });
    opened.on('close', (event) => {
      // On macOS an app goes on without windows.
      if (isLeaving || process.platform === 'darwin' || !desk.leaving.mustDecideClose()) return;
      event.preventDefault();
      void handleClose(opened);
    });
    opened.on('closed', () => {
      if (window === opened) window = undefined;
      desk.update();
    });
    opened.on('show', () => desk.update());
    opened.on('hide', () => desk.update());
    window = opened;
  }
  function show(): void {
    if (window) focusWindow(window);
    else open();
  }
  app.on('second-instance', (_event, argv) => {
    const link = findLink(argv);
    if (link === undefined) show();
    else openLink(parseLink(link));
  });
  app.removeAllListeners('open-url');
  app.on('open-url', (event, url) => {
    event.preventDefault();
    openLink(parseLink(url));
  });
  app.on('activate', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  // Whoever sends a signal, and a system that shuts down, waits for no answer.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leave);
  powerMonitor.on('shutdown', leave);
  app.on('before-quit', (event) => {
    if (isLeaving || !desk.leaving.mustAskQuit()) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    void desk.leaving
      .askQuit()
      .finally(() => (isAsking = false))
      .then((isYes) => {
        if (isYes) leave();
      });
  });
  let isStopped = false;
  app.on('will-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    desk[Symbol.dispose]();
    void lifecycle.stop().finally(() => {
      isStopped = true;
      // A quit from within 'will-quit' is not heard.
      setImmediate(() => app.quit());
    });
  });

  lifecycle.start();
  const link = findLink(process.argv) ?? earlyLinks.at(-1);
  if (link !== undefined) openLink(parseLink(link));
  else if (!isStartedHidden() || lifecycle.state.keychain.status !== 'ready') show();
  drawMenu(desk.texts());
  // Node loads its fetch at the first use: now, while the window's process comes up, not when its page is asked for.
  setImmediate(() => void new Response());
}

/** Started with the computer: the tray is enough. */
function isStartedHidden(): boolean {
  if (process.platform === 'darwin') return app.getLoginItemSettings().wasOpenedAtLogin;
  return process.argv.includes(HIDDEN_SWITCH);
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
