// npm start: builds what is stale and opens the desktop app; where that can't be, serves the console for the browser.
//   npm start                      npm start -- --port=7500
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildIfStale, root } from './build-if-stale.mjs';
import { onStop } from './on-stop.mjs';

/** An app that ends with an error this soon never opened: a missing library, a sandbox that is not allowed. */
const OPENED_AFTER_MS = 10_000;
const DEFAULT_PORT = 7423;

const args = process.argv.slice(2);

try {
  await buildIfStale();
  const reason = await openDesktop();
  if (reason !== undefined) await serveConsole(reason);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Opens the app and waits for its end. Answers why it can't be opened, or undefined when it was. */
async function openDesktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'this machine has no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  }
  const electron = findElectron();
  if (electron === undefined) return 'there is no Electron program here and it could not be downloaded';
  const began = Date.now();
  const { code, signal, error } = await run(electron, ['.', ...args]);
  if (error) return `Electron did not start (${error.message})`;
  if (code === 0) return undefined;
  const how = signal ? `signal ${signal}` : `exit code ${code}`;
  if (signal !== 'SIGINT' && signal !== 'SIGTERM' && Date.now() - began < OPENED_AFTER_MS) {
    return `Electron ended at once with ${how}; what it said is above`;
  }
  process.exitCode = code ?? 0;
  return undefined;
}

/** The electron package answers with the path of its program, and fetches it at the first use. */
function findElectron() {
  try {
    const path = createRequire(join(root, 'package.json'))('electron');
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Not the desktop's own folder: its key lies in a keychain that a server without the desktop does not have. */
async function serveConsole(reason) {
  const port = args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length) ?? DEFAULT_PORT;
  const data = join(appData(), 'Countersign', 'server');
  console.error(`The desktop app can't be opened: ${reason}.`);
  console.error(`Serving the console for the browser instead, with its data in ${data}.`);
  const entry = join(root, 'out', 'main', 'server.js');
  const server = spawn(process.execPath, [entry, '--console', '--data', data, '--port', String(port)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onStop(() => server.kill('SIGTERM'));
  createInterface({ input: server.stdout }).on('line', (line) => {
    const url = findReadyUrl(line);
    if (url) console.log(`Countersign is ready at ${url}/console/`);
  });
  process.exitCode = await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code) => resolve(code ?? 1));
  });
}

function findReadyUrl(line) {
  try {
    const message = JSON.parse(line);
    return message.ready === true ? message.url : undefined;
  } catch {
    return undefined;
  }
}

function appData() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (process.platform === 'win32') return process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming');
  return process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
}

function run(program, programArgs) {
  return new Promise((resolve) => {
    const child = spawn(program, programArgs, { cwd: root, stdio: 'inherit' });
    onStop((signal) => child.kill(signal));
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on('exit', (code, signal) => resolve({ code, signal, error: undefined }));
  });
}
