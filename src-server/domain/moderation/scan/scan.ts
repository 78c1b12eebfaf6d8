import { findInvisible } from '../../../lib/text/default-ignorable';
import { findEmails } from './email';
import { foldView } from './folded-view';
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
  const view = foldView(text);
  const taken: [number, number][] = [];
  const claim = (code: ScanCode, found: { from: number; to: number }, message: string): void => {
    const span = view.spanOf(found.from, found.to);
    if (taken.some(([from, to]) => span[0] < to && from < span[1])) return;
    taken.push(span);
    add(code, span, message);
  };
  const secrets = findSecrets(view.text, MAX_ISSUES);
  for (const secret of secrets) claim(secret.code, secret, `looks like ${secret.name}`);
  for (const email of findEmails(view.text, MAX_ISSUES))
    claim('pii.email', email, 'looks like an e-mail address');
  for (const phone of findPhones(view.text, MAX_ISSUES))
    claim('pii.phone', phone, 'looks like a telephone number');
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
