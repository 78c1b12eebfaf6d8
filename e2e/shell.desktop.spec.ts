import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectNoAxeViolations, hasKeyring, PASSPHRASE, test } from './fixtures';

const root = join(import.meta.dirname, '..');

/** A listener elsewhere on this machine that counts who comes. */
async function listenElsewhere() {
  const calls: string[] = [];
  const server = createServer((incoming, answer) => {
    calls.push(incoming.url ?? '');
    answer.end('<title>elsewhere</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not on TCP');
  const { port } = address;
  return { calls, port, origin: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() };
}

/** Resolves after everything that the page has started so far was refused or done. */
async function settle(window: Page): Promise<void> {
  await window.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
}

test('the window opens at app://console with a policy that allows nothing inline', async ({ window }) => {
  expect(window.url()).toMatch(/^app:\/\/console\//);
  const policy = await window.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
});

test('a script that is written into the page does not run', async ({ window, allowedErrors }) => {
  allowedErrors.push(/Content Security Policy/);
  const ran = await window.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'self.injected = true';
    document.head.append(script);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'self.injected = true');
    image.src = 'data:image/png;base64,AAAA';
    const over = new Promise((resolve) => image.addEventListener('error', resolve));
    document.body.append(image);
    await over;
    image.remove();
    return 'injected' in self;
  });
  expect(ran).toBe(false);
});

test('nothing leads the window to another origin', async ({ window, allowedErrors }) => {
  allowedErrors.push(/Content Security Policy|Failed to load resource|ERR_BLOCKED|Not allowed to load/);
  using elsewhere = await listenElsewhere();
  await window.evaluate(async (origin) => {
    Object.assign(self, { mark: 'same page' });
    self.location.href = `${origin}/location`;
    const link = Object.assign(document.createElement('a'), { href: `${origin}/link` });
    const form = Object.assign(document.createElement('form'), { action: `${origin}/form`, method: 'post' });
    const refresh = Object.assign(document.createElement('meta'), {
      httpEquiv: 'refresh',
      content: `0;${origin}/meta`,
    });
    const frame = Object.assign(document.createElement('iframe'), { src: `${origin}/frame` });
    const image = Object.assign(document.createElement('img'), { src: `${origin}/image` });
    document.body.append(link, form, frame, image);
    document.head.append(refresh);
    link.click();
    form.submit();
    navigator.sendBeacon(`${origin}/beacon`);
    await fetch(`${origin}/fetch`).catch(() => undefined);
    for (const element of [link, form, refresh, frame, image]) element.remove();
  }, elsewhere.origin);
  await settle(window);
  expect(await window.evaluate(() => 'mark' in self && self.mark)).toBe('same page');
  expect(elsewhere.calls).toEqual([]);
});

test('a link within the app that is not for the router does not load the page anew', async ({ window }) => {
  await window.evaluate(() => {
    Object.assign(self, { mark: 'same page' });
    const link = Object.assign(document.createElement('a'), { href: '/api/console/me' });
    document.body.append(link);
    link.click();
    link.remove();
  });
  await settle(window);
  expect(await window.evaluate(() => 'mark' in self && self.mark)).toBe('same page');
});

test('the page opens no second window and no webview', async ({ app, window }) => {
  using elsewhere = await listenElsewhere();
  const opened = await window.evaluate((origin) => {
    const link = Object.assign(document.createElement('a'), { href: `${origin}/blank`, target: '_blank' });
    const view = Object.assign(document.createElement('webview'), { src: `${origin}/webview` });
    document.body.append(link, view);
    link.click();
    const result = self.open(`${origin}/open`) ?? self.open('about:blank');
    const isPlain = !('loadURL' in view);
    link.remove();
    view.remove();
    return { result, isPlain };
  }, elsewhere.origin);
  await settle(window);
  expect(opened).toEqual({ result: null, isPlain: true });
  expect(app.windows()).toHaveLength(1);
  expect(await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  expect(elsewhere.calls).toEqual([]);
});

test('the page gets no permission', async ({ window }) => {
  const answers = await window.evaluate(async () => {
    const state = async (name: PermissionName): Promise<string> =>
      (await navigator.permissions.query({ name })).state;
    const outcome = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'granted',
        () => 'denied',
      );
    return {
      geolocation: await state('geolocation'),
      camera: await state('camera'),
      notifications: await Notification.requestPermission(),
      media: await outcome(navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await outcome(navigator.mediaDevices.getDisplayMedia()),
      clipboard: await outcome(navigator.clipboard.readText()),
    };
  });
  expect(new Set(Object.values(answers))).toEqual(new Set(['denied']));
});

test('the page has no Node, no Electron, and of the bridge what the contract names', async ({ window }) => {
  const seen = await window.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
      (name) => name in self,
    ),
    bridge: Object.keys(self.countersign ?? {}).sort(),
  }));
  expect(seen.globals).toEqual([]);
  expect(seen.bridge).toEqual([
    'changePort',
    'chooseBackup',
    'copyText',
    'getShellSettings',
    'getShellState',
    'onLink',
    'onShellState',
    'openDataFolder',
    'openExternal',
    'restartServer',
    'restoreUpdateCopy',
    'retryServer',
    'saveFile',
    'takeLink',
    'unlock',
    'updateShellSettings',
  ]);
});

test('calls of the bridge with bad arguments are refused with the field and its bound', async ({
  window,
}) => {
  const refusals = await window.evaluate(async () => {
    const bridge = self.countersign;
    if (!bridge) throw new Error('no bridge');
    const reason = (call: Promise<unknown>): Promise<string> => call.then(() => 'taken', String);
    return {
      port: await reason(bridge.retryServer({ port: 80 })),
      key: await reason(bridge.retryServer(JSON.parse('{"port":7424,"host":"0.0.0.0"}'))),
      text: await reason(bridge.copyText('x'.repeat(100_001))),
      file: await reason(bridge.openExternal('file:///etc/passwd')),
      method: await reason(bridge.unlock(JSON.parse('{"method":"none"}'))),
    };
  });
  expect(refusals.port).toMatch(/shell:retry-server: port: .*1024/);
  expect(refusals.key).toMatch(/host/);
  expect(refusals.text).toMatch(/shell:copy-text: .*100000/);
  expect(refusals.file).toMatch(/shell:open-external: .*http or https/);
  expect(refusals.method).toMatch(/shell:unlock: method/);
});

test('a page of another origin is refused by the bridge, even with our preload', async ({ app }) => {
  const answer = await app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/out/preload/index.cjs`;
    const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await foreign.loadURL('data:text/html,<title>foreign</title>');
    const text: unknown = await foreign.webContents.executeJavaScript(
      'self.countersign.getShellState().then(() => "taken", String)',
    );
    foreign.destroy();
    return text;
  });
  expect(answer).toMatch(/shell:get-state: refused/);
});

test('links leave for the browser of the person, copies for the clipboard', async ({ app, window }) => {
  await app.evaluate(({ shell }) => {
    shell.openExternal = (url) => Promise.resolve(void Object.assign(globalThis, { opened: url }));
  });
  await window.evaluate(async () => {
    await self.countersign?.openExternal('https://example.org/?q=ä');
    await self.countersign?.copyText('a key, shown once');
  });
  const opened: unknown = await app.evaluate(() => Reflect.get(globalThis, 'opened'));
  expect(opened).toBe('https://example.org/?q=%C3%A4');
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('a key, shown once');
});

test('a text of the page is saved where the person says, and nothing else is downloaded', async ({
  app,
  window,
  userData,
}) => {
  const path = join(userData, 'saved.txt');
  await app.evaluate(({ session }, savePath) => {
    session.defaultSession.on('will-download', (_event, item) => item.setSavePath(savePath));
  }, path);
  const download = (href: string): Promise<void> =>
    window.evaluate((url) => {
      const link = Object.assign(document.createElement('a'), { href: url, download: 'x.txt' });
      document.body.append(link);
      link.click();
      link.remove();
    }, href);
  await download('/assets/none.js');
  await download('data:text/plain,from%20data');
  await download(await window.evaluate(() => URL.createObjectURL(new Blob(['word word']))));
  await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8')).toBe('word word');
});

test('a second start brings the first window forward and ends', async ({ app, userData, desktop }) => {
  await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (!window) throw new Error('no window');
    window.hide();
  });
  const exe = await app.evaluate(({ app }) => app.getPath('exe'));
  const second = spawn(exe, ['.', '--no-sandbox', '--disable-gpu', `--user-data-dir=${userData}`], {
    cwd: root,
  });
  expect(await once(second, 'exit')).toEqual([0, null]);
  await expect
    .poll(() =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible())),
    )
    .toEqual([true]);
  expect((await desktop.state()).server).toBe('up');
});

test('the app ends with its window, whether a server runs or not', async ({ launchDesktop }) => {
  for (const unlock of [false, true]) {
    const { app, serverUrl } = await launchDesktop({ unlock });
    if (unlock) await serverUrl();
    const ended = once(app.process(), 'exit');
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    expect(await ended).toEqual([0, null]);
  }
});

test('the window opens where it was left', async ({ launchDesktop }) => {
  const place = { x: 40, y: 60, width: 900, height: 610 };
  const first = await launchDesktop();
  await first.app.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    place,
  );
  await first.close();
  const second = await launchDesktop();
  const bounds = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
  );
  expect(bounds).toEqual(place);
});

test('a server that was killed comes back, and the page keeps what was being typed', async ({
  desktop,
  window,
}) => {
  const url = await desktop.serverUrl();
  const before = await desktop.serverPid();
  await window.getByRole('button', { name: 'Continue' }).click();
  const name = window.getByRole('textbox').first();
  await name.pressSequentially('half a thou');
  await window.evaluate(() => {
    const states: string[] = [];
    Object.assign(self, { states });
    self.countersign?.onShellState((state) => states.push(state.server));
  });
  process.kill(before, 'SIGKILL');
  await expect
    .poll(() => window.evaluate(() => ('states' in self ? self.states : undefined)))
    .toEqual(['restarting', 'up']);
  await name.pressSequentially('ght');
  await expect(name).toHaveValue('half a thought');
  expect(await desktop.serverPid()).not.toBe(before);
  expect(await desktop.serverUrl()).toBe(url);
});

test('a call of the window that comes during a restart waits for the new server', async ({
  desktop,
  window,
}) => {
  process.kill(await desktop.serverPid(), 'SIGKILL');
  await expect.poll(async () => (await desktop.state()).server, { intervals: [5] }).not.toBe('up');
  expect(await window.evaluate(async () => (await fetch('/api/console/me')).status)).toBeLessThan(500);
});

test('a signal opens no debugger in the server', async ({ desktop }) => {
  test.skip(process.platform === 'win32', 'Windows has no such signal');
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(9229, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  expect(await isOpen(), 'port 9229 is free before').toBe(false);
  process.kill(await desktop.serverPid(), 'SIGUSR1');
  await fetch(await desktop.serverUrl()).catch(() => undefined);
  await desktop.serverUrl();
  expect(await isOpen()).toBe(false);
});

test('the private socket is nothing without the secret', async ({ desktop }) => {
  test.skip(process.platform === 'win32', 'a named pipe there');
  await desktop.serverUrl();
  const socketPath = readdirSync(join(desktop.dataDir, 'run'), { withFileTypes: true })
    .filter((entry) => entry.isSocket())
    .map((entry) => join(entry.parentPath, entry.name))[0];
  expect(socketPath).toBeDefined();
  const ask = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, path: '/api/console/me', headers }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  expect(await ask({})).toBe(401);
  expect(await ask({ 'x-countersign-socket-secret': Buffer.alloc(32).toString('base64') })).toBe(401);
});

test('a taken port is named with its holder and a free one, and the app goes on there', async ({
  launchDesktop,
}) => {
  using elsewhere = await listenElsewhere();
  const first = await launchDesktop({ args: [`--port=${elsewhere.port}`] });
  await expect(first.window.getByRole('heading', { name: `Port ${elsewhere.port} is taken` })).toBeVisible();
  const { server, failure } = await first.state();
  expect(server).toBe('failed');
  expect(failure?.code).toBe('port_taken');
  expect(failure?.details.holder).toContain(`pid ${process.pid}`);
  const free = failure?.details.nextFreePort ?? 0;
  expect(free).toBeGreaterThan(elsewhere.port);
  await expect(first.window.getByText(failure?.details.holder ?? '').first()).toBeVisible();
  await expectNoAxeViolations(first.window);
  await first.window.getByRole('button', { name: `Use port ${free}` }).click();
  expect(await first.serverUrl()).toBe(`http://127.0.0.1:${free}`);
});

test('a port that was freed is taken by trying again', async ({ launchDesktop }) => {
  const elsewhere = await listenElsewhere();
  const { window, serverUrl } = await launchDesktop({ args: [`--port=${elsewhere.port}`] });
  const again = window.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible();
  elsewhere[Symbol.dispose]();
  await again.click();
  expect(await serverUrl()).toBe(elsewhere.origin);
});

test.describe('without a keychain', () => {
  test.skip(hasKeyring, 'this session has one');

  test('the app asks before it keeps anything, and for the same passphrase at the next start', async ({
    launchDesktop,
  }) => {
    const first = await launchDesktop({ unlock: false });
    expect((await first.state()).keychain).toMatchObject({ status: 'needs_new_secret', problem: null });
    expect(existsSync(join(first.userData, 'keychain.json'))).toBe(false);
    expect(existsSync(first.dataDir)).toBe(false);
    await expectNoAxeViolations(first.window);
    await first.window.getByLabel('New passphrase').fill(PASSPHRASE);
    await first.window.getByLabel('Once more').fill(PASSPHRASE);
    await first.window.getByRole('button', { name: 'Use this passphrase' }).click();
    await first.serverUrl();
    await first.close();

    const { window, state, serverUrl } = await launchDesktop({ unlock: false });
    const passphrase = window.getByLabel('Passphrase', { exact: true });
    const unlock = window.getByRole('button', { name: 'Unlock' });
    await passphrase.fill(`${PASSPHRASE}!`);
    await unlock.click();
    await expect(window.getByRole('alert')).toHaveText('This passphrase does not open your data.');
    expect((await state()).keychain.status).toBe('needs_passphrase');
    await expectNoAxeViolations(window);
    await passphrase.fill(PASSPHRASE);
    await unlock.click();
    await serverUrl();
  });

  test('a key file of the person opens the app, by itself the next time', async ({
    launchDesktop,
    userData,
  }) => {
    const path = join(userData, 'chosen.key');
    const first = await launchDesktop({ unlock: false });
    await first.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await first.window.getByRole('button', { name: /key file/ }).click();
    await first.serverUrl();
    await first.close();
    const second = await launchDesktop({ unlock: false });
    await second.serverUrl();
  });
});

test.describe('with a keychain', () => {
  test.skip(!hasKeyring, 'needs a session of scripts/desk.sh');

  test('the app opens without asking, and again with the same key', async ({ launchDesktop }) => {
    const first = await launchDesktop({ unlock: false });
    await first.serverUrl();
    expect((await first.state()).keychain).toMatchObject({ status: 'ready', problem: null });
    await first.close();
    const second = await launchDesktop({ unlock: false });
    await second.serverUrl();
  });
});
