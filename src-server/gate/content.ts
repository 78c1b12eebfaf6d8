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
      fields: first.map(({ field, message }) => ({ path: field ?? 'content', message })),
      details: { issues: first },
    },
  );
}
