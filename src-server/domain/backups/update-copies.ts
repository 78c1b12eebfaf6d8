import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { UpdateCopy } from '../../contract/process';
import { DATABASE_FILE, type Reader, type Sqlite } from '../../db/open';
import * as schema from '../../db/schema';
import { openVault, recoverVault, type Vault } from '../../lib/vault';
import { VERSION } from '../../version';
import { findFact } from '../identity/instance.repo';
import { findInstanceMode, WrongMasterKeyError, WrongRecoveryCodeError } from '../identity/keyring';
import { BackupFileError, decryptBackup, encryptBackup, readBackupHeader } from './backup-file';
import { assertWhole, copyDatabaseNow } from './copies';
import { swapDatabase } from './swap';

/**
 * Before an update changes a data folder its database is copied to `DATA/backups/before-<migration>-<time>.csb`,
 * encrypted as every backup is. The newest five stay. One of them can be put back in one click; the file that it
 * replaces is kept beside it.
 */
const FOLDER = 'backups';
const KEPT = 5;
const NAME = /^before-[A-Za-z0-9_]{1,80}-\d{8}T\d{9}Z\.csb$/;
/** More names than that are not ours; no folder is read for ever. */
const MAX_NAMES = 1_000;

export function updateCopiesFolder(dataFolder: string): string {
  return join(dataFolder, FOLDER);
}

/**
 * Copies an open database that waits to be migrated; a new one, without keys yet, has nothing to lose and is not
 * copied. Answers the copy's file.
 * @throws WrongMasterKeyError, WrongRecoveryCodeError before anything is written; the update must not go on then
 */
export function makeUpdateCopy({
  dataFolder,
  sqlite,
  pending,
  masterKey,
  recoveryCode,
  now,
}: {
  readonly dataFolder: string;
  readonly sqlite: Sqlite;
  /** Names of the migrations that would run, in order. */
  readonly pending: readonly string[];
  readonly masterKey: Buffer;
  readonly recoveryCode?: string | undefined;
  readonly now: number;
}): string | undefined {
  const reader: Reader = drizzle(sqlite, { schema });
  const dataKey = findFact(reader, 'data_key');
  const mode = findInstanceMode(reader);
  if (!dataKey || !mode) return undefined;
  const dataKeyRecovery = findFact(reader, 'data_key_recovery') ?? null;
  const vault = openCopyVault({ dataKey, dataKeyRecovery, masterKey, recoveryCode });
  const folder = updateCopiesFolder(dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const workshop = mkdtempSync(join(folder, '.copy-'));
  try {
    const plain = join(workshop, 'copy.db');
    copyDatabaseNow(sqlite, plain);
    const sealed = join(workshop, 'copy.csb');
    const createdAt = new Date(now).toISOString();
    encryptBackup({
      source: plain,
      target: sealed,
      vault,
      about: {
        createdAt,
        appVersion: VERSION,
        mode,
        instanceId: findFact(reader, 'instance_id')?.toString('utf8') ?? '',
        dataKey: dataKey.toString('base64'),
        dataKeyRecovery: dataKeyRecovery?.toString('base64') ?? null,
      },
    });
    const migration = basename(pending[0] ?? 'update', '.sql')
      .replaceAll(/\W/g, '_')
      .slice(0, 80);
    const file = join(folder, `before-${migration}-${createdAt.replaceAll(/[-:.]/g, '')}.csb`);
    renameSync(sealed, file);
    prune(folder);
    return file;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** The newest copy that can be read, for the offer to put it back. Never fails. */
export function findUpdateCopy(dataFolder: string): UpdateCopy | undefined {
  for (const name of listNames(updateCopiesFolder(dataFolder))) {
    try {
      const opened = readBackupHeader(join(updateCopiesFolder(dataFolder), name));
      if (opened.type !== 'encrypted') continue;
      return { name, madeAt: opened.header.createdAt };
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * Puts a copy in place of the database of a folder that this process holds and has not opened. Nothing is touched
 * before the copy was opened and found whole; the newer file stays beside it under the name that is the answer.
 * @throws BackupFileError for a name that is none of ours and a damaged copy; WrongMasterKeyError
 */
export function restoreUpdateCopy({
  dataFolder,
  name,
  masterKey,
  recoveryCode,
}: {
  readonly dataFolder: string;
  readonly name: string;
  readonly masterKey: Buffer;
  readonly recoveryCode?: string | undefined;
}): string | null {
  const folder = updateCopiesFolder(dataFolder);
  const file = join(folder, name);
  if (!NAME.test(name) || !existsSync(file))
    throw new BackupFileError(`${name} is no copy of this data folder.`);
  const opened = readBackupHeader(file);
  if (opened.type !== 'encrypted') throw new BackupFileError(`${name} is not encrypted and none of ours.`);
  const { dataKey, dataKeyRecovery } = opened.header;
  const vault = openCopyVault({
    dataKey: Buffer.from(dataKey, 'base64'),
    dataKeyRecovery: dataKeyRecovery === null ? null : Buffer.from(dataKeyRecovery, 'base64'),
    masterKey,
    recoveryCode,
  });
  const workshop = mkdtempSync(join(folder, '.restore-'));
  try {
    const made = join(workshop, DATABASE_FILE);
    decryptBackup({ source: file, target: made, vault, opened });
    assertWhole(made);
    return swapDatabase(join(dataFolder, DATABASE_FILE), made);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function openCopyVault({
  dataKey,
  dataKeyRecovery,
  masterKey,
  recoveryCode,
}: {
  readonly dataKey: Buffer;
  readonly dataKeyRecovery: Buffer | null;
  readonly masterKey: Buffer;
  readonly recoveryCode: string | undefined;
}): Vault {
  if (recoveryCode !== undefined && dataKeyRecovery !== null) {
    try {
      return recoverVault(recoveryCode, dataKeyRecovery, masterKey).vault;
    } catch (cause) {
      throw new WrongRecoveryCodeError('This is not the recovery code of this data folder.', cause);
    }
  }
  try {
    return openVault(masterKey, dataKey);
  } catch (cause) {
    throw new WrongMasterKeyError(cause);
  }
}

/** Newest first. */
function listNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const stampOf = (name: string): string => name.slice(-'20260101T000000000Z.csb'.length);
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort((left, right) => stampOf(right).localeCompare(stampOf(left)))
    .slice(0, MAX_NAMES);
}

function prune(folder: string): void {
  for (const name of listNames(folder).slice(KEPT)) rmSync(join(folder, name), { force: true });
}
