import { randomBytes } from 'node:crypto';
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { filledText } from '../contract/common';
import { migrate } from '../db/migrate';
import { DATABASE_FILE, openDatabase, type OpenDatabase } from '../db/open';
import { createAuditLog } from '../gate/audit';
import {
  BackupFileError,
  decryptBackup,
  readBackupHeader,
  type OpenedBackup,
} from '../domain/backups/backup-file';
import { assertWhole } from '../domain/backups/copies';
import { swapDatabase } from '../domain/backups/swap';
import {
  findInstanceMode,
  openKeyring,
  recoverWithCode,
  WrongMasterKeyError,
  WrongRecoveryCodeError,
  type InstanceMode,
} from '../domain/identity/keyring';
import { readServerMasterKey, type ServerMasterKey } from '../domain/identity/master-key';
import { systemClock } from '../lib/clock';
import { acquireFolderLock } from '../lib/folder-lock';
import { randomIds } from '../lib/ids';
import { openVault, recoverVault, type Vault } from '../lib/vault';

import { CliError, parseGiven, type CliAnswer, type CliCommand, type CliIo } from './command';
import { cliCaller, configOf, databaseFileOf, findFolderMode, messageOf } from './data-folder';

const options = z.object({
  data: filledText(4_000),
  argument: filledText(4_000),
  recoveryCode: filledText(100).optional(),
});

export const restore: CliCommand = {
  path: ['restore'],
  summary:
    'Put a backup in place of a data folder’s content, which is kept beside it; not while a server uses it',
  argument: { name: 'file', summary: 'the backup, encrypted or plain' },
  options: [
    {
      flags: '--recovery-code <code>',
      summary:
        'where the master key is another one than when the backup was made; or COUNTERSIGN_RECOVERY_CODE',
    },
  ],
  run(given, io) {
    const { data, argument, recoveryCode = io.env['COUNTERSIGN_RECOVERY_CODE'] } = parseGiven(options, given);
    const file = resolve(argument);
    if (!existsSync(file)) throw new CliError('not_found', `${file}: there is no such file.`);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const lock = acquireFolderLock(data);
    try {
      return restoreFrom({ file, dataFolder: data, recoveryCode, masterKey: createKeySource(data, io) });
    } finally {
      lock[Symbol.dispose]();
    }
  },
};

interface Restore {
  readonly file: string;
  readonly dataFolder: string;
  readonly recoveryCode: string | undefined;
  readonly masterKey: KeySource;
}

/** The master key of a server's folder; made where there is none, as the server would at its first start. */
interface KeySource {
  get(): Buffer;
  /** Removes a key that was made for nothing. */
  undo(): void;
}

function createKeySource(dataFolder: string, io: CliIo): KeySource {
  let found: ServerMasterKey | undefined;
  return {
    get() {
      if (!found) {
        const { secrets } = configOf(dataFolder, io);
        const env = {
          COUNTERSIGN_MASTER_KEY_FILE: secrets.masterKeyFile,
          COUNTERSIGN_MASTER_KEY: secrets.masterKey,
        };
        found = readServerMasterKey({ env, dataFolder, mayCreate: true });
      }
      return found.masterKey;
    },
    undo() {
      if (found?.wasCreated && found.path !== null) rmSync(found.path, { force: true });
    },
  };
}

function restoreFrom(request: Restore): CliAnswer {
  const { file, dataFolder } = request;
  // Beside its end, on the same disk: nothing is replaced before the backup was opened and found whole.
  const workshop = mkdtempSync(join(dataFolder, 'run', 'restore-'));
  try {
    const opened = readBackupHeader(file);
    const made = join(workshop, DATABASE_FILE);
    let usedRecoveryCode = false;
    if (opened.type === 'encrypted') {
      const { vault, isRecovered } = unlock(request, opened);
      usedRecoveryCode = isRecovered;
      decryptBackup({ source: file, target: made, vault, opened });
    } else {
      copyFileSync(file, made, constants.COPYFILE_EXCL);
      chmodSync(made, 0o600);
    }
    const { mode, isRewrapped } = prepare(request, workshop);
    const replaced = swapDatabase(databaseFileOf(dataFolder), made);
    const document = {
      restored: true,
      mode,
      replaced,
      usedRecoveryCode: usedRecoveryCode || isRewrapped,
      madeAt: opened.type === 'encrypted' ? opened.header.createdAt : null,
    };
    const kept = replaced === null ? '' : `\nWhat was there is kept as ${replaced}`;
    return { document, text: `Restored ${file} to ${resolve(dataFolder)}.${kept}` };
  } catch (error) {
    request.masterKey.undo();
    if (error instanceof BackupFileError) throw new CliError(error.code, error.message, error);
    throw error;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function unlock(
  request: Restore,
  { header }: Extract<OpenedBackup, { type: 'encrypted' }>,
): { readonly vault: Vault; readonly isRecovered: boolean } {
  if (header.mode === 'server' && request.recoveryCode === undefined) {
    try {
      return {
        vault: openVault(request.masterKey.get(), Buffer.from(header.dataKey, 'base64')),
        isRecovered: false,
      };
    } catch (cause) {
      throw codeNeeded(header.dataKeyRecovery !== null, cause);
    }
  }
  if (request.recoveryCode === undefined) throw codeNeeded(header.dataKeyRecovery !== null);
  if (header.dataKeyRecovery === null) {
    throw new WrongRecoveryCodeError('No recovery code was made before this backup.');
  }
  try {
    // The key it would be wrapped for is set when the database is prepared.
    const { vault } = recoverVault(
      request.recoveryCode,
      Buffer.from(header.dataKeyRecovery, 'base64'),
      randomBytes(32),
    );
    return { vault, isRecovered: true };
  } catch (cause) {
    throw new WrongRecoveryCodeError('This is not the recovery code of this backup.', cause);
  }
}

function codeNeeded(hasCode: boolean, cause?: unknown): CliError {
  return new CliError(
    'recovery_code_needed',
    hasCode
      ? 'The master key here is not the one this backup was made under. Give --recovery-code, or name that key.'
      : 'The master key here is not the one this backup was made under, and it has no recovery code: only that key opens it.',
    cause,
  );
}

/** Makes sure that what was restored is whole and opens here, before anything is replaced. */
function prepare(
  request: Restore,
  workshop: string,
): { readonly mode: InstanceMode; readonly isRewrapped: boolean } {
  const { dataFolder, recoveryCode } = request;
  let database: OpenDatabase;
  try {
    assertWhole(join(workshop, DATABASE_FILE));
    database = openDatabase(workshop, (sqlite) => migrate(sqlite));
  } catch (cause) {
    if (cause instanceof CliError || cause instanceof BackupFileError) throw cause;
    throw new CliError('damaged', `The backup can't be opened (${messageOf(cause)}).`, cause);
  }
  try {
    const mode = findInstanceMode(database.reader);
    if (mode === undefined) throw new CliError('damaged', 'The backup does not say whose it is.');
    const present = findPresentMode(dataFolder);
    if (present !== undefined && present !== mode) {
      throw new CliError('damaged', `The backup is of a ${mode}, the data folder of a ${present}.`);
    }
    // A desktop's key is in a keychain: the app opens what was restored, and asks for the code where it can't.
    if (mode === 'desktop') return { mode, isRewrapped: false };
    return { mode, isRewrapped: openHere(database, request.masterKey.get(), recoveryCode) };
  } finally {
    database[Symbol.dispose]();
  }
}

/** Undefined for a folder without data, or with data that is damaged: that is what backups are for. */
function findPresentMode(dataFolder: string): InstanceMode | undefined {
  try {
    return findFolderMode(dataFolder);
  } catch {
    return undefined;
  }
}

/** Opens the keys with the master key of this folder, wrapping them anew if the code is given; writes it down. */
function openHere(database: OpenDatabase, masterKey: Buffer, recoveryCode: string | undefined): boolean {
  const { writer, reader } = database;
  const keys = { writer, reader, ids: randomIds, masterKey, mode: 'server' as const };
  let isRewrapped = false;
  let keyring;
  try {
    keyring = openKeyring(keys);
  } catch (error) {
    if (!(error instanceof WrongMasterKeyError)) throw error;
    if (recoveryCode === undefined) throw codeNeeded(true, error);
    recoverWithCode({ writer, reader, code: recoveryCode, masterKey });
    keyring = openKeyring(keys);
    isRewrapped = true;
  }
  const audit = createAuditLog({ vault: keyring.vault, signingKey: keyring.auditSigningKey });
  const entry = { type: 'backup.restored', caller: cliCaller(), data: { isRewrapped } };
  writer.transaction((tx) => audit.append(tx, entry, systemClock.now()), { isDurable: true });
  return isRewrapped;
}
