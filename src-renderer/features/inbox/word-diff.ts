import { diffWordsWithSpace } from 'diff';
import type { ActionVersion, PayloadField, WordChange } from '../../../src-server/contract/console/inbox';

/** Beyond this many edits a word diff takes long and tells little: the whole text counts as replaced. */
const MAX_EDITS = 800;

/** Changes from one text to another by words; the same form as the server's. */
export function diffText(before: string, after: string): WordChange[] {
  if (before === after) return before === '' ? [] : [{ type: 'same', value: before }];
  const parts = diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS });
  if (!parts) {
    const whole: WordChange[] = [
      { type: 'removed', value: before },
      { type: 'added', value: after },
    ];
    return whole.filter((change) => change.value !== '');
  }
  return parts.map((part) => ({
    type: part.added ? 'added' : part.removed ? 'removed' : 'same',
    value: part.value,
  }));
}

export interface ShownChange {
  readonly field: string;
  readonly changes: readonly WordChange[];
  /** Not prose: shown as data, in a fixed-width font. */
  readonly isData: boolean;
}

/** A field's value as text: prose and lines as they are, everything else as JSON. */
export function fieldText(field: Pick<PayloadField, 'form' | 'value'>): string {
  if (typeof field.value === 'string') return field.value;
  if (field.value === null || field.value === undefined) return '';
  if (field.form === 'list' && Array.isArray(field.value)) return field.value.map(String).join(', ');
  return JSON.stringify(field.value, null, 2);
}

/**
 * Everything that differs between two versions: the server's word diff where there is one, and our own for fields it
 * leaves out, so that no change hides in a field that is not prose.
 */
export function changesBetween(before: ActionVersion, after: ActionVersion): ShownChange[] {
  const names = new Set([...before.fields, ...after.fields].map((field) => field.name));
  return [...names].flatMap((name) => {
    const old = before.fields.find((field) => field.name === name);
    const now = after.fields.find((field) => field.name === name);
    const oldText = old ? fieldText(old) : '';
    const newText = now ? fieldText(now) : '';
    if (oldText === newText) return [];
    const form = (now ?? old)?.form;
    const fromServer = after.diff.find((entry) => entry.field === name)?.changes;
    return [{ field: name, changes: fromServer ?? diffText(oldText, newText), isData: form === 'data' }];
  });
}
