// Process entry. The compile cache goes on before the bulk is loaded; nothing of ours may be imported statically.
import module from 'node:module';
import { join } from 'node:path';
import type { InitMessage, ServerToShell } from './contract/process';

function dataFolderOf(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((argument) => argument === '--data' || argument.startsWith('--data='));
  const argument = argv[index];
  return argument?.startsWith('--data=') ? argument.slice('--data='.length) : argv[index + 1];
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** One channel, three hosts: utilityProcess, a child with an IPC pipe, a terminal. */
function openShellPort() {
  const parent = (process as unknown as { parentPort?: ParentPort }).parentPort;
  if (!parent && !process.send) return undefined;
  let receive: (message: InitMessage) => void = () => {};
  const init = new Promise<InitMessage>((resolve) => {
    receive = resolve;
  });
  const handle = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'init') {
      receive(message as InitMessage);
    }
  };
  if (parent) parent.on('message', (event) => handle(event.data));
  else process.on('message', handle);
  return {
    init,
    post: (message: ServerToShell) => {
      if (parent) parent.postMessage(message);
      else if (process.connected) process.send?.(message);
    },
  };
}

// Node opens a debugger on this signal; whoever can send it must not get one (decisions §0).
process.on('SIGUSR1', () => undefined);

const argv = process.argv.slice(2);
const dataFolder = dataFolderOf(argv);
if (dataFolder) module.enableCompileCache?.(join(dataFolder, 'compile-cache'));
const shellPort = openShellPort();

const [{ readConfig }, { serve }] = await Promise.all([import('./config'), import('./serve')]);

try {
  const { config, secrets } = readConfig(argv, process.env);
  const server = await serve(
    {
      ...config,
      consoleFolder: join(import.meta.dirname, '../renderer'),
      verifierFile: join(import.meta.dirname, 'countersign-verify.mjs'),
    },
    secrets,
    shellPort,
  );
  let stopping: Promise<never> | undefined;
  const stop = (): void => {
    stopping ??= Promise.resolve(server[Symbol.asyncDispose]()).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The shell went away without a word: its server goes too.
  if (process.send) process.on('disconnect', stop);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Whatever was posted to the shell leaves first.
  setTimeout(() => process.exit(1), 50);
}
