import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MASTER_KEY_FILE, MasterKeyError, readServerMasterKey } from './master-key';

let dataFolder: string;
const key = randomBytes(32);

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'countersign-master-key-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

describe('the master key of server mode', () => {
  it('is made beside the data when nothing else is set, for its owner alone, and found again', () => {
    const made = readServerMasterKey({ env: {}, dataFolder, mayCreate: true });
    expect(made).toMatchObject({ source: 'data-folder', isBesideData: true, wasCreated: true });
    expect(made.masterKey).toHaveLength(32);
    const path = join(dataFolder, MASTER_KEY_FILE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    const found = readServerMasterKey({ env: {}, dataFolder, mayCreate: true });
    expect(found.wasCreated).toBe(false);
    expect(found.masterKey).toEqual(made.masterKey);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not made anew for a folder that has data', () => {
    expect(() => readServerMasterKey({ env: {}, dataFolder, mayCreate: false })).toThrow(
      /can't be read \(ENOENT\)/,
    );
    expect(existsSync(join(dataFolder, MASTER_KEY_FILE))).toBe(false);
  });

  it.each([
    ['base64', key.toString('base64')],
    ['base64url without padding', key.toString('base64url')],
    ['hexadecimal in capitals', key.toString('hex').toUpperCase()],
    ['base64 with white space around it', ` ${key.toString('base64')}\n`],
  ])('is read as %s from the variable and from a file', (_form, text) => {
    const byVariable = readServerMasterKey({
      env: { COUNTERSIGN_MASTER_KEY: text },
      dataFolder,
      mayCreate: false,
    });
    expect(byVariable).toMatchObject({ source: 'variable', isBesideData: false, path: null });
    expect(byVariable.masterKey).toEqual(key);
    const path = join(dataFolder, 'elsewhere');
    writeFileSync(path, text);
    const byFile = readServerMasterKey({
      env: { COUNTERSIGN_MASTER_KEY_FILE: path, COUNTERSIGN_MASTER_KEY: 'not looked at' },
      dataFolder,
      mayCreate: false,
    });
    expect(byFile).toMatchObject({ source: 'file', isBesideData: false, path });
    expect(byFile.masterKey).toEqual(key);
  });

  it('is read as raw bytes from a file', () => {
    const path = join(dataFolder, 'raw');
    writeFileSync(path, key);
    const env = { COUNTERSIGN_MASTER_KEY_FILE: path };
    expect(readServerMasterKey({ env, dataFolder, mayCreate: false }).masterKey).toEqual(key);
  });

  it('is refused in any other form, without repeating it', () => {
    const path = join(dataFolder, 'file');
    const byFile = () =>
      readServerMasterKey({ env: { COUNTERSIGN_MASTER_KEY_FILE: path }, dataFolder, mayCreate: true });
    for (const text of ['', 'short', `${key.toString('hex')}00`, 'x'.repeat(2_000)]) {
      writeFileSync(path, text);
      expect(byFile).toThrow(MasterKeyError);
    }
    const env = { COUNTERSIGN_MASTER_KEY: 'hunter2' };
    expect(() => readServerMasterKey({ env, dataFolder, mayCreate: true })).toThrow(
      'COUNTERSIGN_MASTER_KEY: must be 32 bytes as base64 or hexadecimal',
    );
    rmSync(path);
    expect(byFile).toThrow("COUNTERSIGN_MASTER_KEY_FILE: can't be read (ENOENT)");
  });
});
