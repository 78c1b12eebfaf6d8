import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { _electron } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import Database from 'better-sqlite3';
import { addAgent, callConsole, callTool, setUpOwner } from './desk';
import type { AddedAgent } from './desk';
import { expect, expectNoAxeViolations, hasKeyring, test } from './fixtures';
import type { Desktop } from './fixtures';

const root = join(import.meta.dirname, '..');

/** What the shell gave the system to draw since; there is no other way to see a tray. */
interface Drawn {
  readonly tooltips: string[];
  readonly menus: (string | null)[][];
  readonly notifications: { title: string; body: string }[];
}

async function watchSystem(app: ElectronApplication): Promise<() => Promise<Drawn>> {
  await app.evaluate(({ Tray, Notification }) => {
    const drawn: Drawn = { tooltips: [], menus: [], notifications: [] };
    const kept: unknown[] = [];
    Object.assign(globalThis, { drawn, kept });
    // eslint-disable-next-line typescript/unbound-method -- called with the tray's own `this` below
    const { setToolTip, setContextMenu } = Tray.prototype;
    Tray.prototype.setToolTip = function (text) {
      drawn.tooltips.push(text);
      setToolTip.call(this, text);
    };
    Tray.prototype.setContextMenu = function (menu) {
      drawn.menus.push(menu?.items.map(({ label, enabled }) => (enabled ? label : `(${label})`)) ?? []);
      Object.assign(globalThis, { trayMenu: menu });
      setContextMenu.call(this, menu);
    };
    // eslint-disable-next-line typescript/unbound-method -- as above
    const { show } = Notification.prototype;
    Notification.prototype.show = function () {
      drawn.notifications.push({ title: this.title, body: this.body });
      Object.assign(globalThis, { lastNotification: this });
      show.call(this);
    };
  });
  return () => app.evaluate(() => Reflect.get(globalThis, 'drawn') as Drawn);
}

function clickTray(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate(({ Menu }, wanted) => {
    const menu: unknown = Reflect.get(globalThis, 'trayMenu');
    if (!(menu instanceof Menu)) throw new Error('no menu was drawn');
    menu.getMenuItemById(wanted)?.click();
  }, id);
}

/** Answers every question of the shell with this button from now on; the texts stand in `questions`. */
function answerQuestions(app: ElectronApplication, button: number, checkboxChecked = false): Promise<void> {
  return app.evaluate(
    ({ dialog }, answer) => {
      const questions: unknown[] = [];
      Object.assign(globalThis, { questions });
      const ask = (...given: unknown[]) => {
        questions.push(given.at(-1));
        return Promise.resolve(answer);
      };
      Object.assign(dialog, { showMessageBox: ask });
    },
    { response: button, checkboxChecked },
  );
}
const questionsOf = (
  app: ElectronApplication,
): Promise<{ message: string; detail: string; buttons: string[] }[]> =>
  app.evaluate(() => Reflect.get(globalThis, 'questions') as never);

const visibleWindows = (app: ElectronApplication): Promise<number> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((one) => one.isVisible()).length);

function hideWindows(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.hide();
  });
}

async function propose(desktop: Desktop, agent: AddedAgent, title: string): Promise<void> {
  await callTool(await desktop.serverUrl(), agent.key, 'drafts.create', {
    title,
    content: `${title}: a text.`,
  });
}

/** Someone else starts the app once more, with arguments of their own. */
async function startAgain({ app, userData }: Desktop, args: readonly string[]): Promise<void> {
  const exe = await app.evaluate(({ app }) => app.getPath('exe'));
  const second = spawn(exe, ['.', '--no-sandbox', '--disable-gpu', `--user-data-dir=${userData}`, ...args], {
    cwd: root,
  });
  expect(await once(second, 'exit')).toEqual([0, null]);
}

async function withAgent(desktop: Desktop): Promise<AddedAgent> {
  await desktop.serverUrl();
  await setUpOwner(desktop.window);
  return addAgent(desktop.window, 'Atlas', 'atlas');
}

test('the tray says what waits, in tooltip and menu, until it was decided', async ({ desktop }) => {
  const drawn = await watchSystem(desktop.app);
  const agent = await withAgent(desktop);
  await propose(desktop, agent, 'One');
  await expect.poll(async () => (await drawn()).tooltips.at(-1)).toBe('Countersign: 1 proposal waits');
  await propose(desktop, agent, 'Two');
  await expect
    .poll(async () => (await drawn()).menus.at(-1))
    .toEqual([
      '2 proposals wait',
      '',
      'Freeze all agents',
      'Pause all agents',
      '',
      'Hide Countersign',
      'Quit',
    ]);
  const { items } = await callConsole<{ items: { id: string }[] }>(desktop.window, 'GET', '/inbox');
  for (const { id } of items) {
    const { version, versions } = await callConsole<{ version: number; versions: { hash: string }[] }>(
      desktop.window,
      'GET',
      `/inbox/${id}`,
    );
    const hash = versions.at(-1)?.hash;
    await callConsole(desktop.window, 'POST', `/inbox/${id}/decide`, { version, hash, verdict: 'reject' });
  }
  await expect.poll(async () => (await drawn()).tooltips.at(-1)).toBe('Countersign: Nothing waits for you');
});

test('the tray pauses every agent and shows the window on the Inbox', async ({ desktop }) => {
  const drawn = await watchSystem(desktop.app);
  const agent = await withAgent(desktop);
  await expect.poll(async () => (await drawn()).menus.at(-1)).toContain('Pause all agents');
  await hideWindows(desktop.app);
  await clickTray(desktop.app, 'pause');
  await expect.poll(async () => (await drawn()).notifications.at(-1)?.title).toBe('1 agent is paused');
  await expect(propose(desktop, agent, 'Refused')).rejects.toThrow(/403/);
  await expect.poll(async () => (await drawn()).menus.at(-1)).toContain('(Pause all agents)');
  await desktop.window.evaluate(() => self.history.pushState(null, '', '/agents'));
  await clickTray(desktop.app, 'inbox');
  await expect.poll(() => visibleWindows(desktop.app)).toBe(1);
  await expect(desktop.window).toHaveURL(/\/inbox/);
});

test('the tray freezes every agent without a window, and thawing is left to the window', async ({
  desktop,
}) => {
  const drawn = await watchSystem(desktop.app);
  const agent = await withAgent(desktop);
  await expect.poll(async () => (await drawn()).menus.at(-1)).toContain('Freeze all agents');
  await hideWindows(desktop.app);
  await clickTray(desktop.app, 'freeze');
  await expect.poll(async () => (await drawn()).notifications.at(-1)?.title).toBe('All agents are frozen');
  await expect(propose(desktop, agent, 'Refused')).rejects.toThrow(/403/);
  await expect
    .poll(async () => (await drawn()).menus.at(-1))
    .toContain('Agents are frozen. Thaw them in the window…');
  await clickTray(desktop.app, 'thaw');
  await expect.poll(() => visibleWindows(desktop.app)).toBe(1);
  await expect(propose(desktop, agent, 'Still refused')).rejects.toThrow(/403/);
});

test('a burst is one notification; a click opens the item, and what was decided is not shown', async ({
  desktop,
}) => {
  const drawn = await watchSystem(desktop.app);
  const agent = await withAgent(desktop);
  await hideWindows(desktop.app);
  for (const title of ['One', 'Two', 'Three']) await propose(desktop, agent, title);
  await expect
    .poll(async () => (await drawn()).notifications, { timeout: 20_000 })
    .toEqual([{ title: '3 new proposals from 1 agent', body: 'One\nTwo\nThree' }]);
  await propose(desktop, agent, 'Four');
  await expect
    .poll(async () => (await drawn()).notifications.at(-1), { timeout: 20_000 })
    .toEqual({ title: 'Atlas asks you', body: 'Four' });
  await desktop.app.evaluate(() => {
    const shown: unknown = Reflect.get(globalThis, 'lastNotification');
    (shown as NodeJS.EventEmitter).emit('click');
  });
  await expect.poll(() => visibleWindows(desktop.app)).toBe(1);
  await expect(desktop.window).toHaveURL(/\/inbox\?item=act_/);
});

test.describe('with a keychain', () => {
  test.skip(!hasKeyring, 'needs a session of scripts/desk.sh');

  test('a notification reaches the desktop’s own daemon', async ({ desktop }) => {
    const agent = await withAgent(desktop);
    await hideWindows(desktop.app);
    await propose(desktop, agent, 'Seen by the daemon');
    const shown = (): string => {
      execFileSync('dunstctl', ['close-all']);
      return execFileSync('dunstctl', ['history'], { encoding: 'utf8' });
    };
    await expect.poll(shown, { timeout: 20_000 }).toContain('Seen by the daemon');
  });

  test('started with the computer there is a tray and no window, until somebody asks for it', async ({
    userData,
    launchDesktop,
  }) => {
    const first = await launchDesktop();
    await first.serverUrl();
    await first.close();
    const app = await _electron.launch({
      cwd: root,
      args: [
        '.',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        `--user-data-dir=${userData}`,
        '--password-store=gnome-libsecret',
        '--port=0',
        '--hidden',
      ],
    });
    try {
      await expect.poll(() => existsSync(join(userData, 'data', 'run', 'console.sock'))).toBe(true);
      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);
      await startAgain({ app, userData } as Desktop, []);
      await expect.poll(() => visibleWindows(app)).toBe(1);
    } finally {
      await app.close();
    }
  });
});

test.describe('leaving', () => {
  async function connected(
    launchDesktop: (options: { asks: boolean }) => Promise<Desktop>,
  ): Promise<Desktop> {
    const desktop = await launchDesktop({ asks: true });
    const drawn = await watchSystem(desktop.app);
    const agent = await withAgent(desktop);
    await propose(desktop, agent, 'Waits');
    await expect.poll(async () => (await drawn()).tooltips.at(-1)).toBe('Countersign: 1 proposal waits');
    await expect.poll(async () => (await drawn()).menus.at(-1)).toContain('Pause all agents');
    return desktop;
  }
  const quit = (app: ElectronApplication): Promise<void> => app.evaluate(({ app }) => app.quit());
  const close = (app: ElectronApplication): Promise<void> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

  test('a quit says what stops, can be taken back, and ends the app', async ({ launchDesktop }) => {
    const { app, state } = await connected(launchDesktop);
    await answerQuestions(app, 1);
    await quit(app);
    await expect.poll(async () => (await questionsOf(app)).length).toBe(1);
    const [question] = await questionsOf(app);
    expect(question?.detail).toBe(
      '1 agent can’t reach Countersign.\n1 proposal waits, unchanged.\nDecisions in grace run at the next start.',
    );
    expect((await state()).server).toBe('up');
    await answerQuestions(app, 0);
    const ended = once(app.process(), 'exit');
    await quit(app).catch(() => undefined);
    expect(await ended).toEqual([0, null]);
  });

  test('closing the window asks once, then stays in the tray; a signal ends the app unasked', async ({
    launchDesktop,
    userData,
  }) => {
    const { app } = await connected(launchDesktop);
    await answerQuestions(app, 0);
    await close(app);
    await expect.poll(() => visibleWindows(app)).toBe(0);
    expect((await questionsOf(app)).map(({ message }) => message)).toEqual([
      '1 agent is connected. Shall Countersign stay in the tray?',
    ]);
    await clickTray(app, 'toggle');
    await expect.poll(() => visibleWindows(app)).toBe(1);
    await close(app);
    await expect.poll(() => visibleWindows(app)).toBe(0);
    expect(await questionsOf(app)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(userData, 'settings.json'), 'utf8'))).toMatchObject({
      closeToTray: 'tray',
    });
    const ended = once(app.process(), 'exit');
    app.process().kill('SIGTERM');
    await ended;
  });
});

test.describe('a link of another program', () => {
  /** Every call that the page makes from now on. */
  function watchCalls(window: Page): string[] {
    const calls: string[] = [];
    window.on('request', (request) => calls.push(`${request.method()} ${new URL(request.url()).pathname}`));
    return calls;
  }

  test('fills a page in and writes nothing', async ({ desktop, allowedErrors }) => {
    // The proposal that the link names is not there.
    allowedErrors.push(/404 \(Not Found\).*inbox\/act_none/);
    await withAgent(desktop);
    const calls = watchCalls(desktop.window);
    await startAgain(desktop, ['countersign://v1/claim?code=MMA-7K2P-9XQ4']);
    await expect(desktop.window.getByRole('textbox', { name: /code/i })).toHaveValue('MMA-7K2P-9XQ4');
    await startAgain(desktop, ['countersign://v1/inbox/act_none']);
    await expect(desktop.window).toHaveURL(/\/inbox\?item=act_none/);
    await startAgain(desktop, ['countersign://v1/inbox/act_none/approve']);
    await expect(desktop.window.getByText('This link is not known')).toBeVisible();
    await expectNoAxeViolations(desktop.window);
    expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
    expect(calls.length).toBeGreaterThan(0);
  });

  test('opens the app where it does not run', async ({ launchDesktop }) => {
    const first = await launchDesktop();
    await withAgent(first);
    await first.close();
    const { window } = await launchDesktop({ args: ['countersign://v2/whatever'] });
    await expect(window.getByText('This link is not known')).toBeVisible();
  });
});

test('the port moves while the app runs; a taken one is named and nothing changes', async ({
  desktop,
  window,
}) => {
  const before = await desktop.serverUrl();
  await setUpOwner(window);
  const elsewhere = createServer().listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const address = elsewhere.address();
  if (address === null || typeof address === 'string') throw new Error('not on TCP');
  const change = (port: number) => window.evaluate((to) => self.countersign?.changePort(to), port);
  const refused = await change(address.port);
  expect(refused).toMatchObject({ ok: false, reason: 'port_taken' });
  expect(refused?.ok === false && refused.holder).toContain(`pid ${process.pid}`);
  expect(await desktop.serverUrl()).toBe(before);
  expect((await fetch(before)).status).toBeLessThan(500);
  elsewhere.close();
  await once(elsewhere, 'close');
  expect(await change(address.port)).toEqual({ ok: true, url: `http://127.0.0.1:${address.port}` });
  expect((await fetch(`http://127.0.0.1:${address.port}`)).status).toBeLessThan(500);
  expect(JSON.parse(readFileSync(join(desktop.userData, 'settings.json'), 'utf8'))).toMatchObject({
    port: address.port,
  });
  await expect(window.getByText(`127.0.0.1:${address.port}`).first()).toBeVisible();
});

test('settings of this computer are off until they are switched on', async ({ launchDesktop, userData }) => {
  const configHome = join(userData, 'config');
  const before = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = configHome;
  try {
    const { window, dataDir } = await launchDesktop();
    const read = () => window.evaluate(() => self.countersign?.getShellSettings());
    expect(await read()).toMatchObject({
      startAtLogin: false,
      globalShortcut: false,
      dataFolder: dataDir,
      isShortcutFree: true,
    });
    const file = join(configHome, 'autostart', 'countersign.desktop');
    expect(existsSync(file)).toBe(false);
    await window.evaluate(() =>
      self.countersign?.updateShellSettings({ startAtLogin: true, globalShortcut: true }),
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^Exec=.*"--hidden"$/m);
    expect(await read()).toMatchObject({ startAtLogin: true, globalShortcut: true, isShortcutFree: true });
    await window.evaluate(() =>
      self.countersign?.updateShellSettings({ startAtLogin: false, globalShortcut: false }),
    );
    expect(existsSync(file)).toBe(false);
    const refusal = await window.evaluate(() =>
      self.countersign?.updateShellSettings(JSON.parse('{"mayDecide":true}')).then(() => 'taken', String),
    );
    expect(refusal).toMatch(/mayDecide/);
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  }
});

test('an update that fails is put back in one click, and the newer file is kept', async ({
  launchDesktop,
}) => {
  const first = await launchDesktop();
  await withAgent(first);
  await first.close();
  // As if the last migration had not run yet: running it again fails.
  const sqlite = new Database(join(first.dataDir, 'countersign.db'));
  sqlite.exec('DELETE FROM _migrations WHERE name = (SELECT max(name) FROM _migrations)');
  sqlite.close();
  const { window, state } = await launchDesktop();
  await expect(
    window.getByRole('heading', { name: 'Your data could not be brought to this version' }),
  ).toBeVisible();
  await expectNoAxeViolations(window);
  await window.getByRole('button', { name: 'Put back the copy made before the update' }).click();
  await expect(
    window.getByRole('heading', { name: 'Your data is as it was before the update' }),
  ).toBeVisible();
  const kept = (await state()).failure?.details.keptFile ?? '';
  expect(existsSync(kept)).toBe(true);
  await expectNoAxeViolations(window);
});
