import { ipcContract } from './contract';
import type { IpcArgument, IpcChannel } from './contract';

/**
 * The argument of a call, checked against the contract.
 * @throws {Error} naming channel, field, problem and bound
 */
export function checkArguments<C extends IpcChannel>(channel: C, args: readonly unknown[]): IpcArgument<C> {
  if (args.length > 1) throw new Error(`${channel}: takes one argument, ${args.length} were given`);
  const result = ipcContract[channel].safeParse(args[0]);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'argument'}: ${message}`,
  );
  throw new Error(`${channel}: ${problems.join('; ').slice(0, 500)}`);
}
