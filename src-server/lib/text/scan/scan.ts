import { findInvisible } from '../default-ignorable';
import { findEmails } from './email';
import { foldView, type FoldedView, type Found } from './folded-view';
import { findPhones } from './phone';
import { findSecrets } from './secrets';

/** What the scan finds (decisions §6). `duplicate`, the sixth code of `moderation.check`, needs the store. */
export type ScanCode = 'pii.email' | 'pii.phone' | 'secret' | 'own_key' | 'invisible';

export interface Issue {
  code: ScanCode;
  /** Code points of the text, [from, to). */
  span: [from: number, to: number];
  /** For people; names what was found, never repeats it. */
  message: string;
  /** The field of the input, as given to `scanText`. */
  field?: string;
}

/** Issues per text; who has this many need not hear of more. */
export const MAX_ISSUES = 100;

/** A finding of `findSensitive`: never overlaps another, and never repeats what it found. */
export interface Sensitive {
  code: Exclude<ScanCode, 'invisible'>;
  /** Code points of the text, [from, to). */
  span: [from: number, to: number];
  message: string;
}

/**
 * Credentials, e-mail addresses and telephone numbers in a text, in disguise too; at most `limit` of each sort,
 * in the order of search (credentials win where two overlap). `view` spares a second folding of the same text.
 */
export function findSensitive(text: string, limit: number, view: FoldedView = foldView(text)): Sensitive[] {
  const issues: Sensitive[] = [];
  const claim = (code: Sensitive['code'], found: Found, message: string): void => {
    const span = view.spanOf(found.from, found.to);
    if (issues.some((issue) => span[0] < issue.span[1] && issue.span[0] < span[1])) return;
    issues.push({ code, span, message });
  };
  for (const secret of findSecrets(view.text, limit)) claim(secret.code, secret, `looks like ${secret.name}`);
  for (const email of findEmails(view.text, limit)) claim('pii.email', email, 'looks like an e-mail address');
  for (const phone of findPhones(view.text, limit))
    claim('pii.phone', phone, 'looks like a telephone number');
  return issues;
}

/**
 * What must not become public in a text: e-mail addresses and telephone numbers, in disguise too, our own and
 * other common credentials, invisible and bidirectional characters (PII-1, DRAFT-6, decisions §6). Issues
 * come in the order of their spans, at most 100; an `invisible` one may lie inside another, the others never
 * overlap. Work is linear in the text. Never throws, whatever the string.
 */
export function scanText(text: string, options: { field?: string } = {}): Issue[] {
  const issues: Issue[] = [];
  const add = (code: ScanCode, span: [number, number], message: string): void => {
    issues.push(
      options.field === undefined ? { code, span, message } : { code, span, message, field: options.field },
    );
  };
  for (const { code, span, message } of findSensitive(text, MAX_ISSUES)) add(code, span, message);
  for (const run of findInvisible(text).slice(0, MAX_ISSUES)) {
    const name = `U+${run.codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    const count = run.to - run.from;
    const message =
      count === 1
        ? `is an invisible character (${name})`
        : `are ${count} invisible characters (first ${name})`;
    add('invisible', [run.from, run.to], message);
  }
  return issues.sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1]).slice(0, MAX_ISSUES);
}
