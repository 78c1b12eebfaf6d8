import { Command, CommanderError } from 'commander';
import { MasterKeyError } from '../domain/identity/master-key';
import {
  DamagedKeyringError,
  WrongMasterKeyError,
  WrongModeError,
  WrongRecoveryCodeError,
} from '../domain/identity/keyring';
import { isAppError } from '../lib/errors';
import { NewerDataError } from '../db/migrate';
import { FolderHeldError } from '../lib/folder-lock';
import { VERSION } from '../version';
import { auditVerify } from './audit-verify.command';
import { backup } from './backup.command';
import { CliError, type CliAnswer, type CliCommand, type CliIo } from './command';
import { messageOf } from './data-folder';
import { demo } from './demo.command';
import { doctor } from './doctor.command';
import { agentSet, userCreate } from './people.command';
import { restore } from './restore.command';
import { routes } from './routes.command';
import { outbox, session } from './session.command';

export const COMMANDS: readonly CliCommand[] = [
  userCreate,
  agentSet,
  session,
  outbox,
  routes,
  demo,
  backup,
  restore,
  auditVerify,
  doctor,
];

/**
 * Runs one command and gives its exit code. With `--json` exactly one JSON document goes to stdout, on an error
 * `{"error": {code, message}}`; what is for people about an error goes to stderr in either case.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const isJson = argv.includes('--json');
  let answer: CliAnswer | undefined;
  const program = createProgram(io, (made) => {
    answer = made;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    if (answer) io.stdout(`${isJson ? JSON.stringify(answer.document) : answer.text}\n`);
    return answer?.exitCode ?? 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { code, message } = describeError(error);
    // Commander has said its part on stderr already.
    if (!(error instanceof CommanderError)) io.stderr(`${message}\n`);
    if (isJson) io.stdout(`${JSON.stringify({ error: { code, message } })}\n`);
    return 1;
  }
}

function createProgram(io: CliIo, finish: (answer: CliAnswer) => void): Command {
  const program = new Command('cli')
    .description('Countersign from a terminal')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) });
  const groups = new Map<string, Command>();
  for (const definition of COMMANDS) {
    const [first = '', second] = definition.path;
    let parent = program;
    if (second !== undefined) {
      parent = groups.get(first) ?? program.command(first).description(`commands about ${first}s`);
      groups.set(first, parent);
    }
    addCommand(parent, second ?? first, definition, io, finish);
  }
  return program;
}

function addCommand(
  parent: Command,
  name: string,
  definition: CliCommand,
  io: CliIo,
  finish: (answer: CliAnswer) => void,
): void {
  const { argument, options = [], needsData = true } = definition;
  const command = parent.command(name).description(definition.summary);
  if (argument) command.argument(`<${argument.name}>`, argument.summary);
  const dataFlags = '--data <dir>';
  if (needsData === true) command.requiredOption(dataFlags, 'the data folder');
  else if (needsData === 'optional') command.option(dataFlags, 'the data folder');
  else command.option(dataFlags, 'accepted and not used');
  command.option('--json', 'print one JSON document');
  for (const { flags, summary, isRequired = false } of options) {
    if (isRequired) command.requiredOption(flags, summary);
    else command.option(flags, summary);
  }
  command.action(async () => {
    const [first] = command.args;
    finish(await definition.run({ ...command.opts(), ...(argument ? { argument: first } : {}) }, io));
  });
}

function describeError(error: unknown): { readonly code: string; readonly message: string } {
  if (isAppError(error) || error instanceof CliError) return { code: error.code, message: error.message };
  const message = messageOf(error);
  if (error instanceof CommanderError) return { code: 'usage', message: message.replace(/^error: /, '') };
  if (error instanceof NewerDataError) return { code: 'outdated', message };
  if (error instanceof FolderHeldError) return { code: 'data_locked', message };
  if (error instanceof WrongMasterKeyError) {
    const hint = 'Name the right one with COUNTERSIGN_MASTER_KEY_FILE or COUNTERSIGN_MASTER_KEY.';
    return { code: 'wrong_key', message: `${message} ${hint}` };
  }
  if (error instanceof MasterKeyError || error instanceof WrongRecoveryCodeError)
    return { code: 'wrong_key', message };
  if (error instanceof WrongModeError || error instanceof DamagedKeyringError)
    return { code: 'damaged', message };
  return { code: 'internal', message };
}
