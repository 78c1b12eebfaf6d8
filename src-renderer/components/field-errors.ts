import { ProblemError } from '../api/problem';
import { wordField } from '../api/problem-words';

/** What is wrong with each field, in the window's language, by the path in the body; the first message of each. */
export function fieldErrorsOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ProblemError)) return {};
  const byPath: Record<string, string> = {};
  for (const entry of error.problem.errors ?? [])
    byPath[normalPath(entry.path)] ??= wordField(entry, error.problem.reason);
  return byPath;
}

/** True when everything the error says stands at one of the fields already, so that nothing is said twice. */
export function isAllAtFields(error: unknown, fields: readonly string[]): boolean {
  const paths = Object.keys(fieldErrorsOf(error));
  return paths.length > 0 && paths.every((path) => fields.includes(path));
}

/** `/body/handle`, `body.handle` and `handle` name the same field. */
function normalPath(path: string): string {
  return path
    .replaceAll('/', '.')
    .replace(/^\.+/, '')
    .replace(/^body\./, '');
}
