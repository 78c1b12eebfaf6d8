import type { FieldRule } from '../contract/console/problem';
import { AppError } from '../lib/errors';
import type { ContentIssue, GateDeps } from './deps';

/** PII-1 over every field that becomes public, each text of a list by itself. */
export function scanPublic(
  deps: Pick<GateDeps, 'scanPublicText'>,
  { publicText }: { readonly publicText: readonly string[] },
  input: Readonly<Record<string, unknown>>,
): ContentIssue[] {
  return publicText.flatMap((field) => {
    const value = input[field];
    if (!Array.isArray(value)) return typeof value === 'string' ? deps.scanPublicText(value, field) : [];
    return value.flatMap((item: unknown, at) =>
      typeof item === 'string' ? deps.scanPublicText(item, `${field}.${at}`) : [],
    );
  });
}

/** What a scan finds, as a rule that a field breaks. */
const RULES: Readonly<Partial<Record<string, FieldRule>>> = {
  'pii.email': 'email_inside',
  'pii.phone': 'phone_inside',
  secret: 'secret_inside',
  own_key: 'secret_inside',
  invisible: 'invisible_inside',
};

export function contentBlocked(issues: readonly ContentIssue[]): AppError {
  const first = issues.slice(0, 10);
  return new AppError(
    'content_blocked',
    first
      .map(
        ({ field, message, span }) =>
          `${field ?? 'content'}: ${message} (characters ${span[0]} to ${span[1]})`,
      )
      .join('; '),
    {
      fields: first.map(({ code, field, message }) => ({
        path: field ?? 'content',
        message,
        rule: RULES[code] ?? 'other',
      })),
      details: { issues: first },
    },
  );
}
