import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { filledText } from '../contract/common';
import type { Context } from '../context';
import { writeBackup } from '../domain/backups/write-backup';
import { toIso } from '../lib/clock';
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
  const { bytes, isEncrypted, isRecoverable, createdAt } = await writeBackup(context, {
    file,
    isPlain,
    caller: cliCaller(),
  });
  const document = { file, bytes, isEncrypted, isRecoverable, createdAt: toIso(createdAt) };
  const opensWith = isRecoverable
    ? 'its master key or the recovery code'
    : 'its master key (there is no recovery code)';
  return {
    document,
    text: isPlain
      ? `${file}: ${bytes} bytes, not encrypted`
      : `${file}: ${bytes} bytes, encrypted; it opens with ${opensWith}`,
  };
}
