import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { filledText } from '../contract/common';
import type { Context } from '../context';
import { findFact } from '../domain/identity/instance.repo';
import { toIso } from '../lib/clock';
import { VERSION } from '../version';
import { encryptBackup } from './backup-file';
import { CliError, parseGiven, type CliAnswer, type CliCommand } from './command';
import { cliCaller, withServer } from './data-folder';

const options = z.object({
  data: filledText(4_000),
  argument: filledText(4_000),
  plain: z.boolean().default(false),
});

export const backup: CliCommand = {
  path: ['backup'],
  summary: 'Write everything a server holds into one encrypted file, beside the running server',
  argument: { name: 'file', summary: 'the backup to make; it must not be there yet' },
  options: [
    { flags: '--plain', summary: 'do not encrypt: whoever has the file reads most of what is in it' },
  ],
  run(given, io) {
    const { data, argument, plain } = parseGiven(options, given);
    const file = resolve(argument);
    if (existsSync(file)) throw new CliError('exists', `${file} is there already. Name a new file.`);
    const desktopReason =
      'A desktop’s backup is made in the Countersign window: its key lies in the keychain, which this command does not have.';
    return withServer({ dataFolder: data, io, desktopReason }, (context) => makeBackup(context, file, plain));
  },
};

async function makeBackup(context: Context, file: string, isPlain: boolean): Promise<CliAnswer> {
  const { clock, database, audit, reader, vault, keyring, config } = context;
  const createdAt = clock.now();
  // Before the copy, so that the copy knows of itself.
  database.writer.transaction((tx) => {
    audit.append(
      tx,
      { type: 'backup.made', caller: cliCaller(), data: { isEncrypted: !isPlain } },
      createdAt,
    );
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
      if (!dataKey) throw new CliError('damaged', 'The data key of this data folder is missing.');
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
  const { size } = statSync(file);
  const isRecoverable = keyring.hasRecoveryCode();
  const document = { file, bytes: size, isEncrypted: !isPlain, isRecoverable, createdAt: toIso(createdAt) };
  const opensWith = isRecoverable
    ? 'its master key or the recovery code'
    : 'its master key (there is no recovery code)';
  return {
    document,
    text: isPlain
      ? `${file}: ${size} bytes, not encrypted`
      : `${file}: ${size} bytes, encrypted; it opens with ${opensWith}`,
  };
}

/** SQLite's online backup, in one step: a copy of one moment, whatever the server writes meanwhile. */
async function copyDatabase(source: string, target: string): Promise<void> {
  const connection = new Database(source, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    await connection.backup(target, { progress: () => Number.MAX_SAFE_INTEGER });
  } finally {
    connection.close();
  }
  // A single file, without the write-ahead log that its header asks for.
  const copy = new Database(target);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
