import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../context';
import type { Caller } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { VERSION } from '../../version';
import { findFact } from '../identity/instance.repo';
import {
  BackupFileError,
  decryptBackupInSteps,
  encryptBackupInSteps,
  hashFileInSteps,
  readBackupHeader,
  type OnProgress,
} from './backup-file';
import { assertReadable, copyDatabase } from './copies';
import { syncFolder } from './swap';

export interface WrittenBackup {
  readonly bytes: number;
  readonly isEncrypted: boolean;
  /** A recovery code opens it where the master key is gone. */
  readonly isRecoverable: boolean;
  readonly createdAt: number;
}

/** The folder in which a backup is put together; whatever such a folder holds after a crash is rubbish. */
export const BACKUP_WORKSHOP = '.countersign-backup-';
/** Copy and encrypted copy together, and some room for what is written meanwhile. */
const ROOM_FACTOR = 2.2;
/** How the work is spread: copying, encrypting, verifying. */
const SHARES = [0.4, 0.3, 0.3] as const;

/**
 * Writes all that a running server holds into one file, which must not be there: whole and verified, or not at all.
 * The copy passes a quick check, and what was encrypted opens to the very same bytes.
 * @throws BackupFileError `damaged` when the data key is missing, the disk is too full, or the check fails
 */
export async function writeBackup(
  context: Pick<Context, 'clock' | 'database' | 'audit' | 'reader' | 'vault' | 'keyring' | 'config'>,
  {
    file,
    isPlain,
    caller,
    onProgress,
  }: {
    readonly file: string;
    readonly isPlain: boolean;
    readonly caller: Caller;
    readonly onProgress?: OnProgress;
  },
): Promise<WrittenBackup> {
  const { clock, database, audit, reader, vault, keyring, config } = context;
  if (existsSync(file)) throw new BackupFileError(`${file} is there already.`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await assertRoom(dirname(file), statSync(database.file).size * ROOM_FACTOR);
  const createdAt = clock.now();
  // Before the copy, so that the copy knows of itself.
  database.writer.transaction((tx) => {
    audit.append(tx, { type: 'backup.made', caller, data: { isEncrypted: !isPlain } }, createdAt);
  });
  const [copying, encrypting, verifying] = SHARES;
  // On the same disk as its end, so that the last step is a rename: the file is whole or not there.
  const folder = mkdtempSync(join(dirname(file), BACKUP_WORKSHOP));
  try {
    const copy = join(folder, 'copy.db');
    await copyDatabase(database.file, copy, (share) => onProgress?.(share * copying));
    await assertReadable(copy);
    let result = copy;
    if (!isPlain) {
      result = join(folder, 'encrypted');
      const dataKey = findFact(reader, 'data_key');
      if (!dataKey) throw new BackupFileError('The data key of this data folder is missing.');
      const about = {
        createdAt: toIso(createdAt),
        appVersion: VERSION,
        mode: config.mode,
        instanceId: keyring.instanceId,
        dataKey: dataKey.toString('base64'),
        dataKeyRecovery: findFact(reader, 'data_key_recovery')?.toString('base64') ?? null,
      };
      await encryptBackupInSteps({ source: copy, target: result, vault, about }, (share) =>
        onProgress?.(copying + share * encrypting),
      );
      const opened = readBackupHeader(result);
      if (opened.type !== 'encrypted')
        throw new BackupFileError('The backup was not written as it should be.');
      const written = await decryptBackupInSteps({ source: result, target: null, vault, opened }, (share) =>
        onProgress?.(copying + encrypting + share * verifying),
      );
      if (written !== (await hashFileInSteps(copy))) {
        throw new BackupFileError('The backup does not open to what was copied.');
      }
    }
    syncFile(result);
    renameSync(result, file);
    syncFolder(dirname(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  onProgress?.(1);
  return {
    bytes: statSync(file).size,
    isEncrypted: !isPlain,
    isRecoverable: keyring.hasRecoveryCode(),
    createdAt,
  };
}

/** @throws BackupFileError when the disk has less than `bytes` left */
async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) {
    const [needed, left] = [bytes, free].map((count) => Math.ceil(count / 1024 ** 2));
    throw new BackupFileError(`The disk is too full: a backup needs ${needed} MB, ${left} MB are left.`);
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
