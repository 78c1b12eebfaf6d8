import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../../..');
const entry = join(root, 'out/main/server.js');
const READY_TIMEOUT_MS = 60_000;
const KEPT_LINES = 200;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The server as it is shipped, in a process of its own. */
export interface BuiltServer {
  readonly pid: number;
  /** Resolves with its address. @throws Error with its log when it ends or says nothing for a minute */
  readonly ready: Promise<string>;
  readonly exit: Promise<Exit>;
  hasEnded(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Its last lines on stderr, one JSON document each. */
  log(): readonly string[];
  /** The link that makes the first admin, where one was printed. */
  findFirstLink(): URL | undefined;
}

/**
 * Starts `out/main/server.js` in server mode with the console and without rate limits, on a free port.
 * @throws Error when the project was not built
 */
export function startBuiltServer(dataFolder: string, flags: readonly string[] = []): BuiltServer {
  if (!existsSync(entry)) {
    throw new Error(
      `${entry} is not there: run \`npm run build\` first (npm test and npm run test:long do).`,
    );
  }
  const child = spawn(
    process.execPath,
    [entry, '--data', dataFolder, '--port', '0', '--console', '--limits', 'off', ...flags],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} did not start`);
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  });
  // A test that is given up leaves nothing behind.
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  let ended: Exit | undefined;
  const exit = new Promise<Exit>((resolve) => {
    // Not `exit`: its last lines are read by then.
    child.once('close', (code, signal) => {
      process.off('exit', onExit);
      ended = { code, signal };
      resolve(ended);
    });
  });
  const ready = waitForReady(child, exit, lines);
  // Whoever kills it while it starts does not wait for it.
  ready.catch(() => undefined);
  return {
    pid,
    ready,
    exit,
    hasEnded: () => ended !== undefined,
    signal: (name) => void child.kill(name),
    log: () => lines,
    findFirstLink() {
      const link = lines.map((line) => findString(line, 'link')).find((found) => found !== undefined);
      return link === undefined ? undefined : new URL(link);
    },
  };
}

function waitForReady(child: ChildProcess, exit: Promise<Exit>, log: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`The server ${what}:\n${log.join('\n')}`));
    const timer = setTimeout(() => fail('was not ready in time'), READY_TIMEOUT_MS);
    void exit.then(({ code, signal }) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? `code ${code}`}`);
    });
    if (!child.stdout) throw new Error('stdout is piped');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = findString(line, 'url');
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function findString(line: string, field: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(line) as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
