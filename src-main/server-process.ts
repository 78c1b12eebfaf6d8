/**
 * One server process and the messages with it. On the shipped runtime that is Electron's `utilityProcess`; where the
 * runtime is older than better-sqlite3's Node-API 10, or a developer names a Node, the same entry runs on plain Node.
 */
import { spawn } from 'node:child_process';
import { join, sep } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { utilityProcess } from 'electron';
import type { InitMessage, ServerToShell } from '../src-server/contract/process';
import { findServerMessage } from './server-messages';

export interface ServerEvents {
  readonly onMessage: (message: ServerToShell) => void;
  /** Once, when the process is gone; `how` is for the log and the failure text. */
  readonly onExit: (how: string) => void;
  readonly onLine: (line: string) => void;
}

export interface ServerChild {
  readonly pid: number | undefined;
  send(message: InitMessage): void;
  /** Asks it to drain and close. */
  terminate(): void;
  /** Ends it at once. */
  kill(): void;
}

export type LaunchServer = (args: readonly string[], events: ServerEvents) => ServerChild;

const MAX_LINE = 8000;
/** The first Node-API that better-sqlite3 13 loads on. */
const NEEDED_NAPI = 10;

/** Older than anything we ship: the stand-in that tests run on where Electron itself can't be had. */
export function isTestRuntime(napi: string): boolean {
  return Number(napi) < NEEDED_NAPI;
}

/**
 * The Node that runs the server, or undefined for `utilityProcess`. A packaged app asks no environment variable,
 * but for the test runtime, whose Node-API the shipped one never has (decisions §0).
 */
export function findServerNode(runtime: {
  readonly napi: string;
  readonly isPackaged: boolean;
  readonly appPath: string;
  readonly env: NodeJS.ProcessEnv;
}): string | undefined {
  const isOld = isTestRuntime(runtime.napi);
  const named = runtime.env['COUNTERSIGN_NODE'];
  if (named && (isOld || !runtime.isPackaged)) return named;
  if (!isOld) return undefined;
  return join(
    runtime.appPath,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
}

/** Native modules can't be loaded from an archive, so the packaged server lies beside it. */
export function toUnpackedPath(path: string): string {
  return path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
}

export function createLauncher(options: {
  readonly entry: string;
  readonly node: string | undefined;
  readonly fork: typeof utilityProcess.fork;
}): LaunchServer {
  const { entry, node, fork } = options;
  return node === undefined
    ? (args, events) => launchUtility(fork, entry, args, events)
    : (args, events) => launchNode(node, entry, args, events);
}

function launchUtility(
  fork: typeof utilityProcess.fork,
  entry: string,
  args: readonly string[],
  events: ServerEvents,
): ServerChild {
  const child = fork(entry, [...args], {
    serviceName: 'Countersign server',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: toServerEnv(process.env),
  });
  child.on('message', (message: unknown) => passOn(message, events));
  child.on('exit', (code) => events.onExit(`exit code ${code}`));
  readLines(child.stderr, events.onLine);
  return {
    get pid() {
      return child.pid;
    },
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a process has no origin
    send: (message) => child.postMessage(message),
    terminate: () => child.kill(),
    kill() {
      if (child.pid !== undefined) killNow(child.pid);
    },
  };
}

/**
 * Bounds what V8 keeps for new objects, 3 × 8 MB instead of 3 × 64 MB on a large machine: an app that runs for weeks
 * grew by 60 MB of objects that were dead long since.
 */
export const YOUNG_HEAP = '--max-semi-space-size=8';

function launchNode(node: string, entry: string, args: readonly string[], events: ServerEvents): ServerChild {
  // A signal must not open Node's debugger to whoever may send one.
  const child = spawn(node, ['--disable-sigusr1', YOUNG_HEAP, entry, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: toServerEnv(process.env),
    windowsHide: true,
  });
  let isGone = false;
  const gone = (how: string): void => {
    if (isGone) return;
    isGone = true;
    events.onExit(how);
  };
  child.on('message', (message: unknown) => passOn(message, events));
  child.on('exit', (code, signal) => gone(signal ? `signal ${signal}` : `exit code ${code}`));
  child.on('error', (error) => {
    events.onLine(String(error));
    if (child.pid === undefined) gone(`${node} did not start`);
  });
  readLines(child.stderr, events.onLine);
  return {
    pid: child.pid,
    // The exit says what there is to say about a child that is gone already.
    send: (message) => void child.send(message, () => undefined),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What could change how Node itself runs stays outside. */
function toServerEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !/^(?:NODE_|ELECTRON_|COUNTERSIGN_NODE$)/i.test(name)) kept[name] = value;
  }
  return kept;
}

function passOn(message: unknown, events: ServerEvents): void {
  const known = findServerMessage(message);
  if (known) events.onMessage(known);
  else events.onLine('sent a message that is not in the contract');
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream?.on('data', (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) if (line.trim() !== '') onLine(line.slice(0, MAX_LINE));
  });
  stream?.on('end', () => {
    if (rest.trim() !== '') onLine(rest);
  });
  stream?.on('error', () => undefined);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
