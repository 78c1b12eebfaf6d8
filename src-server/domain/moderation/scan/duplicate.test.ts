import { describe, expect, it } from 'vitest';
import { duplicateKey } from './duplicate';

const SAME: [string, string, string][] = [
  ['white space', 'Hello  big\n\tworld ', ' Hello big world'],
  ['no-break and ideographic spaces', 'a\u00A0b\u3000c', 'a b c'],
  ['case', 'HELLO World', 'hello wORLD'],
  ['sharp s', 'Straße', 'STRASSE'],
  ['capital sharp s', 'STRAẞE', 'straße'],
  ['final sigma', 'ΣΊΣΥΦΟΣ', 'σίσυφος'],
  ['long s', 'Waſſer', 'wasser'],
  ['composition', 'u\u0308ber', 'über'],
  ['width', 'Ｈｅｌｌｏ', 'hello'],
  ['ligatures', 'ﬁne oﬃce', 'FINE OFFICE'],
  ['zero-width characters', 'he\u200Bl\u2060lo\uFEFF', 'hello'],
  ['soft hyphens', 'co\u00ADoperate', 'cooperate'],
  ['emoji selectors', 'I ❤️ it', 'I ❤ it'],
  ['tags', `hi${String.fromCodePoint(0xe0041)}`, 'hi'],
];

describe('duplicateKey', () => {
  it.each(SAME)('does not see %s', (_name, one, other) => {
    expect(duplicateKey(one)).toBe(duplicateKey(other));
  });

  it.each([
    ['words', 'hello world', 'hello word'],
    ['accents', 'uber', 'über'],
    ['punctuation', 'hello.', 'hello!'],
    ['the lack of a blank', 'helloworld', 'hello world'],
    ['order', 'a b', 'b a'],
  ])('tells %s apart', (_name, one, other) => {
    expect(duplicateKey(one)).not.toBe(duplicateKey(other));
  });

  it('is the SHA-256 of the folded text', () => {
    // printf 'hello world' | sha256sum
    const known = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';
    expect(duplicateKey('  Hello \u200BWORLD\n')).toBe(known);
  });

  it('takes empty texts and lone surrogates', () => {
    expect(duplicateKey('')).toBe(duplicateKey(' \u200B\n'));
    expect(duplicateKey('a\uD800')).toMatch(/^[0-9a-f]{64}$/);
  });
});
