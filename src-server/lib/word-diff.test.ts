import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff } from './word-diff';

/** «removed» and «added» in brackets: `[-old-]{+new+}`. */
function show(before: string, after: string): string {
  const marks = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const;
  return wordDiff(before, after)
    .map(({ type, value }) => marks[type][0] + value + marks[type][1])
    .join('');
}

function sideOf(before: string, after: string, other: 'added' | 'removed'): string {
  return wordDiff(before, after)
    .filter((part) => part.type !== other)
    .map((part) => part.value)
    .join('');
}

/** 10,000 characters of words in an order that a seed decides. */
function manyWords(seed: number): string {
  let state = seed;
  let text = '';
  while (text.length < 10_000) {
    state = (state * 48_271) % 2_147_483_647;
    text += `w${(state % 400).toString(36)} `;
  }
  return text.slice(0, 10_000);
}

describe('wordDiff', () => {
  it.each([
    ['the quick fox', 'the slow fox', 'the [-quick-]{+slow+} fox'],
    ['the fox', 'the red fox', 'the {+red +}fox'],
    ['the red fox', 'the fox', 'the [-red -]fox'],
    ['a quick brown fox', 'a slow red fox', 'a [-quick brown-]{+slow red+} fox'],
    ['costs 5 €.', 'costs 50 €!', 'costs [-5-]{+50+} €[-.-]{+!+}'],
    ["don't go", "doesn't go", "[-don't-]{+doesn't+} go"],
    ['größere Änderung', 'größte Änderung', '[-größere-]{+größte+} Änderung'],
    ['मेरी हिन्दी भाषा', 'मेरी बंगाली भाषा', 'मेरी [-हिन्दी-]{+बंगाली+} भाषा'],
    ['это старый текст', 'это новый текст', 'это [-старый-]{+новый+} текст'],
    ['我们昨天讨论了合同', '我们今天讨论了合同', '我们[-昨天-]{+今天+}讨论了合同'],
    ['ok 👨‍👩‍👧!', 'ok 👨‍👩‍👦!', 'ok [-👨‍👩‍👧-]{+👨‍👩‍👦+}!'],
    ['👍🏽 🇩🇪', '👍🏿 🇩🇰', '[-👍🏽 🇩🇪-]{+👍🏿 🇩🇰+}'],
    ['این می‌خواهم', 'این می‌خواهد', 'این [-می‌خواهم-]{+می‌خواهد+}'],
    ['a b', 'a  b', 'a[- -]{+  +}b'],
    ['line\none', 'line\ntwo', 'line\n[-one-]{+two+}'],
    ['', 'new', '{+new+}'],
    ['old', '', '[-old-]'],
    ['same', 'same', 'same'],
    ['', '', ''],
  ])('shows %j to %j as %j', (before, after, shown) => {
    expect(show(before, after)).toBe(shown);
  });

  it('gives back both texts exactly, whatever they are', () => {
    const unit = fc.constantFrom(
      'a',
      'bc',
      ' ',
      '\n',
      '.',
      "'",
      'é',
      '漢',
      '字',
      'ไทย',
      '😀',
      '\u200D',
      '\uD800',
      '\uDC00',
    );
    const texts = fc.string({ unit, maxLength: 60 });
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        expect(sideOf(before, after, 'added')).toBe(before);
        expect(sideOf(before, after, 'removed')).toBe(after);
        const parts = wordDiff(before, after);
        for (const [at, part] of parts.entries()) {
          expect(part.value).not.toBe('');
          expect(part.type).not.toBe(parts[at + 1]?.type);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('replaces the middle as a whole where too much differs, in bounded time', () => {
    const before = `start ${manyWords(1)} end`;
    const after = `start ${manyWords(2)} end`;
    const started = performance.now();
    const parts = wordDiff(before, after);
    // About 60 ms; the full search takes many seconds.
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(parts.map((part) => part.type)).toEqual(['same', 'removed', 'added', 'same']);
    expect(sideOf(before, after, 'added')).toBe(before);
    expect(sideOf(before, after, 'removed')).toBe(after);
  });

  it('still finds few changes in long texts', () => {
    const text = manyWords(3);
    expect(show(text, text.replace('w5 ', 'changed '))).toContain('[-w5-]{+changed+}');
  });
});
