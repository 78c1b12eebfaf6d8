/** What of the app lives outside of its window: tray, notifications, the freeze shortcut, the question before leaving. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, globalShortcut, Notification } from 'electron';
import type { MessageBoxOptions } from 'electron';
import { createConsoleCall, followEvents } from './console-client';
import { createDeskWatch, freezeAgents, pauseAgents } from './desk-watch';
import type { LinkTarget, ShellState } from './ipc/contract';
import { createLeaving } from './leaving';
import { FREEZE_KEYS } from './menu';
import type { Answer, Leaving, Question } from './leaving';
import { createNotifications } from './notifications';
import type { NotificationRequest, ShownNotification } from './notifications';
import type { Log } from './redact';
import type { SettingsStore } from './settings';
import type { Supervisor } from './supervisor';
import { getTexts } from './texts';
import type { Texts } from './texts';
import { createTray } from './tray';
import type { TrayCommand, TrayView } from './tray-menu';

export interface Desk extends Disposable {
  readonly leaving: Leaving;
  readonly texts: () => Texts;
  /** Draws the tray anew after the window or the server changed. */
  update(): void;
  freeze(): void;
  /** Registers or frees the shortcut as the settings say. */
  applyShortcut(): void;
  /** False while another program holds the shortcut that is wanted. */
  readonly isShortcutFree: boolean;
}

export function createDesk(deps: {
  readonly whenUp: Supervisor['whenUp'];
  readonly shellState: () => ShellState;
  readonly settings: SettingsStore;
  readonly findWindow: () => BrowserWindow | undefined;
  readonly showWindow: () => void;
  readonly openLink: (target: LinkTarget) => void;
  /** The person chose another language; not called for the one that `texts` starts with. */
  readonly onLanguage: (texts: Texts) => void;
  readonly log: Log;
}): Desk {
  const { whenUp, shellState, settings, findWindow, showWindow, openLink, onLanguage, log } = deps;
  const call = createConsoleCall({ whenUp });
  const watch = createDeskWatch({ call, onChange: update, log });
  const texts = (): Texts => getTexts(watch.state.preferences.locale ?? app.getLocale());
  const notifications = createNotifications({
    show: showNotification,
    call,
    openLink,
    texts,
    hasButtons: process.platform === 'darwin' || process.platform === 'win32',
    // A hidden window can keep the focus where there is no window manager.
    isWatching: () => findWindow()?.isVisible() === true && findWindow()?.isFocused() === true,
    log,
  });
  const tray = createTray({
    icons: join(import.meta.dirname, '../../resources/icons/tray'),
    onCommand: handleCommand,
  });
  const leaving = createLeaving({ settings, desk: () => watch.state, texts, ask });
  const events = followEvents({
    whenUp,
    onOpen() {
      watch.refresh();
      notifications.catchUp();
    },
    onEvent(event) {
      watch.note(event);
      notifications.note(event);
    },
    onBreak() {
      watch.lose();
      notifications.lose();
    },
  });
  let isShortcutFree = true;
  let drawn = texts();

  function view(): TrayView {
    const { keychain, server } = shellState();
    const isLocked = keychain.status !== 'ready';
    return {
      desk: watch.state,
      isWindowVisible: findWindow()?.isVisible() === true,
      server: isLocked ? 'locked' : server === 'up' ? 'up' : 'away',
    };
  }

  function update(): void {
    tray.update(view(), texts());
    if (texts() === drawn) return;
    drawn = texts();
    onLanguage(drawn);
  }

  function handleCommand(command: TrayCommand): void {
    if (command === 'freeze') freeze();
    else if (command === 'pause') void pause();
    else if (command === 'inbox') openLink({ page: 'inbox' });
    else if (command === 'thaw') openLink({ page: 'agents' });
    else if (command === 'quit') app.quit();
    else if (findWindow()?.isVisible() === true) findWindow()?.hide();
    else showWindow();
  }

  function freeze(): void {
    const target: LinkTarget = { page: 'agents' };
    freezeAgents(call)
      .then(() => notifications.tell(texts().frozen, texts().frozenBody, target))
      .catch((error: unknown) => {
        log.error('the agents were not frozen', error);
        notifications.tell(texts().notDone, texts().notFrozen, target);
      })
      .finally(() => watch.refresh());
  }

  async function pause(): Promise<void> {
    const target: LinkTarget = { page: 'agents' };
    try {
      notifications.tell(texts().paused(await pauseAgents(call)), texts().pausedBody, target);
    } catch (error) {
      log.error('not every agent was paused', error);
      notifications.tell(texts().notDone, texts().notPaused, target);
    }
    watch.refresh();
  }

  async function ask({ title, message, detail, buttons, checkbox }: Question): Promise<Answer> {
    const options: MessageBoxOptions = {
      type: 'question',
      title,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: buttons.length - 1,
      noLink: true,
      ...(checkbox === undefined ? {} : { checkboxLabel: checkbox }),
    };
    const parent = findWindow();
    const { response, checkboxChecked } =
      parent?.isVisible() === true
        ? await dialog.showMessageBox(parent, options)
        : await dialog.showMessageBox(options);
    return { button: response, isChecked: checkboxChecked };
  }

  function applyShortcut(): void {
    globalShortcut.unregister(FREEZE_KEYS);
    isShortcutFree = settings.get().globalShortcut !== true || globalShortcut.register(FREEZE_KEYS, freeze);
    if (!isShortcutFree) log.warn('another program holds the shortcut', FREEZE_KEYS);
  }

  applyShortcut();
  update();
  return {
    leaving,
    texts,
    update,
    freeze,
    applyShortcut,
    get isShortcutFree() {
      return isShortcutFree;
    },
    [Symbol.dispose]() {
      events[Symbol.dispose]();
      notifications[Symbol.dispose]();
      globalShortcut.unregister(FREEZE_KEYS);
      tray[Symbol.dispose]();
    },
  };
}

function showNotification(request: NotificationRequest): ShownNotification {
  const { title, body, actions, onClick, onAction, onClose } = request;
  const notification = new Notification({
    title,
    body,
    silent: false,
    actions: actions.map((text) => ({ type: 'button', text })),
  });
  notification.on('click', onClick);
  notification.on('action', (_event, index) => onAction(index));
  notification.on('close', onClose);
  notification.show();
  return { close: () => notification.close() };
}
