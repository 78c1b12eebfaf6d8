// What benchmarks of the window share: the app in a window of its own, a person who is set up, agents and proposals.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { keepAlive, makeFolder, postJson, root } from './lib.mjs';

const ELECTRON_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
/** What may wait per agent. */
const PER_AGENT = 200;
const CONNECTIONS = 8;

/** Why there can be no window here; undefined where there can. */
export async function whyNoWindow() {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return 'no display';
  // Playwright starts the binary of the electron package, which honours the override.
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH']) return undefined;
  try {
    const { default: path } = await import('electron');
    return typeof path === 'string' && existsSync(path) ? undefined : 'no Electron binary';
  } catch {
    return 'no Electron binary';
  }
}

function keychainSwitches() {
  return process.env['COUNTERSIGN_TEST_KEYRING'] ? ['--password-store=gnome-libsecret'] : [];
}

/** Starts `entry`; `env` comes on top of ours. */
export async function launchWindow(entry, userData, env = {}) {
  const { _electron } = await import('@playwright/test');
  const app = await _electron.launch({
    args: [entry, ...ELECTRON_ARGS, ...keychainSwitches(), `--user-data-dir=${userData}`, '--port=0'],
    cwd: root,
    env: { ...process.env, ...env },
  });
  return { app, page: await app.firstWindow() };
}

/**
 * As `launchWindow`, without Playwright: it has the window keep the body of every answer for its inspector, up to 100
 * MB of them, which no person's window does.
 */
export async function launchBareWindow(userData, env = {}) {
  const child = spawn(
    process.env['ELECTRON_OVERRIDE_DIST_PATH']
      ? join(process.env['ELECTRON_OVERRIDE_DIST_PATH'], 'electron')
      : (await import('electron')).default,
    [
      '.',
      ...ELECTRON_ARGS,
      ...keychainSwitches(),
      '--remote-debugging-port=0',
      `--user-data-dir=${userData}`,
      '--port=0',
    ],
    { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const endpoint = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
  });
  const target = await findTarget(endpoint);
  const session = await openSession(target.webSocketDebuggerUrl);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid,
    page: barePage(session),
    session,
    async close() {
      session.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function findTarget(endpoint) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const targets = await (await fetch(`${endpoint}/json/list`)).json();
    const target = targets.find(({ type, url }) => type === 'page' && url.startsWith('app://'));
    if (target) return target;
    await setTimeout(100);
  }
  throw new Error('the app opened no window');
}

/** The Chrome DevTools Protocol, by its messages alone. */
async function openSession(url) {
  const socket = new WebSocket(url);
  const waiting = new Map();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error(`${url} did not open`)), { once: true });
  });
  return {
    send(method, params = {}) {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    close: () => socket.close(),
  };
}

const POLL_MS = 20;

/** As much of Playwright's page as the benchmark of memory needs. */
function barePage(session) {
  const evaluate = async (fn, argument) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: `(${fn})(${JSON.stringify(argument)})`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return {
    evaluate,
    async waitForFunction(fn, argument, { timeout = 30_000 } = {}) {
      for (let waited = 0; waited < timeout; waited += POLL_MS) {
        if (await evaluate(fn, argument)) return;
        await setTimeout(POLL_MS);
      }
      throw new Error(`not within ${timeout} ms: ${fn}`);
    },
    async press(key) {
      const event = { key, text: key, unmodifiedText: key };
      await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
    },
  };
}

export async function waitForServer(page) {
  await page.waitForFunction(() => document.querySelector('#root')?.childElementCount > 0, undefined, {
    timeout: 30_000,
  });
  await page.waitForFunction(
    () =>
      fetch('/api/console/me').then(
        (answer) => answer.ok,
        () => false,
      ),
    undefined,
    { timeout: 30_000 },
  );
}

/** A call of the window to its console. */
export function callConsole(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/console${path}`, {
        method,
        ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body }),
      });
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    [method, path, body === undefined ? null : JSON.stringify(body)],
  );
}

/** The person is there, and the Inbox is the first page. */
export async function setUpOwner(page) {
  await callConsole(page, 'POST', '/setup', {
    displayName: 'Bench',
    email: 'bench@example.org',
    locale: 'en',
  });
  await callConsole(page, 'POST', '/setup/dismiss');
}

/** The shell's server without rate limits: the Node it is told to use is one that adds the switch. */
export function unlimitedNode(folder) {
  const file = join(folder, 'node');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' "$@" --limits off\n`);
  chmodSync(file, 0o755);
  return { COUNTERSIGN_NODE: file };
}

let registered = 0;

/** Agents that nobody owns yet, each with as many drafts as may wait; claimed afterwards they wait for the person. */
export async function proposeMany(page, url, count, perAgent = PER_AGENT) {
  const agent = keepAlive(CONNECTIONS);
  const keys = [];
  for (let left = count; left > 0; left -= perAgent) {
    registered += 1;
    const handle = `bench-${process.pid}-${registered}`;
    const answer = await postJson(agent, `${url}/api/v1/agents/register`, {
      name: 'Bench',
      email: `${handle}@example.org`,
      agentName: `Agent ${registered}`,
      agentHandle: handle,
    });
    if (answer.status !== 201) throw new Error(`register answered ${answer.status}: ${answer.text}`);
    const { apiKey, claimCode } = JSON.parse(answer.text);
    let next = 0;
    const number = Math.min(perAgent, left);
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let index = next++; index < number; index = next++)
          await propose(url, apiKey, `${handle} ${index}`, agent);
      }),
    );
    await callConsole(page, 'POST', '/joining/claim', { claimCode });
    keys.push(apiKey);
  }
  agent.destroy();
  return keys;
}

export async function propose(url, key, title, agent) {
  const answer = await postJson(
    agent,
    `${url}/api/mcp`,
    { tool: 'drafts.create', payload: { title, content: `${title} says what it wants in a few words.` } },
    { authorization: `Bearer ${key}` },
  );
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text.slice(0, 300)}`);
}

/** A set-up desk with `count` proposals waiting, closed again. `open` starts the app on it. */
export async function makeDesk(name, count, perAgent = PER_AGENT) {
  const { folder, remove } = makeFolder(name);
  const env = unlimitedNode(folder);
  const userData = join(folder, 'user');
  // Nobody is there to say what closing the window means.
  mkdirSync(userData);
  writeFileSync(
    join(userData, 'settings.json'),
    JSON.stringify({ closeToTray: 'quit', askBeforeQuit: false }),
  );
  const open = async () => {
    const started = await launchWindow('.', userData, env);
    await waitForServer(started.page);
    const { url } = await started.page.evaluate(() => self.countersign.getShellState());
    return { ...started, url };
  };
  const openBare = async () => {
    const started = await launchBareWindow(userData, env);
    await waitForServer(started.page);
    const { url } = await started.page.evaluate(() => self.countersign.getShellState());
    return { ...started, url };
  };
  const desk = await open();
  await setUpOwner(desk.page);
  const keys = await proposeMany(desk.page, desk.url, count, perAgent);
  await desk.app.close();
  return { open, openBare, keys, remove };
}
