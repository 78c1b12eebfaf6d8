import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate';
import { openDatabase, type OpenDatabase } from '../../db/open';
import { randomIds } from '../../lib/ids';
import {
  DamagedKeyringError,
  findInstanceMode,
  isNewDataFolder,
  openKeyring,
  recoverWithCode,
  WrongMasterKeyError,
  WrongModeError,
  WrongRecoveryCodeError,
  type InstanceMode,
  type Keyring,
} from './keyring';

let folder: string;
let database: OpenDatabase;
const masterKey = randomBytes(32);

const open = (key: Buffer = masterKey, mode: InstanceMode = 'desktop'): Keyring =>
  openKeyring({ ...database, ids: randomIds, masterKey: key, mode });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keyring-'));
  database = openDatabase(folder, migrate);
});
afterEach(() => {
  database[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('the keyring', () => {
  it('makes keys once and opens the same ones afterwards', () => {
    expect(isNewDataFolder(database.reader)).toBe(true);
    const first = open();
    const second = open();
    expect(isNewDataFolder(database.reader)).toBe(false);
    expect(second.instanceId).toBe(first.instanceId);
    expect(second.auditSigningKey).toBe(first.auditSigningKey);
    expect(second.vault.key('tokens')).toEqual(first.vault.key('tokens'));
    expect(createPrivateKey(first.auditSigningKey).asymmetricKeyType).toBe('ed25519');
    expect(findInstanceMode(database.reader)).toBe('desktop');
  });

  it('keeps neither the master key nor the signing key readable on disk', () => {
    const { auditSigningKey } = open();
    database.raw.write.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(database.file);
    const body = auditSigningKey.split('\n')[1] ?? '';
    expect(body.length).toBeGreaterThan(40);
    expect(bytes.includes(body)).toBe(false);
    expect(bytes.includes(masterKey)).toBe(false);
    expect(bytes.includes(Buffer.from(body, 'base64').subarray(-32))).toBe(false);
  });

  it('names a wrong master key, and a key of the wrong length', () => {
    open();
    expect(() => open(randomBytes(32))).toThrow(WrongMasterKeyError);
    expect(() => open(randomBytes(31))).toThrow('A master key has 32 bytes, not 31');
  });

  it('belongs to one mode for good', () => {
    open();
    expect(() => open(masterKey, 'server')).toThrow(WrongModeError);
  });

  it('refuses a mode or an instance id that was edited in the file', () => {
    open();
    const edit = database.raw.write.prepare('UPDATE instance SET value = ? WHERE name = ?');
    edit.run(Buffer.from('server'), 'mode');
    expect(() => open(masterKey, 'server')).toThrow(DamagedKeyringError);
    edit.run(Buffer.from('desktop'), 'mode');
    edit.run(Buffer.from(randomIds.uuid()), 'instance_id');
    expect(() => open()).toThrow(DamagedKeyringError);
  });

  it('does not make new keys where the data key was taken away', () => {
    open();
    database.raw.write.prepare("DELETE FROM instance WHERE name = 'data_key'").run();
    expect(() => open()).toThrow(DamagedKeyringError);
  });
});

describe('the recovery code', () => {
  it('counts only when its last group was typed', () => {
    const keyring = open();
    const code = keyring.createRecoveryCode();
    expect(code).toMatch(/^[3-9A-Y]{4}(-[3-9A-Y]{4}){5}$/);
    expect(() => keyring.confirmRecoveryCode('XXXX-')).toThrow('is not the last group of the code');
    expect(keyring.hasRecoveryCode()).toBe(false);
    expect(() => recoverWithCode({ ...database, code, masterKey: randomBytes(32) })).toThrow(
      WrongRecoveryCodeError,
    );
    keyring.confirmRecoveryCode(` ${code.slice(-4).toLowerCase()} `);
    expect(keyring.hasRecoveryCode()).toBe(true);
    expect(() => keyring.confirmRecoveryCode(code.slice(-4))).toThrow('No recovery code waits');
  });

  it('opens the data with a new master key, and no other code does', () => {
    const keyring = open();
    const code = keyring.createRecoveryCode();
    keyring.confirmRecoveryCode(code.slice(-4));
    const newKey = randomBytes(32);
    expect(() => recoverWithCode({ ...database, code: randomIds.recoveryCode(), masterKey: newKey })).toThrow(
      WrongRecoveryCodeError,
    );
    recoverWithCode({ ...database, code: code.toLowerCase().replaceAll('-', ' '), masterKey: newKey });
    const recovered = open(newKey);
    expect(recovered.instanceId).toBe(keyring.instanceId);
    expect(recovered.vault.key('decisions')).toEqual(keyring.vault.key('decisions'));
    expect(() => open(masterKey)).toThrow(WrongMasterKeyError);
  });

  it('is replaced by a newer one once that is confirmed, not before', () => {
    const keyring = open();
    const older = keyring.createRecoveryCode();
    keyring.confirmRecoveryCode(older.slice(-4));
    const newer = keyring.createRecoveryCode();
    recoverWithCode({ ...database, code: older, masterKey });
    keyring.confirmRecoveryCode(newer.slice(-4));
    expect(() => recoverWithCode({ ...database, code: older, masterKey })).toThrow(WrongRecoveryCodeError);
    recoverWithCode({ ...database, code: newer, masterKey });
  });
});
