import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { readConfig, type Config } from '../config';
import { createContext, type Context } from '../context';
import { migrate } from '../db/migrate';
import { DATABASE_FILE, openDatabase, type Reader, type Sqlite } from '../db/open';
import * as schema from '../db/schema';
import { systemCaller, type Caller } from '../gate/caller';
import { findInstanceMode, isNewDataFolder, type InstanceMode } from '../domain/identity/keyring';
import { readServerMasterKey } from '../domain/identity/master-key';
import { randomIds } from '../lib/ids';
import { createLogger } from '../lib/logger';
import { CliError, type CliIo } from './command';

/** A data folder opened to look at: nothing in it can be changed through this. */
export interface FolderView extends Disposable {
  readonly dataFolder: string;
  readonly file: string;
  readonly mode: InstanceMode;
  readonly reader: Reader;
  readonly sqlite: Sqlite;
}

export function databaseFileOf(dataFolder: string): string {
  return join(dataFolder, DATABASE_FILE);
}

/** @throws CliError `no_data`, `damaged` */
export function openView(dataFolder: string): FolderView {
  const file = databaseFileOf(dataFolder);
  if (!existsSync(file)) throw noData(dataFolder);
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Database(file, { readonly: true, fileMustExist: true });
    sqlite.pragma('busy_timeout = 5000');
    sqlite.pragma('query_only = ON');
    const opened = sqlite;
    const reader: Reader = drizzle(sqlite, { schema });
    const mode = findInstanceMode(reader);
    if (mode === undefined) throw new CliError('damaged', `${file}: does not say whose it is.`);
    return { dataFolder, file, mode, reader, sqlite, [Symbol.dispose]: () => void opened.close() };
  } catch (cause) {
    sqlite?.close();
    if (cause instanceof CliError) throw cause;
    throw new CliError('damaged', `${file}: can't be read (${messageOf(cause)}).`, cause);
  }
}

function noData(dataFolder: string): CliError {
  return new CliError(
    'no_data',
    `${resolve(dataFolder)} holds no Countersign data. Start the server on it once: npm run serve -- --data DIR`,
  );
}

/** The mode of a folder; undefined where it has no data yet. */
export function findFolderMode(dataFolder: string): InstanceMode | undefined {
  if (!existsSync(databaseFileOf(dataFolder))) return undefined;
  const view = openView(dataFolder);
  try {
    return view.mode;
  } finally {
    view[Symbol.dispose]();
  }
}

/** Settings as `serve` would read them; the environment of the caller is left as it is. */
export function configOf(dataFolder: string, io: CliIo): ReturnType<typeof readConfig> {
  const read = readSettings(dataFolder, io);
  // A command prints its answer; what the platform logs beside it is only worth reading when something is wrong.
  const logLevel = io.env['COUNTERSIGN_LOG_LEVEL'] ?? 'warn';
  return { ...read, config: { ...read.config, logLevel } };
}

function readSettings(dataFolder: string, io: CliIo): ReturnType<typeof readConfig> {
  try {
    return readConfig(['--data', dataFolder], { ...io.env });
  } catch (cause) {
    throw new CliError('usage', messageOf(cause), cause);
  }
}

/**
 * Runs `work` on the platform of a server data folder, beside a running server too: what it writes are short
 * immediate transactions of its own. On a desktop's folder no command decides or reads secrets (decisions §0).
 * @throws CliError `actor_denied` with `desktopReason`, `no_data`, `outdated`; WrongMasterKeyError, MasterKeyError
 */
export async function withServer<Result>(
  {
    dataFolder,
    io,
    desktopReason,
    mayCreate = false,
  }: {
    readonly dataFolder: string;
    readonly io: CliIo;
    readonly desktopReason: string;
    /** Makes the folder where there is none. */
    readonly mayCreate?: boolean;
  },
  work: (context: Context, config: Config) => Result | Promise<Result>,
): Promise<Result> {
  const mode = findFolderMode(dataFolder);
  if (mode === undefined && !mayCreate) throw noData(dataFolder);
  if (mode === 'desktop') throw new CliError('actor_denied', desktopReason);
  const { config, secrets } = configOf(dataFolder, io);
  const database = openDatabase(dataFolder, (sqlite) =>
    migrate(sqlite, {
      beforeMigrating() {
        throw new CliError(
          'outdated',
          'The data is of an older version. Start the server once: it brings it up to date.',
        );
      },
    }),
  );
  let context: Context | undefined;
  try {
    const { masterKey } = readServerMasterKey({
      env: {
        COUNTERSIGN_MASTER_KEY_FILE: secrets.masterKeyFile,
        COUNTERSIGN_MASTER_KEY: secrets.masterKey,
      },
      dataFolder,
      mayCreate: isNewDataFolder(database.reader),
    });
    context = createContext({ config, masterKey, database, log: createLogger(config.logLevel) });
    return await work(context, config);
  } finally {
    if (context) await context[Symbol.asyncDispose]();
    else database[Symbol.dispose]();
  }
}

/** The operator at a terminal. */
export function cliCaller(): Caller {
  return systemCaller('cli', 'cli', randomIds.prefixed('tr'));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
