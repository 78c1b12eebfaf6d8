import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** The two variables of server mode; `config.ts` reads them and removes them from the environment. */
export interface MasterKeyEnv {
  readonly COUNTERSIGN_MASTER_KEY_FILE?: string | undefined;
  readonly COUNTERSIGN_MASTER_KEY?: string | undefined;
}

export interface ServerMasterKey {
  readonly masterKey: Buffer;
  readonly source: 'file' | 'variable' | 'data-folder';
  /** The key lies beside what it protects: the caller says so loudly (decisions §5). */
  readonly isBesideData: boolean;
  readonly wasCreated: boolean;
  /** Where it was read from or written to; null for the variable. */
  readonly path: string | null;
}

/** The master key can't be read, or is none. The message names the source and the bound, never the content. */
export class MasterKeyError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MasterKeyError';
  }
}

export const MASTER_KEY_FILE = 'master.key';
const KEY_BYTES = 32;
/** A key in any accepted form with white space around it; anything longer is another file. */
const MAX_FILE_BYTES = 1_024;

/**
 * Finds the master key of server mode: the file of `COUNTERSIGN_MASTER_KEY_FILE`, the variable, else `master.key` in
 * the data folder, which is made (0600) unless the folder already has data that another key opens.
 * @throws MasterKeyError
 */
export function readServerMasterKey({
  env,
  dataFolder,
  mayCreate,
}: {
  readonly env: MasterKeyEnv;
  readonly dataFolder: string;
  /** False where the data folder has keys already: a new master key would not open them. */
  readonly mayCreate: boolean;
}): ServerMasterKey {
  if (env.COUNTERSIGN_MASTER_KEY_FILE) {
    const path = env.COUNTERSIGN_MASTER_KEY_FILE;
    const masterKey = readKeyFile(path, 'COUNTERSIGN_MASTER_KEY_FILE');
    return { masterKey, source: 'file', isBesideData: false, wasCreated: false, path };
  }
  if (env.COUNTERSIGN_MASTER_KEY) {
    const masterKey = parseKeyText(env.COUNTERSIGN_MASTER_KEY);
    if (!masterKey) throw new MasterKeyError(`COUNTERSIGN_MASTER_KEY: ${EXPECTED}`);
    return { masterKey, source: 'variable', isBesideData: false, wasCreated: false, path: null };
  }
  const path = join(dataFolder, MASTER_KEY_FILE);
  const created = mayCreate ? createKeyFile(dataFolder, path) : undefined;
  if (!created) chmodQuietly(path);
  const masterKey = created ?? readKeyFile(path, path);
  return { masterKey, source: 'data-folder', isBesideData: true, wasCreated: created !== undefined, path };
}

const EXPECTED = `must be ${KEY_BYTES} bytes as base64 or hexadecimal`;

/** Base64, base64url or hexadecimal of exactly 32 bytes. */
function parseKeyText(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  // Buffer's base64 decoder reads both alphabets.
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined;
}

function readKeyFile(path: string, name: string): Buffer {
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_FILE_BYTES) {
      throw new MasterKeyError(`${name}: must have at most ${MAX_FILE_BYTES} bytes`);
    }
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof MasterKeyError) throw cause;
    throw new MasterKeyError(`${name}: can't be read (${errorCode(cause)})`, cause);
  }
  const masterKey = bytes.length === KEY_BYTES ? bytes : parseKeyText(bytes.toString('latin1'));
  if (!masterKey) throw new MasterKeyError(`${name}: ${EXPECTED}, or ${KEY_BYTES} raw bytes`);
  return masterKey;
}

/** Undefined when the file is there already. */
function createKeyFile(dataFolder: string, path: string): Buffer | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return undefined;
    throw new MasterKeyError(`${path}: can't be created (${errorCode(cause)})`, cause);
  }
  try {
    const masterKey = randomBytes(KEY_BYTES);
    writeSync(file, `${masterKey.toString('base64')}\n`);
    fsyncSync(file);
    return masterKey;
  } finally {
    closeSync(file);
  }
}

/** A key that came from a backup or a copy may be readable for all; whether it can be read at all shows later. */
function chmodQuietly(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch {
    return;
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
