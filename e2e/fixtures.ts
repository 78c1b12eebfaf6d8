import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { _electron, test as base, expect } from '@playwright/test';
import type { ConsoleMessage, ElectronApplication, Page } from '@playwright/test';
import type { ShellState } from '../src-main/ipc/contract';

export { expect } from '@playwright/test';

/** True in a session of `scripts/desk.sh`, which has an unlocked keyring. */
export const hasKeyring = process.env['COUNTERSIGN_TEST_KEYRING'] === '1';
/** Given where the machine has no keychain and the app asks. */
export const PASSPHRASE = 'correct horse battery staple';

/**
 * The page asks before it knows whether somebody is set up or the server is there; the browser reports such answers,
 * and its broken streams when a server is killed, as errors of its own.
 */
const EXPECTED_ANSWERS =
  /^Failed to load resource: (?:the server responded with a status of (?:401|503) |net::ERR_FAILED).*app:\/\/console\/api\//;

const root = join(import.meta.dirname, '..');

export interface Desktop {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly userData: string;
  readonly dataDir: string;
  readonly state: () => Promise<ShellState>;
  /** Where agents reach it; waits until the server is up. */
  readonly serverUrl: () => Promise<string>;
  /** The server's process; waits until there is one. */
  readonly serverPid: () => Promise<number>;
  readonly close: () => Promise<void>;
}

interface LaunchOptions {
  /** Further switches; a later `--port=N` stands in the place of the free port. */
  readonly args?: readonly string[];
  /** Asks before closing and quitting as a new installation does; otherwise the app ends without a word. */
  readonly asks?: boolean;
  /** Gives the passphrase where the app asks for one; default true. */
  readonly unlock?: boolean;
}

interface Fixtures {
  /** A folder of this test alone: its data and its single-instance lock. */
  readonly userData: string;
  /** Console errors that this test means to cause. */
  readonly allowedErrors: RegExp[];
  readonly launchDesktop: (options?: LaunchOptions) => Promise<Desktop>;
  /** The app as a person finds it: launched, unlocked, server up. */
  readonly desktop: Desktop;
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly dataDir: string;
  readonly serverUrl: () => Promise<string>;
}

/**
 * Tests of the real app in a real window. A console error, an uncaught error or a violation of the content security
 * policy in any window fails the test, unless `allowedErrors` names it. Calls answered 401 or 503 do not.
 */
export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names it hands over from the pattern
  userData: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },

  // eslint-disable-next-line no-empty-pattern -- as above
  allowedErrors: async ({}, use) => use([]),

  launchDesktop: async ({ userData, allowedErrors }, use) => {
    const launched: Desktop[] = [];
    const errors: string[] = [];
    await use(async (options = {}) => {
      const desktop = await launch(userData, options, errors);
      launched.push(desktop);
      return desktop;
    });
    for (const desktop of launched) await desktop.close();
    const unexpected = errors.filter(
      (error) => ![EXPECTED_ANSWERS, ...allowedErrors].some((allowed) => allowed.test(error)),
    );
    expect(unexpected, 'errors in the console of the window').toEqual([]);
  },

  desktop: async ({ launchDesktop }, use) => {
    const desktop = await launchDesktop();
    await desktop.serverUrl();
    await use(desktop);
  },
  app: async ({ desktop }, use) => use(desktop.app),
  window: async ({ desktop }, use) => use(desktop.window),
  dataDir: async ({ desktop }, use) => use(desktop.dataDir),
  serverUrl: async ({ desktop }, use) => use(desktop.serverUrl),
});

/** Fails with every finding of axe: its rule and the elements. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  // The default mode opens a second page, which Electron does not allow.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`,
  );
  expect(found, 'accessibility').toEqual([]);
}

/** The bridge's state, asked in the window. */
export function readShellState(window: Page): Promise<ShellState> {
  return window.evaluate(() => {
    if (!self.countersign) throw new Error('the window has no bridge');
    return self.countersign.getShellState();
  });
}

async function launch(userData: string, options: LaunchOptions, errors: string[]): Promise<Desktop> {
  if (options.asks !== true) answerBeforehand(join(userData, 'settings.json'));
  const app = await _electron.launch({
    cwd: root,
    args: [
      '.',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${userData}`,
      ...(hasKeyring ? ['--password-store=gnome-libsecret'] : []),
      ...withPort(options.args ?? []),
    ],
  });
  const window = await app.firstWindow();
  await watchErrors(window, errors);
  await window.waitForLoadState('domcontentloaded');
  const state = (): Promise<ShellState> => readShellState(window);
  if (options.unlock !== false) await unlock(window);
  return {
    app,
    window,
    userData,
    dataDir: join(userData, 'data'),
    state,
    serverUrl: async () => {
      await expect.poll(async () => (await state()).server, { message: 'state of the server' }).toBe('up');
      const { url } = await state();
      if (url === null) throw new Error('the server is up without an address');
      return url;
    },
    serverPid: async () => {
      let pid: number | undefined;
      await expect
        .poll(async () => (pid = await findServerPid(app)), { message: 'pid of the server' })
        .toBeDefined();
      return pid ?? 0;
    },
    close: () => app.close(),
  };
}

function answerBeforehand(file: string): void {
  const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, JSON.stringify({ closeToTray: 'quit', askBeforeQuit: false, ...Object(kept) }));
}

function withPort(args: readonly string[]): readonly string[] {
  return args.some((arg) => arg.startsWith('--port=')) ? args : [...args, '--port=0'];
}

async function unlock(window: Page): Promise<void> {
  const { keychain } = await readShellState(window);
  if (keychain.status === 'ready') return;
  const result = await window.evaluate(
    (passphrase) => self.countersign?.unlock({ method: 'passphrase', passphrase }),
    PASSPHRASE,
  );
  expect(result, `unlocking ${keychain.status}`).toEqual({ ok: true });
}

/** What came before somebody listened counts too. */
async function watchErrors(window: Page, errors: string[]): Promise<void> {
  const early = await window.consoleMessages();
  window.on('console', (message) => keepError(message, errors));
  for (const message of early) keepError(message, errors);
  window.on('pageerror', (error) => errors.push(`uncaught: ${error.stack ?? error.message}`));
  for (const error of await window.pageErrors()) errors.push(`uncaught: ${error.stack ?? error.message}`);
}

function keepError(message: ConsoleMessage, errors: string[]): void {
  // Violations of the content security policy arrive here too.
  if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
}

/** The child of the shell that runs our server's entry, or the utility process of its name. */
async function findServerPid(app: ElectronApplication): Promise<number | undefined> {
  const metrics = await app.evaluate(({ app }) => app.getAppMetrics());
  const utility = metrics.find(({ name }) => name === 'Countersign server');
  if (utility) return utility.pid;
  const shell = app.process().pid;
  return listProcesses().find(
    ({ parent, command }) => parent === shell && command.includes(join('main', 'server.js')),
  )?.pid;
}

function listProcesses(): { pid: number; parent: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
        return [{ pid: Number(name), parent, command }];
      } catch {
        // It ended in between.
        return [];
      }
    });
}
