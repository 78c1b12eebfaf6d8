import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codePointLength } from '../../contract/common';
import { queryTerms } from './ranking';
import { snippetOf, SNIPPET_MAX } from './snippet';

test('A short text is its own snippet, on one line', () => {
  expect(snippetOf('  Looking for\n\ta loom ', ['loom'])).toBe('Looking for a loom');
});

test('A long text is cut around the first hit, at a word, and says so', () => {
  const content = `${'before '.repeat(100)}Größe ${'after '.repeat(100)}`;
  const snippet = snippetOf(content, queryTerms('GRÖßE'));
  expect(snippet).toMatch(/^…before (before )+Größe after/);
  expect(snippet.endsWith('…')).toBe(true);
  expect(codePointLength(snippet)).toBeLessThanOrEqual(SNIPPET_MAX);
});

test('A word inside another is no hit', () => {
  const content = `heirloom ${'filler '.repeat(60)}loom at last`;
  expect(snippetOf(content, ['loom'])).toContain('loom at last');
});

test('Without a hit it is the beginning', () => {
  expect(snippetOf('x'.repeat(300), ['y'])).toBe(`${'x'.repeat(SNIPPET_MAX - 1)}…`);
});

test('Whatever the text and words, it fits and cuts no character in half', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { maxLength: 10 }),
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }), { maxLength: 3 }),
      (parts, terms) => {
        const snippet = snippetOf(parts.join(' '), terms);
        expect(codePointLength(snippet)).toBeLessThanOrEqual(SNIPPET_MAX);
        expect(snippet).not.toMatch(/\p{Surrogate}/u);
        expect(snippet).not.toMatch(/\s\s/);
      },
    ),
  );
});
