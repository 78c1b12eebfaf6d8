import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeychain } from './keychain';
import type { KeyFileDialog, SystemKeychain } from './keychain';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PASSPHRASE = 'correct horse battery';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keychain-'));
});

/** Stands for the operating system: a keychain that works as long as it is open. */
function systemKeychain(): SystemKeychain & { isOpen: boolean } {
  const pad = randomBytes(64);
  const mask = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte, i) => byte ^ (pad[i % 64] ?? 0)));
  return {
    isOpen: true,
    isAvailable() {
      return this.isOpen;
    },
    encrypt: (text) => mask(Buffer.from(text)),
    decrypt: (bytes) => mask(bytes).toString(),
  };
}

const noKeychain: SystemKeychain = {
  isAvailable: () => false,
  encrypt: () => {
    throw new Error('no keychain');
  },
  decrypt: () => {
    throw new Error('no keychain');
  },
};

function answer(path: string | undefined): KeyFileDialog {
  return { chooseNew: () => Promise.resolve(path), chooseExisting: () => Promise.resolve(path) };
}

function open(system: SystemKeychain = noKeychain, dialog: KeyFileDialog = answer(undefined)) {
  const keychain = createKeychain({ file: join(folder, 'keychain.json'), system, dialog, log: silent });
  keychain.open();
  return keychain;
}

describe('with a keychain of the system', () => {
  it('makes a key of 32 bytes at first and finds the same one again', () => {
    const system = systemKeychain();
    const first = open(system);
    expect(first.state).toEqual({ status: 'ready', canUseKeyFile: true, problem: null, keyFile: null });
    expect(Buffer.from(first.masterKey ?? '', 'base64')).toHaveLength(32);
    expect(open(system).masterKey).toBe(first.masterKey);
  });

  it('never leaves the key readable on disk', () => {
    const keychain = open(systemKeychain());
    const text = readFileSync(join(folder, 'keychain.json'), 'utf8');
    expect(text).not.toContain(keychain.masterKey);
    expect(statSync(join(folder, 'keychain.json')).mode & 0o777).toBe(0o600);
  });

  it('says that the keychain is closed, makes no other key, and opens once it is there again', () => {
    const system = systemKeychain();
    const key = open(system).masterKey;
    system.isOpen = false;
    const keychain = open(system);
    expect(keychain.state).toMatchObject({ status: 'unavailable', problem: 'keychain_closed' });
    expect(keychain.masterKey).toBeUndefined();
    system.isOpen = true;
    keychain.open();
    expect(keychain.masterKey).toBe(key);
  });

  it('takes no passphrase in the place of a closed keychain', async () => {
    const system = systemKeychain();
    open(system);
    system.isOpen = false;
    const keychain = open(system);
    expect(await keychain.unlock({ method: 'passphrase', passphrase: PASSPHRASE })).toEqual({
      ok: false,
      problem: 'not_asked',
    });
  });

  it('does not use a keychain that gives back something else', () => {
    const keychain = open({ ...systemKeychain(), decrypt: () => randomBytes(32).toString('base64') });
    expect(keychain.state).toMatchObject({ status: 'unavailable', problem: 'keychain_closed' });
    expect(existsSync(join(folder, 'keychain.json'))).toBe(false);
  });
});

describe('without a keychain', () => {
  it('asks, and has no key until it is told a secret', () => {
    const keychain = open();
    expect(keychain.state.status).toBe('needs_new_secret');
    expect(keychain.masterKey).toBeUndefined();
    expect(existsSync(join(folder, 'keychain.json'))).toBe(false);
  });

  it('takes a passphrase of 12 characters, and asks for the same one at the next start', async () => {
    const keychain = open();
    expect(await keychain.unlock({ method: 'passphrase', passphrase: 'elevenchars' })).toEqual({
      ok: false,
      problem: 'passphrase_too_short',
    });
    expect(await keychain.unlock({ method: 'passphrase', passphrase: PASSPHRASE })).toEqual({ ok: true });
    expect(keychain.state.status).toBe('ready');

    const next = open();
    expect(next.state.status).toBe('needs_passphrase');
    expect(await next.unlock({ method: 'passphrase', passphrase: `${PASSPHRASE}!` })).toEqual({
      ok: false,
      problem: 'passphrase_wrong',
    });
    expect(next.masterKey).toBeUndefined();
    expect(await next.unlock({ method: 'passphrase', passphrase: PASSPHRASE })).toEqual({ ok: true });
    expect(next.masterKey).toBe(keychain.masterKey);
  });

  it('takes a passphrase however its accents were composed', async () => {
    await open().unlock({ method: 'passphrase', passphrase: 'caf\u00e9 caf\u00e9 caf\u00e9' });
    const next = open();
    expect(
      await next.unlock({ method: 'passphrase', passphrase: 'cafe\u0301 cafe\u0301 cafe\u0301' }),
    ).toEqual({
      ok: true,
    });
  });

  it('keeps a passphrase as what was chosen although a keychain has come since', async () => {
    await open().unlock({ method: 'passphrase', passphrase: PASSPHRASE });
    expect(open(systemKeychain()).state.status).toBe('needs_passphrase');
  });

  it('makes a key file of 32 bytes for this account alone, and opens with it by itself next time', async () => {
    const path = join(folder, 'my.key');
    const keychain = open(noKeychain, answer(path));
    expect(await keychain.unlock({ method: 'keyFile' })).toEqual({ ok: true });
    expect(statSync(path)).toMatchObject({ size: 32 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const next = open();
    expect(next.state.status).toBe('ready');
    expect(next.masterKey).toBe(keychain.masterKey);
  });

  it('uses a key file that exists and never replaces a file', async () => {
    const key = randomBytes(32);
    writeFileSync(join(folder, 'my.key'), key, { mode: 0o600 });
    const keychain = open(noKeychain, answer(join(folder, 'my.key')));
    expect(await keychain.unlock({ method: 'keyFile' })).toEqual({ ok: true });
    expect(keychain.masterKey).toBe(key.toString('base64'));

    folder = mkdtempSync(join(tmpdir(), 'keychain-'));
    writeFileSync(join(folder, 'letter.txt'), 'Dear Sir', { mode: 0o600 });
    const other = open(noKeychain, answer(join(folder, 'letter.txt')));
    expect(await other.unlock({ method: 'keyFile' })).toEqual({ ok: false, problem: 'key_file_wrong' });
    expect(readFileSync(join(folder, 'letter.txt'), 'utf8')).toBe('Dear Sir');
  });

  it('refuses a key file that other accounts can read', async () => {
    writeFileSync(join(folder, 'my.key'), randomBytes(32));
    chmodSync(join(folder, 'my.key'), 0o644);
    const keychain = open(noKeychain, answer(join(folder, 'my.key')));
    expect(await keychain.unlock({ method: 'keyFile' })).toEqual({ ok: false, problem: 'key_file_exposed' });
  });

  it('asks for the key file when it is not where it was, takes it elsewhere, and no other one', async () => {
    const path = join(folder, 'my.key');
    const first = open(noKeychain, answer(path));
    await first.unlock({ method: 'keyFile' });
    const moved = join(folder, 'moved.key');
    writeFileSync(moved, readFileSync(path), { mode: 0o600 });
    writeFileSync(path, randomBytes(32));
    expect(open().state).toEqual({
      status: 'needs_key_file',
      canUseKeyFile: true,
      problem: 'key_file_wrong',
      keyFile: path,
    });
    const stranger = open(noKeychain, answer(path));
    expect(await stranger.unlock({ method: 'keyFile' })).toEqual({ ok: false, problem: 'key_file_wrong' });

    const keychain = open(noKeychain, answer(moved));
    expect(await keychain.unlock({ method: 'keyFile' })).toEqual({ ok: true });
    expect(keychain.masterKey).toBe(first.masterKey);
    expect(open().masterKey).toBe(first.masterKey);
  });

  it('changes nothing when the dialog is closed', async () => {
    const keychain = open();
    expect(await keychain.unlock({ method: 'keyFile' })).toEqual({ ok: false, problem: 'cancelled' });
    expect(keychain.state.status).toBe('needs_new_secret');
  });

  it('does not start afresh over a damaged file', async () => {
    writeFileSync(join(folder, 'keychain.json'), '{"version":1,"method":"passphrase"');
    const keychain = open(systemKeychain());
    expect(keychain.state).toMatchObject({ status: 'unavailable', problem: 'keychain_file_damaged' });
    expect((await keychain.unlock({ method: 'passphrase', passphrase: PASSPHRASE })).ok).toBe(false);
    expect(readFileSync(join(folder, 'keychain.json'), 'utf8')).toBe('{"version":1,"method":"passphrase"');
  });

  it('answers two unlocks at once one after the other', async () => {
    const keychain = open();
    const [first, second] = await Promise.all([
      keychain.unlock({ method: 'passphrase', passphrase: PASSPHRASE }),
      keychain.unlock({ method: 'passphrase', passphrase: `another ${PASSPHRASE}` }),
    ]);
    expect(first).toEqual({ ok: true });
    expect(second).toEqual({ ok: false, problem: 'not_asked' });
    expect((await open().unlock({ method: 'passphrase', passphrase: PASSPHRASE })).ok).toBe(true);
  });
});
