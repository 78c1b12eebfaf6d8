import { describe, expect, it } from 'vitest';
import type { ActionVersion, PayloadField } from '../../../src-server/contract/console/inbox';
import { changesBetween, diffText } from './word-diff';

const join = (changes: readonly { type: string; value: string }[], types: readonly string[]) =>
  changes
    .filter((change) => types.includes(change.type))
    .map((change) => change.value)
    .join('');

function version(
  number: number,
  fields: Partial<PayloadField>[],
  diff: ActionVersion['diff'] = [],
): ActionVersion {
  return {
    version: number,
    by: 'agent',
    createdAt: '2026-11-22T00:00:00.000Z',
    hash: 'a'.repeat(64),
    canonical: '{}',
    fields: fields.map((field) => ({
      name: 'content',
      form: 'prose',
      value: '',
      isEditable: true,
      maxLength: null,
      ...field,
    })),
    targets: [],
    note: null,
    diff,
  };
}

describe('diffText', () => {
  it('keeps every character of both texts, white space included', () => {
    const before = 'The quick  brown fox\n\njumps.';
    const after = 'The slow brown fox\njumps over it.';
    const changes = diffText(before, after);
    expect(join(changes, ['same', 'removed'])).toBe(before);
    expect(join(changes, ['same', 'added'])).toBe(after);
  });

  it('says nothing changed, or all of it, at the edges', () => {
    expect(diffText('same', 'same')).toEqual([{ type: 'same', value: 'same' }]);
    expect(diffText('', '')).toEqual([]);
    expect(diffText('', 'new')).toEqual([{ type: 'added', value: 'new' }]);
  });

  it('shows texts that have nothing in common as replaced, without taking long', () => {
    const words = (seed: number) =>
      Array.from({ length: 4000 }, (_, index) => `w${index * 7 + seed}`).join(' ');
    const changes = diffText(words(1), words(2));
    expect(join(changes, ['same', 'removed'])).toBe(words(1));
    expect(join(changes, ['same', 'added'])).toBe(words(2));
  });
});

describe('changesBetween', () => {
  it('finds a change in a field the server has no word diff for', () => {
    const before = version(1, [{ name: 'tags', form: 'list', value: ['a'] }, { value: 'x' }]);
    const after = version(2, [{ name: 'tags', form: 'list', value: ['a', 'b'] }, { value: 'x' }]);
    const [change, ...others] = changesBetween(before, after);
    expect(others).toEqual([]);
    expect(change).toMatchObject({ field: 'tags' });
    expect(join(change?.changes ?? [], ['added'])).toContain('b');
  });

  it('finds fields that came and went', () => {
    const before = version(1, [{ name: 'link', form: 'line', value: 'https://a.example' }]);
    const after = version(2, [{ name: 'options', form: 'data', value: { n: 1 } }]);
    expect(changesBetween(before, after).map(({ field, isData }) => [field, isData])).toEqual([
      ['link', false],
      ['options', true],
    ]);
  });

  it('shows the word diff of the server where there is one', () => {
    const changes = [{ type: 'added' as const, value: 'from the server' }];
    const after = version(2, [{ value: 'new' }], [{ field: 'content', changes }]);
    expect(changesBetween(version(1, [{ value: 'old' }]), after)[0]?.changes).toEqual(changes);
  });
});
