/**
 * The master key: 32 random bytes, made at the first start. It is wrapped by the system's keychain; where there is
 * none the person gives a passphrase at each start or a key file. It is never on disk as it is, but for the key file
 * that the person asked for (decisions §5).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { closeSync, constants, fsyncSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { MIN_PASSPHRASE_LENGTH } from './ipc/contract';
import type { IpcArgument, KeychainState, KeychainStatus, KeyProblem, UnlockResult } from './ipc/contract';
import { findJsonFile, isMissing, writeJsonFile } from './json-file';
import type { Log } from './redact';

/** `safeStorage`, as far as it is used: its synchronous calls, which old and new runtimes have. */
export interface SystemKeychain {
  /** False as well where the "keychain" is a password that everybody knows (`basic_text`). */
  isAvailable(): boolean;
  encrypt(text: string): Buffer;
  decrypt(bytes: Buffer): string;
}

export interface KeyFileDialog {
  /** A name for a new key file, or an existing one; undefined when the dialog was closed. */
  chooseNew(): Promise<string | undefined>;
  chooseExisting(previous: string): Promise<string | undefined>;
}

export interface Keychain {
  readonly state: KeychainState;
  /** The master key in base64; undefined until `state.status` is `ready`. */
  readonly masterKey: string | undefined;
  /** Opens the key without the person where that is possible; safe to call again. */
  open(): void;
  unlock(secret: IpcArgument<'shell:unlock'>): Promise<UnlockResult>;
}

const KEY_BYTES = 32;
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 } as const;
/** scrypt needs 128·N·r bytes, 128 MB; Node's own bound is 32. */
const SCRYPT_MAX_MEMORY = 256 * 1024 * 1024;
const WRAP_CONTEXT = Buffer.from('countersign master key v1');

const base64 = (bytes: number) => z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes);

const PassphraseFile = z.strictObject({
  version: z.literal(1),
  method: z.literal('passphrase'),
  kdf: z.strictObject({
    N: z.literal(SCRYPT.N),
    r: z.literal(SCRYPT.r),
    p: z.literal(SCRYPT.p),
    salt: base64(16),
  }),
  /** The master key under AES-256-GCM; its tag tells whether the passphrase is right. */
  wrapped: z.strictObject({ iv: base64(12), tag: base64(16), data: base64(KEY_BYTES) }),
});
type PassphraseFile = z.infer<typeof PassphraseFile>;

const KeychainFile = z.discriminatedUnion('method', [
  z.strictObject({ version: z.literal(1), method: z.literal('keychain'), wrapped: z.base64().max(8192) }),
  PassphraseFile,
  z.strictObject({
    version: z.literal(1),
    method: z.literal('keyFile'),
    path: z.string().min(1).max(4096),
    /** Tells this key file from another; says nothing about the key. */
    check: base64(32),
  }),
]);
type KeychainFile = z.infer<typeof KeychainFile>;

/** The person's answer did not open the key. */
class KeyError extends Error {
  constructor(
    readonly problem: KeyProblem,
    options?: ErrorOptions,
  ) {
    super(problem, options);
  }
}

export function createKeychain(deps: {
  readonly file: string;
  readonly system: SystemKeychain;
  readonly dialog: KeyFileDialog;
  readonly log: Log;
}): Keychain {
  const { file, system, dialog, log } = deps;
  let key: Buffer | undefined;
  let state = toState('unavailable', null);
  let turn: Promise<unknown> = Promise.resolve();

  function open(): void {
    if (key) return;
    try {
      const saved = findJsonFile(file, KeychainFile);
      if (!saved) openFirstTime();
      else if (saved.method === 'keychain') ready(decryptWithSystem(saved.wrapped));
      else if (saved.method === 'passphrase') state = toState('needs_passphrase', null);
      else openKeyFile(saved);
    } catch (error) {
      log.error('the master key was not opened', error);
      state = toState('unavailable', error instanceof KeyError ? error.problem : 'keychain_file_damaged');
    }
  }

  function openFirstTime(): void {
    if (!system.isAvailable()) {
      state = toState('needs_new_secret', null);
      return;
    }
    const fresh = randomBytes(KEY_BYTES);
    const wrapped = encryptWithSystem(fresh);
    // Read back before anything depends on it: a keychain that forgets would cost the data.
    if (!decryptWithSystem(wrapped).equals(fresh)) throw new KeyError('keychain_closed');
    save({ version: 1, method: 'keychain', wrapped });
    ready(fresh);
  }

  function openKeyFile(saved: KeychainFile & { method: 'keyFile' }): void {
    try {
      ready(readChosenKeyFile(saved.path, saved.check));
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      state = { ...toState('needs_key_file', error.problem), keyFile: saved.path };
    }
  }

  async function unlockNow(secret: IpcArgument<'shell:unlock'>): Promise<UnlockResult> {
    try {
      ready(
        secret.method === 'passphrase'
          ? await unlockByPassphrase(secret.passphrase)
          : await unlockByKeyFile(),
      );
      return { ok: true };
    } catch (error) {
      const problem = error instanceof KeyError ? error.problem : 'keychain_file_damaged';
      log.warn('unlocking did not succeed:', problem);
      return { ok: false, problem };
    }
  }

  async function unlockByPassphrase(passphrase: string): Promise<Buffer> {
    const text = passphrase.normalize('NFKC');
    if (state.status === 'needs_passphrase') return unwrap(findSaved('passphrase'), text);
    if (state.status !== 'needs_new_secret') throw new KeyError('not_asked');
    if (Array.from(text).length < MIN_PASSPHRASE_LENGTH) throw new KeyError('passphrase_too_short');
    const fresh = randomBytes(KEY_BYTES);
    save(await wrap(fresh, text));
    return fresh;
  }

  async function unlockByKeyFile(): Promise<Buffer> {
    if (state.status === 'needs_key_file') {
      const saved = findSaved('keyFile');
      const path = (await dialog.chooseExisting(saved.path)) ?? cancelled();
      const found = readChosenKeyFile(path, saved.check);
      if (path !== saved.path) save({ ...saved, path });
      return found;
    }
    if (state.status !== 'needs_new_secret') throw new KeyError('not_asked');
    const path = (await dialog.chooseNew()) ?? cancelled();
    const { bytes, created } = createKeyFile(path);
    try {
      save({ version: 1, method: 'keyFile', path, check: toCheck(bytes) });
    } catch (error) {
      if (created) rmSync(path, { force: true });
      throw error;
    }
    return bytes;
  }

  function findSaved<M extends KeychainFile['method']>(method: M): KeychainFile & { method: M } {
    const saved = findJsonFile(file, KeychainFile);
    if (!saved || !isMethod(saved, method)) throw new KeyError('keychain_file_damaged');
    return saved;
  }

  function encryptWithSystem(bytes: Buffer): string {
    try {
      return system.encrypt(bytes.toString('base64')).toString('base64');
    } catch (cause) {
      throw new KeyError('keychain_closed', { cause });
    }
  }

  function decryptWithSystem(wrapped: string): Buffer {
    if (!system.isAvailable()) throw new KeyError('keychain_closed');
    let text: string;
    try {
      text = system.decrypt(Buffer.from(wrapped, 'base64'));
    } catch (cause) {
      throw new KeyError('keychain_closed', { cause });
    }
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== KEY_BYTES) throw new KeyError('keychain_file_damaged');
    return bytes;
  }

  function save(value: KeychainFile): void {
    try {
      writeJsonFile(file, value);
    } catch (cause) {
      throw new KeyError('not_saved', { cause });
    }
  }

  function ready(bytes: Buffer): void {
    key = bytes;
    state = toState('ready', null);
  }

  return {
    get state() {
      return state;
    },
    get masterKey() {
      return key?.toString('base64');
    },
    open,
    unlock(secret) {
      // One at a time: two guesses at once would only share the memory that makes guessing dear.
      const result = turn.then(() =>
        key ? { ok: false as const, problem: 'not_asked' as const } : unlockNow(secret),
      );
      turn = result;
      return result;
    },
  };
}

function toState(status: KeychainStatus, problem: KeyProblem | null): KeychainState {
  return { status, canUseKeyFile: true, problem, keyFile: null };
}

function cancelled(): never {
  throw new KeyError('cancelled');
}

function isMethod<M extends KeychainFile['method']>(
  saved: KeychainFile,
  method: M,
): saved is KeychainFile & { method: M } {
  return saved.method === method;
}

async function wrap(key: Buffer, passphrase: string): Promise<PassphraseFile> {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt), iv).setAAD(WRAP_CONTEXT);
  const data = Buffer.concat([cipher.update(key), cipher.final()]);
  return {
    version: 1,
    method: 'passphrase',
    kdf: { ...SCRYPT, salt: salt.toString('base64') },
    wrapped: {
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    },
  };
}

async function unwrap({ kdf, wrapped }: PassphraseFile, passphrase: string): Promise<Buffer> {
  const derived = await derive(passphrase, Buffer.from(kdf.salt, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', derived, Buffer.from(wrapped.iv, 'base64'))
    .setAAD(WRAP_CONTEXT)
    .setAuthTag(Buffer.from(wrapped.tag, 'base64'));
  try {
    return Buffer.concat([decipher.update(Buffer.from(wrapped.data, 'base64')), decipher.final()]);
  } catch (cause) {
    throw new KeyError('passphrase_wrong', { cause });
  }
}

function derive(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, { ...SCRYPT, maxmem: SCRYPT_MAX_MEMORY }, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}

function toCheck(key: Buffer): string {
  return createHmac('sha256', key).update('countersign key file check v1').digest('base64');
}

function readChosenKeyFile(path: string, check: string): Buffer {
  const bytes = readKeyFile(path);
  const same = timingSafeEqual(Buffer.from(toCheck(bytes), 'base64'), Buffer.from(check, 'base64'));
  if (!same) throw new KeyError('key_file_wrong');
  return bytes;
}

/** Makes a key file, or reads the one that has this name; never overwrites. */
function createKeyFile(path: string): { bytes: Buffer; created: boolean } {
  const bytes = randomBytes(KEY_BYTES);
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return { bytes: readKeyFile(path), created: false };
    throw new KeyError('not_saved', { cause });
  }
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } catch (cause) {
    rmSync(path, { force: true });
    throw new KeyError('not_saved', { cause });
  } finally {
    closeSync(file);
  }
  return { bytes, created: true };
}

/** @throws {KeyError} unless it is a plain file of exactly 32 bytes that only this account can read */
function readKeyFile(path: string): Buffer {
  let file: number;
  try {
    // Without O_NONBLOCK a named pipe would hold the whole shell.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new KeyError(isMissing(cause) ? 'key_file_missing' : 'key_file_unreadable', { cause });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size !== KEY_BYTES) throw new KeyError('key_file_wrong');
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) throw new KeyError('key_file_exposed');
    const bytes = Buffer.alloc(KEY_BYTES);
    if (readSync(file, bytes, 0, KEY_BYTES, 0) !== KEY_BYTES) throw new KeyError('key_file_wrong');
    return bytes;
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    throw new KeyError('key_file_unreadable', { cause });
  } finally {
    closeSync(file);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
