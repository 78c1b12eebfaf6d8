import { AppError } from '../../lib/errors';
import { findForbiddenCharacter } from '../../lib/text/code-points';

/**
 * Refuses what no schema needs to see (decisions §1): lone surrogates, NUL, nesting beyond 32, lists beyond 100.
 * @param name of the whole, for the path of the problem; empty where the members speak for themselves
 * @throws AppError `validation` naming the field
 */
export function assertReadable(value: unknown, name: string): void {
  const problem = findForbiddenCharacter(value, name);
  if (!problem) return;
  const path = problem.path === '' ? 'body' : problem.path;
  throw new AppError('validation', `${path}: ${problem.problem}`, {
    fields: [{ path, message: problem.problem }],
  });
}
