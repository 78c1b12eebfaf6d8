import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Db, Reader, Tx, Writer } from '../../db/open';
import { AppError } from '../../lib/errors';
import { normaliseCode, type Ids } from '../../lib/ids';
import { createWrappedDataKey, openVault, recoverVault, secretsEqual, type Vault } from '../../lib/vault';
import { findFact, insertFact, putFact } from './instance.repo';

/**
 * The keys of one data folder, in the table `instance`:
 *
 *   data_key            the data key, wrapped by the master key
 *   data_key_recovery   the same, wrapped by the recovery code, once that was confirmed as saved
 *   instance_id, mode   plain, for commands that hold no key
 *   identity_seal       the instance id, sealed with the mode as its context: an edited mode or id opens nothing
 *   audit_signing_key   Ed25519, PKCS8 PEM, sealed
 *   audit_public_key    its public part, SPKI PEM, plain: `cli audit verify` needs no key
 *
 * The mode is what separates sessions that decide from those that never do (decisions §0), hence the seal.
 */
export interface Keyring {
  readonly vault: Vault;
  readonly instanceId: string;
  readonly mode: InstanceMode;
  /** Ed25519 private key, PKCS8 PEM: signs the audit chain's head and checkpoints. */
  readonly auditSigningKey: string;
  /** A recovery code was shown and confirmed as saved. */
  hasRecoveryCode(db?: Db): boolean;
  /** A new code, to be shown once. It is held in memory and replaces an older one only when confirmed. */
  createRecoveryCode(): string;
  /**
   * Stores the data key wrapped by the code last made, if `lastGroup` is its last group of four; `alongside` writes
   * in the same transaction.
   * @throws AppError `validation` for another group; `invalid_transition` when no code waits to be confirmed
   */
  confirmRecoveryCode(lastGroup: string, alongside?: (tx: Tx) => void): void;
}

/** Fixed when the data folder is made. */
export type InstanceMode = 'desktop' | 'server';

/** The master key does not open this data folder; its recovery code does. */
export class WrongMasterKeyError extends Error {
  constructor(cause?: unknown) {
    super('The master key is not the one of this data folder.', { cause });
    this.name = 'WrongMasterKeyError';
  }
}

/** The data folder was made for the other mode. */
export class WrongModeError extends Error {
  constructor(readonly actual: InstanceMode) {
    super(`This data folder belongs to ${actual === 'desktop' ? 'a desktop' : 'a server'}.`);
    this.name = 'WrongModeError';
  }
}

/** Rows of the keyring are missing or were changed by somebody else; a backup helps. */
export class DamagedKeyringError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DamagedKeyringError';
  }
}

/** The recovery code is wrong, or none was ever confirmed for this data folder. */
export class WrongRecoveryCodeError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'WrongRecoveryCodeError';
  }
}

const MASTER_KEY_BYTES = 32;

interface Connections {
  readonly writer: Writer;
  readonly reader: Reader;
}

/** The mode of a data folder without its keys, for commands that must refuse a desktop; undefined when it is new. */
export function findInstanceMode(reader: Reader): InstanceMode | undefined {
  const value = findFact(reader, 'mode')?.toString('utf8');
  return value === 'desktop' || value === 'server' ? value : undefined;
}

/** The public part of the audit chain's key, SPKI PEM, without any key of ours; see `openAuditPublicKey`. */
export function findAuditPublicKey(reader: Reader): string | undefined {
  return findFact(reader, 'audit_public_key')?.toString('utf8');
}

/**
 * The public part derived from the sealed key: who has the master key need not trust the plain one, which whoever
 * can write the file can replace.
 * @throws WrongMasterKeyError, DamagedKeyringError
 */
export function openAuditPublicKey(reader: Reader, masterKey: Buffer): string {
  return publicPemOf(openSigningKey(reader, unlock(reader, masterKey)));
}

function publicPemOf(privatePem: string): string {
  return createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString();
}

/** Whether `openKeyring` would make keys, rather than open those that are there. */
export function isNewDataFolder(reader: Reader): boolean {
  return findFact(reader, 'data_key') === undefined;
}

/**
 * Opens the keys of a data folder, or makes them on the first start.
 * @throws WrongMasterKeyError, WrongModeError, DamagedKeyringError; RangeError unless the master key has 32 bytes
 */
export function openKeyring({
  writer,
  reader,
  ids,
  masterKey,
  mode,
}: Connections & {
  readonly ids: Ids;
  readonly masterKey: Buffer;
  readonly mode: InstanceMode;
}): Keyring {
  assertMasterKey(masterKey);
  if (isNewDataFolder(reader)) initialise({ writer, reader, ids, masterKey, mode });
  // Before the key is tried: a server started on a desktop's folder has the wrong key too, and that is not the point.
  const stored = findInstanceMode(reader);
  if (stored && stored !== mode) throw new WrongModeError(stored);
  const vault = unlock(reader, masterKey);
  const instanceId = getFact(reader, 'instance_id').toString('utf8');
  if (!stored || !isSealIntact(reader, vault, instanceId, stored)) {
    throw new DamagedKeyringError('The mode or the id of this data folder was changed from outside.');
  }
  return keyringOf({ writer, reader, ids }, { vault, instanceId, mode });
}

/**
 * Opens the data key with the recovery code and wraps it for a new master key; `openKeyring` works afterwards.
 * Takes about 0.1 s of the thread by design of scrypt.
 * @throws WrongRecoveryCodeError; RangeError unless the master key has 32 bytes
 */
export function recoverWithCode({
  writer,
  reader,
  code,
  masterKey,
}: Connections & { readonly code: string; readonly masterKey: Buffer }): void {
  assertMasterKey(masterKey);
  const wrapped = findFact(reader, 'data_key_recovery');
  if (!wrapped) throw new WrongRecoveryCodeError('No recovery code was made for this data folder.');
  let wrappedDataKey: Buffer;
  try {
    ({ wrappedDataKey } = recoverVault(code, wrapped, masterKey));
  } catch (cause) {
    throw new WrongRecoveryCodeError('This is not the recovery code of this data folder.', cause);
  }
  writer.transaction((tx) => putFact(tx, 'data_key', wrappedDataKey), { isDurable: true });
}

function assertMasterKey(masterKey: Buffer): void {
  if (masterKey.length !== MASTER_KEY_BYTES) {
    throw new RangeError(`A master key has ${MASTER_KEY_BYTES} bytes, not ${masterKey.length}`);
  }
}

function initialise({
  writer,
  reader,
  ids,
  masterKey,
  mode,
}: Connections & { readonly ids: Ids; readonly masterKey: Buffer; readonly mode: InstanceMode }): void {
  // Making new keys where old ones were would silently orphan everything sealed under them.
  if (findFact(reader, 'instance_id')) {
    throw new DamagedKeyringError('The data key of this data folder is missing.');
  }
  const wrapped = createWrappedDataKey(masterKey);
  const vault = openVault(masterKey, wrapped);
  const instanceId = ids.uuid();
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicPem = publicPemOf(pem);
  const facts: readonly (readonly [string, Buffer])[] = [
    ['data_key', wrapped],
    ['instance_id', Buffer.from(instanceId)],
    ['mode', Buffer.from(mode)],
    ['identity_seal', vault.seal('signing-keys', instanceId, sealContext(mode))],
    ['audit_signing_key', vault.seal('signing-keys', pem, 'audit_signing_key')],
    ['audit_public_key', Buffer.from(publicPem)],
  ];
  writer.transaction(
    (tx: Tx) => {
      for (const [name, value] of facts) insertFact(tx, name, value);
    },
    { isDurable: true },
  );
}

function unlock(reader: Reader, masterKey: Buffer): Vault {
  try {
    return openVault(masterKey, getFact(reader, 'data_key'));
  } catch (cause) {
    throw new WrongMasterKeyError(cause);
  }
}

function sealContext(mode: InstanceMode): string {
  return `instance/${mode}`;
}

function isSealIntact(reader: Reader, vault: Vault, instanceId: string, mode: InstanceMode): boolean {
  try {
    const bytes = vault.open('signing-keys', getFact(reader, 'identity_seal'), sealContext(mode));
    return bytes.toString('utf8') === instanceId;
  } catch {
    return false;
  }
}

function getFact(reader: Reader, name: string): Buffer {
  const value = findFact(reader, name);
  if (!value) throw new DamagedKeyringError(`The entry ${name} of this data folder is missing.`);
  return value;
}

function openSigningKey(reader: Reader, vault: Vault): string {
  try {
    return vault
      .open('signing-keys', getFact(reader, 'audit_signing_key'), 'audit_signing_key')
      .toString('utf8');
  } catch (cause) {
    if (cause instanceof DamagedKeyringError) throw cause;
    throw new DamagedKeyringError('The signing key of this data folder was changed from outside.', cause);
  }
}

function keyringOf(
  { writer, reader, ids }: Connections & { readonly ids: Ids },
  facts: Pick<Keyring, 'vault' | 'instanceId' | 'mode'>,
): Keyring {
  const { vault } = facts;
  const auditSigningKey = openSigningKey(reader, vault);
  if (findAuditPublicKey(reader) !== publicPemOf(auditSigningKey)) {
    throw new DamagedKeyringError('The public key of the audit log was changed from outside.');
  }
  let pendingCode: string | undefined;
  return {
    ...facts,
    auditSigningKey,

    hasRecoveryCode: (db = reader) => findFact(db, 'data_key_recovery') !== undefined,

    createRecoveryCode() {
      pendingCode = ids.recoveryCode();
      return pendingCode;
    },

    confirmRecoveryCode(lastGroup, alongside) {
      if (pendingCode === undefined) {
        throw new AppError('invalid_transition', 'No recovery code waits to be confirmed. Make a new one.', {
          reason: 'no_recovery_code',
        });
      }
      const expected = pendingCode.slice(pendingCode.lastIndexOf('-') + 1);
      if (!secretsEqual(normaliseCode(lastGroup), expected)) {
        throw new AppError('validation', 'lastGroup: is not the last group of the code', {
          reason: 'last_group_differs',
          fields: [{ path: 'lastGroup', message: 'is not the last group of the code' }],
        });
      }
      const wrapped = vault.wrapForRecovery(pendingCode);
      writer.transaction(
        (tx) => {
          putFact(tx, 'data_key_recovery', wrapped);
          alongside?.(tx);
        },
        { isDurable: true },
      );
      pendingCode = undefined;
    },
  };
}
