import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInvisible, isNonAsciiSpace, stripDefaultIgnorable, stripInvisible } from './default-ignorable';

const ANY_STRING = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)),
});

const LEGITIMATE: Record<string, string> = {
  'plain text with tabs and line ends': 'a\tb\r\nc\u0085d',
  'a family joined by ZWJ': '👨‍👩‍👧‍👦',
  'a profession with skin tone': '👩🏽‍💻 👨🏿‍🚀',
  'the rainbow and transgender flags': '🏳️‍🌈 🏳️‍⚧️',
  'a pirate flag': '🏴‍☠️',
  'a heart on fire': '❤️‍🔥',
  'a couple with a heart': '👩‍❤️‍💋‍👨',
  'emoji presentation': '☀️ ©️ ™️ ✔︎ ⚠️',
  keycaps: '1️⃣ #️⃣ *️⃣ 0️⃣',
  'a regional flag': '🇩🇪🇮🇳',
  'the flags spelt with tags': '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
  'Persian with ZWNJ': 'می‌خواهم کتاب‌ها را بخوانم',
  'a Persian abbreviation with ZWJ': '۱۴۰۰ ه‍.ش',
  'Hindi with ZWJ and ZWNJ': 'क्‍ष और श्‌री',
  'Malayalam chillu written with ZWJ': 'അവന്‍ പറഞ്ഞു',
  'Sinhala with ZWJ': 'ශ්‍රී ලංකා',
  'Bengali with ZWNJ': 'র‌্যাব',
  'a Japanese name with an ideographic variant': '葛\u{E0100}飾区',
  'Mongolian with selectors': 'ᠮᠣᠩᠭᠤᠯ ᠬ᠋ ᠠ᠎ᠠ',
  'French no-break spaces': 'Bonjour\u00A0! 10\u202F000\u00A0€',
  'Japanese indentation': '\u3000\u3000東京',
  'Arabic number sign, which is visible': '\u0600١٢٣',
  Braille: '⠓⠑⠀⠇⠇',
};

const HIDDEN: [string, string, [number, number][]][] = [
  ['a zero-width space', 'pass\u200Bword', [[4, 5]]],
  ['ZWJ between Latin letters', 'a\u200Db', [[1, 2]]],
  ['ZWNJ between Latin letters', 'a\u200Cb', [[1, 2]]],
  ['ZWNJ at the end of a Persian word', 'کتاب\u200C است', [[4, 5]]],
  ['two joiners in a Persian word', 'می\u200C\u200Cخواهم', [[2, 4]]],
  ['ZWJ after an emoji with nothing to join', '😀\u200D and more', [[1, 2]]],
  ['a right-to-left override', 'invoice\u202Efdp.exe', [[7, 8]]],
  [
    'bidi isolates',
    '\u2066a\u2069',
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['LRM and RLM', 'a\u200E\u200Fb', [[1, 3]]],
  ['the Arabic letter mark', 'a\u061Cb', [[1, 2]]],
  ['a byte order mark', '\uFEFFtext', [[0, 1]]],
  ['a soft hyphen', 'co\u00ADop', [[2, 3]]],
  ['a word joiner and invisible operators', 'a\u2060\u2061\u2062\u2063\u2064b', [[1, 6]]],
  ['a combining grapheme joiner', 'a\u034Fb', [[1, 2]]],
  ['Hangul fillers', '\u3164\u115F\u1160\uFFA0', [[0, 4]]],
  [
    'instructions in tag characters',
    `hi${String.fromCodePoint(...Array.from('obey me', (c) => 0xe0000 + c.charCodeAt(0)))}`,
    [[2, 9]],
  ],
  [
    'tags behind a flag that spell no flag',
    '\u{1F3F4}\u{E0069}\u{E0067}\u{E006E}\u{E006F}\u{E0072}\u{E007F}',
    [[1, 7]],
  ],
  ['bytes in selectors behind an emoji', '😀\uFE0F\uFE01\uFE02', [[2, 4]]],
  ['bytes in supplementary selectors', '😀\u{E0148}\u{E0155}', [[1, 3]]],
  ['a presentation selector after a letter', 'a\uFE0F', [[1, 2]]],
  ['a digit with a selector but no keycap', '1\uFE0F2', [[1, 2]]],
  [
    'interlinear annotation',
    '\uFFF9a\uFFFAb\uFFFB',
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ],
  ['an escape sequence', 'a\x1B[8mb', [[1, 2]]],
  ['backspaces', 'a\b\b', [[1, 3]]],
  ['a C1 control', 'a\x9Bb', [[1, 2]]],
  ['NUL', 'a\0b', [[1, 2]]],
  ['a blank Braille cell', 'a\u2800b', [[1, 2]]],
  ['a row of odd spaces', 'a\u2009\u200A\u2009b', [[1, 4]]],
  ['offsets in code points', '😀😀\u200Bx', [[2, 3]]],
];

describe('findInvisible', () => {
  it.each(Object.entries(LEGITIMATE))('lets %s pass', (_name, text) => {
    expect(findInvisible(text)).toEqual([]);
    expect(stripInvisible(text)).toBe(text);
  });

  it.each(HIDDEN)('reports %s', (_name, text, spans) => {
    expect(findInvisible(text).map((run) => [run.from, run.to])).toEqual(spans);
    expect(findInvisible(stripInvisible(text))).toEqual([]);
  });

  it('names the first character of a run', () => {
    expect(findInvisible('a\u202E\u200B')).toEqual([{ from: 1, to: 3, codePoint: 0x202e }]);
  });

  it('never throws, and its runs are ordered, apart and within the text', () => {
    fc.assert(
      fc.property(ANY_STRING, (text) => {
        let end = -1;
        for (const run of findInvisible(text)) {
          expect(run.from).toBeGreaterThan(end);
          expect(run.to).toBeGreaterThan(run.from);
          end = run.to;
        }
        expect(end).toBeLessThanOrEqual(Array.from(text).length);
      }),
    );
  });
});

describe('stripDefaultIgnorable', () => {
  it('leaves no default-ignorable character, legitimate or not', () => {
    expect(stripDefaultIgnorable('a\u200Bb👩\u200D💻❤\uFE0F\u{E0041}')).toBe('ab👩💻❤');
    fc.assert(
      fc.property(ANY_STRING, (text) => {
        expect(stripDefaultIgnorable(text)).not.toMatch(/\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/u);
      }),
    );
  });

  it('keeps letters, marks, signs and spaces', () => {
    const text = 'Zürich नमस्ते \u0600١ a\u00A0b e\u0301';
    expect(stripDefaultIgnorable(text)).toBe(text);
  });
});

describe('isNonAsciiSpace', () => {
  it('knows spaces from letters and from the ASCII space', () => {
    for (const space of ['\u00A0', '\u2003', '\u202F', '\u3000', '\u2028', '\u0085', '\u1680']) {
      expect(isNonAsciiSpace(space)).toBe(true);
    }
    for (const other of [' ', '\t', 'a', '\u200B', '\u2800']) expect(isNonAsciiSpace(other)).toBe(false);
  });
});
