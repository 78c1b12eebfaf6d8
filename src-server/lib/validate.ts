import { z } from 'zod';
import { FIELD_RULES, type FieldRule } from '../contract/console/problem';
import { AppError, type FieldProblem } from './errors';

const brokenRule = z.object({ rule: z.enum(FIELD_RULES), bound: z.number().optional() });

/** Problems beyond this are not listed: an answer stays small whatever was sent. */
const MAX_PROBLEMS = 20;

export function toFieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    path: issue.path.map(String).join('.').slice(0, 200),
    message: issue.message.slice(0, 300),
    ...ruleOf(issue),
  }));
}

/** Which rule an issue is about: the contract names its own in `params`, Zod's follow from the kind of issue. */
function ruleOf(issue: z.core.$ZodIssue): Pick<FieldProblem, 'rule' | 'bound'> {
  switch (issue.code) {
    case 'custom': {
      const { rule, bound } = brokenRule.safeParse(issue.params).data ?? { rule: 'other' };
      return { rule, ...(bound === undefined ? {} : { bound }) };
    }
    case 'too_small': {
      const isText = issue.origin === 'string' || issue.origin === 'array';
      return { rule: isText ? 'min_length' : 'min', bound: Number(issue.minimum) };
    }
    case 'too_big': {
      const rules: Partial<Record<typeof issue.origin, FieldRule>> = {
        string: 'max_length',
        array: 'max_entries',
      };
      return { rule: rules[issue.origin] ?? 'max', bound: Number(issue.maximum) };
    }
    case 'invalid_format':
      return { rule: issue.format === 'email' ? 'email' : 'other' };
    case 'invalid_type':
      return { rule: issue.input === undefined ? 'required' : 'other' };
    case 'unrecognized_keys':
      return { rule: 'unknown_key' };
    default:
      return { rule: 'other' };
  }
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
