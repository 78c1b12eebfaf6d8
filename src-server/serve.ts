import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import module from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildAgentApp, buildConsoleApp } from './app';
import type { Config, Secrets } from './config';
import type { FailedMessage, InitMessage, ReadyMessage, ServerToShell } from './contract/process';
import { createContext, type Context } from './context';
import { migrate, MigrationError, NewerDataError } from './db/migrate';
import { openDatabase, type OpenDatabase } from './db/open';
import { continuesFrom } from './domain/audit/audit.source';
import { carryOutAtStart } from './domain/backups/at-start';
import { findUpdateCopy, makeUpdateCopy, restoreUpdateCopy } from './domain/backups/update-copies';
import { systemCaller } from './gate/caller';
import {
  findInstanceMode,
  isNewDataFolder,
  recoverWithCode,
  WrongMasterKeyError,
  WrongModeError,
  WrongRecoveryCodeError,
} from './domain/identity/keyring';
import { readServerMasterKey } from './domain/identity/master-key';
import { acquireFolderLock, FolderHeldError, type FolderLock } from './lib/folder-lock';
import { createLogRing, type LogRing } from './lib/log-ring';
import { createLogger, type Logger } from './lib/logger';
import { findFreePort, findPortHolder } from './lib/ports';

/** `sun_path` holds 108 bytes with its end on Linux, 104 elsewhere. */
const MAX_SOCKET_PATH = 100;
const INIT_TIMEOUT_MS = 20_000;
const FLUSH_COMPILE_CACHE_MS = 1_000;

/** The channel to the shell: utilityProcess, a child with an IPC pipe, or none (a terminal). */
export interface ShellPort {
  post(message: ServerToShell): void;
  /** Resolves with the first `init` message. */
  readonly init: Promise<InitMessage>;
}

/** Starts the server for a process entry; resolves once both listeners are up. */
export async function serve(
  config: Config,
  secrets: Secrets,
  port: ShellPort | undefined,
): Promise<RunningServer> {
  // Everything this process writes is its user's alone.
  process.umask(0o077);
  const ring = createLogRing();
  const log = createLogger(config.logLevel, ring);
  try {
    return await start(config, secrets, port, log, ring);
  } catch (error) {
    const failure = await toFailure(error, config);
    port?.post(failure);
    log.fatal({ err: error, code: failure.code }, failure.message);
    throw error;
  }
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly socket: string;
  readonly context: Context;
}

async function start(
  config: Config,
  secrets: Secrets,
  port: ShellPort | undefined,
  log: Logger,
  ring: LogRing,
): Promise<RunningServer> {
  if (!config.hasLimits) log.warn('rate limits are OFF: for tests and benchmarks only');
  if (config.mode === 'server' && !secrets.stripe) {
    log.warn('no payment provider is configured: orders are paid at the sandbox, where no money moves');
  }
  if (config.allowsLocalTargets) log.warn('outbound calls to local addresses are ALLOWED: for tests only');
  const init = config.mode === 'desktop' ? await waitForInit(port) : undefined;
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const lock = acquireFolderLock(config.dataFolder);
  try {
    return await startLocked({ config, secrets, port, log, ring, init, lock });
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

async function startLocked({
  config,
  secrets,
  port,
  log,
  ring,
  init,
  lock,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly port: ShellPort | undefined;
  readonly log: Logger;
  readonly ring: LogRing;
  readonly init: InitMessage | undefined;
  readonly lock: FolderLock;
}): Promise<RunningServer> {
  const keptFile =
    init?.restoreCopy === undefined ? undefined : putCopyBack(config, init, init.restoreCopy, log);
  const started = carryOutAtStart({ dataFolder: config.dataFolder, now: new Date(), log });
  const database = openMigrated({ config, secrets, init, keptFile, log });
  // Before any key is looked for: a folder of the other mode says so, rather than that its key is missing.
  const storedMode = findInstanceMode(database.reader);
  if (storedMode && storedMode !== config.mode) throw new WrongModeError(storedMode);
  const masterKey = init
    ? Buffer.from(init.masterKey, 'base64')
    : serverMasterKey(config, secrets, isNewDataFolder(database.reader), log);
  if (init?.recoveryCode !== undefined) {
    recoverWithCode({ writer: database.writer, reader: database.reader, code: init.recoveryCode, masterKey });
  }
  const context = createContext({
    config,
    masterKey,
    stripe: secrets.stripe,
    log,
    logRing: ring,
    database,
    onCheckpoint: (checkpoint) => port?.post({ type: 'checkpoint', checkpoint }),
  });
  if (init?.checkpoint && !continuesFrom(database.reader, init.checkpoint)) {
    log.error({ kept: init.checkpoint }, 'the audit log does not go on from the checkpoint this app kept');
    context.recordDiscontinuity(init.checkpoint);
  }
  context.backups.recordStart(started);
  const agentApp = await buildAgentApp(context);
  const apps: FastifyInstance[] = [agentApp];
  let socket = '';
  if (init) {
    const consoleApp = buildConsoleApp(context, init.socketSecret);
    socket = await listenOnSocket(consoleApp, config);
    apps.push(consoleApp);
  }
  try {
    await agentApp.listen({ port: config.port, host: config.host });
  } catch (error) {
    await Promise.all(apps.map((app) => app.close()));
    throw error;
  }
  const { port: actualPort } = agentApp.server.address() as AddressInfo;
  const host = config.host.includes(':')
    ? `[${config.host}]`
    : config.host === '0.0.0.0'
      ? '127.0.0.1'
      : config.host;
  const url = `http://${host}:${actualPort}`;
  context.setPublicUrl(url);
  context.jobs.start();
  context.webhooks.dispatcher.start();
  if (config.hasConsole) offerFirstLink(context);
  lock.announce(url);
  const ready: ReadyMessage = { type: 'ready', ready: true, url, socket };
  process.stdout.write(`${JSON.stringify({ ready: true, url, socket })}\n`);
  port?.post(ready);
  log.info({ url, mode: config.mode }, 'ready');
  setTimeout(() => module.flushCompileCache?.(), FLUSH_COMPILE_CACHE_MS).unref();
  return {
    url,
    socket,
    context,
    async [Symbol.asyncDispose]() {
      await Promise.all(apps.map((app) => app.close()));
      await context[Symbol.asyncDispose]();
      if (socket !== '') rmSync(socket, { force: true });
      lock[Symbol.dispose]();
    },
  };
}

/** The person chose in the window to go back to the data before the update; answers where the newer file is kept. */
function putCopyBack(config: Config, init: InitMessage, name: string, log: Logger): string | null {
  const keptFile = restoreUpdateCopy({
    dataFolder: config.dataFolder,
    name,
    masterKey: Buffer.from(init.masterKey, 'base64'),
    recoveryCode: init.recoveryCode,
  });
  log.warn({ name, keptFile }, 'the copy made before the update was put back');
  return keptFile;
}

/**
 * Opens the database and brings it to this version, after a copy was made of what is there.
 * @throws RestoredError instead of updating data that a person has just put back: they say when
 */
function openMigrated({
  config,
  secrets,
  init,
  keptFile,
  log,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly init: InitMessage | undefined;
  readonly keptFile: string | null | undefined;
  readonly log: Logger;
}): OpenDatabase {
  return openDatabase(config.dataFolder, (sqlite) =>
    migrate(sqlite, {
      beforeMigrating(pending) {
        if (keptFile !== undefined) throw new RestoredError(keptFile);
        const masterKey = init
          ? Buffer.from(init.masterKey, 'base64')
          : serverMasterKey(config, secrets, false, log);
        const file = makeUpdateCopy({
          dataFolder: config.dataFolder,
          sqlite,
          pending,
          masterKey,
          recoveryCode: init?.recoveryCode,
          now: Date.now(),
        });
        log.info({ file, pending }, 'a copy was made before the update of the data');
      },
    }),
  );
}

/** The data is as it was before the update; this version would update it again. */
class RestoredError extends Error {
  constructor(readonly keptFile: string | null) {
    super('The copy made before the update is in place.');
    this.name = 'RestoredError';
  }
}

async function waitForInit(port: ShellPort | undefined): Promise<InitMessage> {
  if (!port)
    throw new Error('--desktop is for the Countersign app: it hands over the keys. Use server mode here.');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error('The app did not hand over its keys in time.')),
      INIT_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([port.init, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function serverMasterKey(config: Config, secrets: Secrets, isNew: boolean, log: Logger): Buffer {
  const found = readServerMasterKey({
    env: {
      COUNTERSIGN_MASTER_KEY_FILE: secrets.masterKeyFile,
      COUNTERSIGN_MASTER_KEY: secrets.masterKey,
    },
    dataFolder: config.dataFolder,
    mayCreate: isNew,
  });
  if (found.isBesideData) {
    log.warn(
      { path: found.path },
      'the master key lies beside the data it protects: set COUNTERSIGN_MASTER_KEY_FILE to keep it apart',
    );
  }
  return found.masterKey;
}

/** The private socket (a named pipe on Windows), for this user alone. */
async function listenOnSocket(app: FastifyInstance, config: Config): Promise<string> {
  if (process.platform === 'win32') {
    const pipe = config.socketPath ?? `\\\\.\\pipe\\countersign-${process.pid}`;
    await app.listen({ path: pipe });
    return pipe;
  }
  const path = config.socketPath ?? socketPathIn(config.dataFolder);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  chmodSync(dirname(path), 0o700);
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await app.listen({ path });
  } finally {
    process.umask(before);
  }
  return path;
}

function socketPathIn(dataFolder: string): string {
  const path = join(dataFolder, 'run', 'console.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const base = runtime && existsSync(runtime) ? runtime : tmpdir();
  return join(base, `countersign-${process.pid}`, 'console.sock');
}

/** Server mode without anybody yet: the operator signs in as the first admin with a link from their terminal. */
function offerFirstLink(context: Context): void {
  const { identity, reader, log } = context;
  if (identity.users.hasAdmin(reader)) return;
  const caller = systemCaller('server', 'cli', context.ids.prefixed('tr'));
  const { token } = identity.links.createLink('first-admin', caller);
  // In the fragment, so that it reaches no log of any server on the way.
  const link = `${context.publicUrl()}/console/#link=${token}`;
  log.warn({ link }, 'nobody is admin yet: open this link within 15 minutes to become the first one');
}

async function toFailure(error: unknown, config: Config): Promise<FailedMessage> {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const holder = findPortHolder(config.port);
    const nextFreePort = await findFreePort(config.port + 1, config.host);
    return {
      type: 'failed',
      code: 'port_taken',
      message: `Port ${config.port} is taken${holder ? ` by ${holder}` : ''}.`,
      details: {
        port: config.port,
        ...(holder ? { holder } : {}),
        ...(nextFreePort === undefined ? {} : { nextFreePort }),
      },
    };
  }
  if (error instanceof FolderHeldError) {
    return { type: 'failed', code: 'data_locked', message, details: { dataFolder: config.dataFolder } };
  }
  if (error instanceof WrongMasterKeyError || error instanceof WrongRecoveryCodeError) {
    return { type: 'failed', code: 'wrong_key', message, details: { dataFolder: config.dataFolder } };
  }
  const { dataFolder } = config;
  if (error instanceof RestoredError) {
    const { keptFile } = error;
    return {
      type: 'failed',
      code: 'restored',
      message,
      details: { dataFolder, ...(keptFile ? { keptFile } : {}) },
    };
  }
  const updateCopy = findUpdateCopy(dataFolder);
  const details = { dataFolder, ...(updateCopy ? { updateCopy } : {}) };
  if (error instanceof MigrationError) return { type: 'failed', code: 'migration_failed', message, details };
  if (error instanceof NewerDataError) return { type: 'failed', code: 'data_newer', message, details };
  return { type: 'failed', code: 'unexpected', message, details };
}
