/** Text of agents on its way into something the operating system draws: one harmless, short line or few. */
import type { ActionVersion, InboxDetail, PayloadField } from '../src-server/contract/console/inbox';

/** What a notification is sure to show whole on macOS and Windows, buttons and all. */
export const MAX_WHOLE_CHARS = 120;
export const MAX_WHOLE_LINES = 3;
const MAX_LINE_CHARS = 80;

/** Controls, format and bidi characters, unassigned and private ones, and spaces that only look like one. */
const NOT_PLAIN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|\p{M}{4}/u;
const NOT_PLAIN_ALL = new RegExp(NOT_PLAIN.source, 'gu');

/** One line of somebody else's words: what can't be seen becomes a space, the rest is cut with an ellipsis. */
export function toLine(text: string, maxChars = MAX_LINE_CHARS): string {
  const line = text
    .slice(0, maxChars * 20)
    .replaceAll(NOT_PLAIN_ALL, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  const chars = [...line];
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join('')}…`;
}

/**
 * The whole of what approving would run, as a notification draws it; undefined unless that is one short text, with
 * nothing in it that can't be seen. Everything in the payload is in these lines, the empty apart.
 */
export function findWholeText(item: InboxDetail, version: ActionVersion): string | undefined {
  if (item.risk !== 'reversible' || item.status !== 'pending' || item.cost > 0) return undefined;
  if (version.version !== item.version || version.canonical === '' || version.targets.length > 1)
    return undefined;
  if (version.fields.filter(({ form }) => form === 'prose').length !== 1) return undefined;
  const lines = [
    ...version.targets.map(({ label }) => `→ ${label}`),
    ...version.fields.map((field) => lineOf(field)),
  ];
  if (lines.some((line) => line === undefined)) return undefined;
  const filled = lines.filter((line): line is string => line !== undefined && line !== '');
  const text = filled.join(' · ');
  const shown = text.split('\n');
  if (shown.length > MAX_WHOLE_LINES || [...text].length > MAX_WHOLE_CHARS) return undefined;
  return shown.some((line) => NOT_PLAIN.test(line)) ? undefined : text;
}

/** Undefined for what is no text. */
function lineOf({ name, form, value }: PayloadField): string | undefined {
  if (form === 'list') {
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) return undefined;
    return value.length === 0 ? '' : `${name}: ${value.join(', ')}`;
  }
  if (typeof value !== 'string') return undefined;
  return form === 'prose' ? value : `${name}: ${value}`;
}
