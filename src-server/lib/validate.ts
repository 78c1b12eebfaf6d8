import type { z } from 'zod';
import { AppError, type FieldProblem } from './errors';

/** Problems beyond this are not listed: an answer stays small whatever was sent. */
const MAX_PROBLEMS = 20;

export function toFieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    path: issue.path.map(String).join('.').slice(0, 200),
    message: issue.message.slice(0, 300),
  }));
}

/**
 * Parses, or throws `validation` naming each field, its problem and the bound.
 * @throws AppError `validation`
 */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = toFieldProblems(parsed.error);
  throw new AppError('validation', describeProblems(fields), { fields });
}

export function describeProblems(fields: readonly FieldProblem[]): string {
  return fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
