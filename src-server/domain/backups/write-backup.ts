import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../../context';
import type { Caller } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { VERSION } from '../../version';
import { findFact } from '../identity/instance.repo';
import { BackupFileError, encryptBackup } from './backup-file';
import { copyDatabase } from './copies';

export interface WrittenBackup {
  readonly bytes: number;
  readonly isEncrypted: boolean;
  /** A recovery code opens it where the master key is gone. */
  readonly isRecoverable: boolean;
  readonly createdAt: number;
}

/**
 * Writes all that a running server holds into one file, which must not be there: whole or not at all.
 * @throws BackupFileError `damaged` when the data key is missing
 */
export async function writeBackup(
  context: Pick<Context, 'clock' | 'database' | 'audit' | 'reader' | 'vault' | 'keyring' | 'config'>,
  { file, isPlain, caller }: { readonly file: string; readonly isPlain: boolean; readonly caller: Caller },
): Promise<WrittenBackup> {
  const { clock, database, audit, reader, vault, keyring, config } = context;
  if (existsSync(file)) throw new BackupFileError(`${file} is there already.`);
  const createdAt = clock.now();
  // Before the copy, so that the copy knows of itself.
  database.writer.transaction((tx) => {
    audit.append(tx, { type: 'backup.made', caller, data: { isEncrypted: !isPlain } }, createdAt);
  });
  mkdirSync(dirname(file), { recursive: true });
  // On the same disk as its end, so that the last step is a rename: the file is whole or not there.
  const folder = mkdtempSync(join(dirname(file), '.countersign-backup-'));
  try {
    const copy = join(folder, 'copy.db');
    await copyDatabase(database.file, copy);
    let result = copy;
    if (!isPlain) {
      result = join(folder, 'encrypted');
      const dataKey = findFact(reader, 'data_key');
      if (!dataKey) throw new BackupFileError('The data key of this data folder is missing.');
      encryptBackup({
        source: copy,
        target: result,
        vault,
        about: {
          createdAt: toIso(createdAt),
          appVersion: VERSION,
          mode: config.mode,
          instanceId: keyring.instanceId,
          dataKey: dataKey.toString('base64'),
          dataKeyRecovery: findFact(reader, 'data_key_recovery')?.toString('base64') ?? null,
        },
      });
    }
    renameSync(result, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    bytes: statSync(file).size,
    isEncrypted: !isPlain,
    isRecoverable: keyring.hasRecoveryCode(),
    createdAt,
  };
}
