// What benchmarks of the window share: the app in a window of its own, a person who is set up, agents and proposals.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Starts `entry`; `env` comes on top of ours. */
export async function launchWindow(entry, userData, env = {}) {
  const { _electron } = await import('@playwright/test');
  const store = process.env['COUNTERSIGN_TEST_KEYRING'] ? ['--password-store=gnome-libsecret'] : [];
  const app = await _electron.launch({
    args: [entry, ...ELECTRON_ARGS, ...store, `--user-data-dir=${userData}`, '--port=0'],
    cwd: root,
    env: { ...process.env, ...env },
  });
  return { app, page: await app.firstWindow() };
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
  const desk = await open();
  await setUpOwner(desk.page);
  const keys = await proposeMany(desk.page, desk.url, count, perAgent);
  await desk.app.close();
  return { open, keys, remove };
}
