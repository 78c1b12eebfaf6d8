// Proves a packaged app from the outside: fuses as configured, no debugger let in, and a person's first minutes in its
// window, driven over the DevTools protocol (its fuses keep Playwright's own way out).
//   node scripts/smoke-package.mjs [program]       default: dist/linux-unpacked/countersign
//   node scripts/smoke-package.mjs --deb FILE      installs the package, tries it, and removes it again (as root)
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { chromium } from '@playwright/test';
import { root } from './build-if-stale.mjs';

const WAIT_MS = 60_000;
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--port=0'];
/** As in electron-builder.yml. */
const FUSES = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
};

const [first, second] = process.argv.slice(2);
if (first === '--deb') await smokeDeb(resolve(second ?? ''));
else await smoke(first ?? join(root, 'dist', 'linux-unpacked', 'countersign'));

async function smokeDeb(file) {
  if (!existsSync(file)) throw new Error(`${file}: there is no such package; npm run package -- --linux deb`);
  const apt = (...args) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('install', '-y', '-qq', '--no-install-recommends', file);
  try {
    const entry = readFileSync('/usr/share/applications/countersign.desktop', 'utf8');
    expectTrue(
      /^MimeType=.*x-scheme-handler\/countersign;/m.test(entry),
      'the package registers countersign:// links',
    );
    await smoke('/usr/bin/countersign', '/opt/Countersign/countersign');
  } finally {
    apt('purge', '-y', '-qq', 'countersign');
  }
  expectTrue(
    !existsSync('/usr/bin/countersign') && !existsSync('/opt/Countersign'),
    'it is removed without a trace',
  );
}

async function smoke(program, binary = program) {
  await readFuses(binary);
  await refuse(program, '--inspect=0');
  await refuse(program, '--remote-debugging-port=9333');
  const userData = mkdtempSync(join(tmpdir(), 'countersign-smoke-'));
  const app = spawn(program, [...SWITCHES, '--remote-debugging-port=0', `--user-data-dir=${userData}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Counts on the test runtime alone, which has no Node-API for the server's own module.
    env: { ...process.env, COUNTERSIGN_NODE: process.execPath },
  });
  try {
    const address = await debuggerOf(app);
    await pageIsThere(address);
    const browser = await chromium.connectOverCDP(address);
    const [context] = browser.contexts();
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    await firstMinutes(page);
    await browser.close();
    app.kill('SIGTERM');
    const [code] = await once(app, 'exit');
    expectTrue(code === 0, 'it ends cleanly');
  } finally {
    app.kill('SIGKILL');
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function readFuses(program) {
  const wire = await getCurrentFuseWire(program);
  for (const [name, isOn] of Object.entries(FUSES)) {
    const state = wire[FuseV1Options[name]];
    expectTrue(
      state === (isOn ? FuseState.ENABLE : FuseState.DISABLE),
      `the fuse ${name} is ${isOn ? 'on' : 'off'}`,
    );
  }
}

async function refuse(program, given) {
  const userData = mkdtempSync(join(tmpdir(), 'countersign-smoke-'));
  const app = spawn(program, [...SWITCHES, given, `--user-data-dir=${userData}`], { stdio: 'ignore' });
  const late = setTimeout(() => app.kill('SIGKILL'), WAIT_MS);
  const [code] = await once(app, 'exit');
  clearTimeout(late);
  rmSync(userData, { recursive: true, force: true });
  expectTrue(code === 1, `${given} is refused`);
}

function debuggerOf(app) {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`no window in time\n${said}`)), WAIT_MS);
    app.stderr.on('data', (bytes) => {
      said = (said + bytes).slice(-8000);
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    });
    app.on('exit', (code) => reject(new Error(`the app ended with ${code}\n${said}`)));
  });
}

/** Whoever attaches while the first page is being loaded waits for its navigation for ever. */
async function pageIsThere(address) {
  const list = new URL('/json/list', address.replace('ws:', 'http:'));
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const targets = await (await fetch(list)).json();
    // A document has its title from the moment it was committed.
    if (targets.some(({ type, title }) => type === 'page' && title.includes('Countersign'))) return;
    if (Date.now() > until) throw new Error(`no page in time: ${JSON.stringify(targets)}`);
    await delay(100);
  }
}

/** Unlock where there is no keychain, set up, let an agent propose, and see it in the Inbox. */
async function firstMinutes(page) {
  await page.waitForFunction(() => self.countersign !== undefined, undefined, { timeout: WAIT_MS });
  await page.evaluate(async () => {
    const { keychain } = await self.countersign.getShellState();
    if (keychain.status === 'ready') return;
    const secret = { method: 'passphrase', passphrase: 'correct horse battery staple' };
    const result = await self.countersign.unlock(secret);
    if (!result.ok) throw new Error(`not unlocked: ${result.problem}`);
  });
  await page.waitForFunction(
    async () => (await self.countersign.getShellState()).server === 'up',
    undefined,
    {
      timeout: WAIT_MS,
    },
  );
  const { url, key } = await page.evaluate(async () => {
    const call = async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const request = { method, headers, body: JSON.stringify(body) };
      const answer = await fetch(`/api/console${path}`, request);
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.json();
    };
    await call('POST', '/setup', { displayName: 'Anna', email: 'anna@example.org', locale: 'en' });
    await call('POST', '/setup/dismiss', {});
    const made = await call('POST', '/agents', { name: 'Smoke', handle: 'smoke-agent' });
    await call('PUT', `/agents/${made.agent.id}/policy`, { kind: 'post.publish', verdict: 'hold' });
    return { url: (await self.countersign.getShellState()).url, key: made.key.secret };
  });
  await page.goto('app://console/inbox');
  const answer = await fetch(`${url}/api/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      tool: 'drafts.create',
      payload: { title: 'From the package', content: 'Hello.' },
    }),
  });
  expectTrue(answer.ok, 'an agent reaches it');
  await page.getByText('From the package').first().waitFor({ timeout: WAIT_MS });
  expectTrue(true, 'its proposal is in the Inbox, live');
}

function expectTrue(isTrue, what) {
  if (!isTrue) throw new Error(`not so: ${what}`);
  process.stdout.write(`  ok  ${what}\n`);
}
