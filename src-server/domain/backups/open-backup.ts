import { chmodSync, copyFileSync, constants, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupContents } from '../../contract/console/data';
import { migrate } from '../../db/migrate';
import { DATABASE_FILE, openDatabase } from '../../db/open';
import { toIsoOrNull } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { randomIds } from '../../lib/ids';
import { openVault, recoverVault, type Vault } from '../../lib/vault';
import { findFact } from '../identity/instance.repo';
import {
  DamagedKeyringError,
  findInstanceMode,
  openKeyring,
  recoverWithCode,
  WrongMasterKeyError,
  WrongRecoveryCodeError,
  type InstanceMode,
} from '../identity/keyring';
import { BackupFileError, decryptBackupInSteps, readBackupHeader, type OpenedBackup } from './backup-file';
import { countWorld, lastAuditAt } from './backups.repo';
import { assertWhole } from './copies';
import { makeRestoreFolder, RESTORE_WORKSHOP } from './restore-plan';

/** A backup, opened into a folder of its own: a database of this version that this installation's key opens. */
export interface OpenBackup extends Disposable {
  readonly database: string;
  readonly contents: BackupContents;
}

/**
 * Opens a backup whole and makes it fit to be put in place: checked, migrated, its keys wrapped for our master key.
 * The backup itself is only read.
 * @throws AppError `validation` naming `source` or `recoveryCode`
 */
export async function openBackup({
  file,
  sourceName,
  dataFolder,
  masterKey,
  mode,
  instanceId,
  recoveryCode,
}: {
  readonly file: string;
  readonly sourceName: string;
  readonly dataFolder: string;
  readonly masterKey: Buffer;
  readonly mode: InstanceMode;
  readonly instanceId: string;
  readonly recoveryCode: string | undefined;
}): Promise<OpenBackup> {
  const workshop = mkdtempSync(join(makeRestoreFolder(dataFolder), RESTORE_WORKSHOP));
  try {
    const made = join(workshop, DATABASE_FILE);
    // A device or a pipe would never end.
    if (!statSync(file).isFile()) throw new BackupFileError(`${sourceName} is not a file.`);
    const opened = readBackupHeader(file);
    if (opened.type === 'encrypted') {
      const vault = unlock(opened, masterKey, recoveryCode);
      await decryptBackupInSteps({ source: file, target: made, vault, opened });
    } else {
      copyPlain(file, made);
    }
    assertWhole(made);
    const about = makeFit({ workshop, masterKey, mode, recoveryCode });
    return {
      database: made,
      contents: {
        sourceName,
        createdAt: opened.type === 'encrypted' ? opened.header.createdAt : null,
        appVersion: opened.type === 'encrypted' ? opened.header.appVersion : null,
        isEncrypted: opened.type === 'encrypted',
        isForeign: about.instanceId !== instanceId,
        dataUntil: about.dataUntil,
        usesRecoveryCode: about.isRewrapped,
        counts: about.counts,
      },
      [Symbol.dispose]: () => rmSync(workshop, { recursive: true, force: true }),
    };
  } catch (error) {
    rmSync(workshop, { recursive: true, force: true });
    throw toProblem(error);
  }
}

/** With its log, where it was kept with one. */
function copyPlain(file: string, made: string): void {
  for (const suffix of ['', '-wal']) {
    if (!existsSync(file + suffix)) continue;
    copyFileSync(file + suffix, made + suffix, constants.COPYFILE_EXCL);
    chmodSync(made + suffix, 0o600);
  }
}

function unlock(
  { header }: Extract<OpenedBackup, { type: 'encrypted' }>,
  masterKey: Buffer,
  recoveryCode: string | undefined,
): Vault {
  try {
    return openVault(masterKey, Buffer.from(header.dataKey, 'base64'));
  } catch (cause) {
    if (header.dataKeyRecovery === null) {
      throw new BackupFileError(
        'It was made under another key, and no recovery code was made before it: only that key opens it.',
        cause,
      );
    }
    if (recoveryCode === undefined) throw codeNeeded(cause);
  }
  try {
    return recoverVault(recoveryCode, Buffer.from(header.dataKeyRecovery, 'base64'), masterKey).vault;
  } catch (cause) {
    throw new WrongRecoveryCodeError('is not the recovery code of this backup', cause);
  }
}

function makeFit({
  workshop,
  masterKey,
  mode,
  recoveryCode,
}: {
  readonly workshop: string;
  readonly masterKey: Buffer;
  readonly mode: InstanceMode;
  readonly recoveryCode: string | undefined;
}) {
  const database = openDatabase(workshop, (sqlite) => migrate(sqlite));
  try {
    const { writer, reader } = database;
    const made = findInstanceMode(reader);
    if (made === undefined) throw new BackupFileError('It does not say whose it is.');
    if (made !== mode) throw new BackupFileError(`It is of a ${made}, and this is a ${mode}.`);
    let isRewrapped = false;
    try {
      openKeyring({ writer, reader, ids: randomIds, masterKey, mode });
    } catch (error) {
      if (!(error instanceof WrongMasterKeyError)) throw error;
      if (findFact(reader, 'data_key_recovery') === undefined)
        throw new BackupFileError('Only its own key opens it.');
      if (recoveryCode === undefined) throw codeNeeded(error);
      recoverWithCode({ writer, reader, code: recoveryCode, masterKey });
      openKeyring({ writer, reader, ids: randomIds, masterKey, mode });
      isRewrapped = true;
    }
    return {
      isRewrapped,
      instanceId: findFact(reader, 'instance_id')?.toString('utf8') ?? '',
      dataUntil: toIsoOrNull(lastAuditAt(reader)),
      counts: countWorld(reader),
    };
  } finally {
    database[Symbol.dispose]();
  }
}

function codeNeeded(cause: unknown): AppError {
  const message = 'is needed: this backup was made under another key';
  return new AppError('validation', `recoveryCode: ${message}.`, {
    fields: [{ path: 'recoveryCode', message }],
    reason: 'recovery_code_needed',
    details: { needs: 'recoveryCode' },
    cause,
  });
}

/** Whatever is wrong with a file is what the person gave us; anything else is ours. */
function toProblem(error: unknown): unknown {
  if (error instanceof WrongRecoveryCodeError) {
    const message = 'is not the recovery code of this backup';
    return new AppError('validation', `recoveryCode: ${message}.`, {
      reason: 'recovery_code_wrong',
      fields: [{ path: 'recoveryCode', message }],
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC')
    return new AppError('unavailable', 'The disk is full: a backup is opened beside the data.', {
      reason: 'disk_full',
      cause: error,
    });
  const isOfFile =
    error instanceof BackupFileError ||
    error instanceof DamagedKeyringError ||
    /^(?:SQLITE_|E[A-Z])/.test(code);
  if (!(error instanceof Error)) return error;
  if (!isOfFile) return error;
  const isOutdated = error instanceof BackupFileError && error.code === 'outdated';
  return new AppError('validation', `source: ${error.message}`, {
    reason: isOutdated ? 'backup_outdated' : 'backup_unreadable',
    fields: [{ path: 'source', message: error.message }],
    cause: error,
  });
}
