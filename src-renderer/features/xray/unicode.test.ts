import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { segmentsOf } from './segments';
import { abbreviationOf, chipClassOf, codePointLabel, nameOf } from './unicode';
import { UNICODE_VERSION } from './unicode-table';

const LAST = 0x10ffff;
const charOf = (code: number) =>
  code >= 0xd800 && code <= 0xdfff ? String.fromCharCode(code) : String.fromCodePoint(code);

/** By the property escapes of this very runtime, not by the tables under test. */
const MUST_BE_CHIPS: readonly (readonly [string, RegExp])[] = [
  ['Default_Ignorable_Code_Point', /\p{Default_Ignorable_Code_Point}/u],
  ['Bidi_Control', /\p{Bidi_Control}/u],
  ['General_Category Cf', /\p{Cf}/u],
  ['white space that is not ASCII', /(?!\p{ASCII})[\p{White_Space}\p{Z}]/u],
  ['controls but line feed and tab', /[^\P{Cc}\n\t]/u],
  ['tags', /[\u{E0000}-\u{E007F}]/u],
  ['variation selectors', /\p{Variation_Selector}/u],
  ['private use', /\p{Co}/u],
  ['surrogates', /\p{Cs}/u],
  ['noncharacters', /\p{Noncharacter_Code_Point}/u],
];

describe('the tables of the X-ray lens', () => {
  it('are what the script makes of the Unicode data', () => {
    const script = join(import.meta.dirname, '../../../scripts/generate-unicode.mjs');
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });

  it('have every code point of the classes that must not be drawn as they are, by the tables of this runtime', () => {
    const missed: string[] = [];
    for (let code = 0; code <= LAST; code += 1) {
      if (chipClassOf(code) !== undefined) continue;
      const name = MUST_BE_CHIPS.find(([, pattern]) => pattern.test(charOf(code)))?.[0];
      if (name !== undefined) missed.push(`${codePointLabel(code)}: ${name}`);
    }
    expect(missed).toEqual([]);
  });

  it.runIf(process.versions.unicode === UNICODE_VERSION)('have what is unassigned, and draw all else', () => {
    const wrong: string[] = [];
    const blank = new Set([0x2800, 0x1d159, 0xfffc, 0x16fe4]);
    for (let code = 0; code <= LAST; code += 1) {
      const character = charOf(code);
      const isChip = chipClassOf(code) !== undefined;
      const mayBe =
        blank.has(code) ||
        /[\p{Cn}\p{Co}]/u.test(character) ||
        MUST_BE_CHIPS.some(([, pattern]) => pattern.test(character));
      if (isChip !== mayBe) wrong.push(codePointLabel(code));
    }
    expect(wrong).toEqual([]);
  });

  it('make a chip of each of these code points in the middle of a word, all 1,114,112 tried', () => {
    const missed: string[] = [];
    for (let code = 0; code <= LAST; code += 1) {
      if (chipClassOf(code) === undefined) continue;
      const [before, chip, after, ...more] = segmentsOf(`a${charOf(code)}b`);
      const isDrawn =
        before?.type === 'plain' && chip?.type === 'chip' && chip.code === code && after?.type === 'plain';
      if (!isDrawn || more.length > 0) missed.push(codePointLabel(code));
    }
    expect(missed).toEqual([]);
  });

  it('name them', () => {
    expect(nameOf(0x200b)).toBe('ZERO WIDTH SPACE');
    expect(abbreviationOf(0x202e)).toBe('RLO');
    expect(nameOf(0xe0041)).toBe('TAG LATIN CAPITAL LETTER A');
    expect(nameOf(0xe01ef)).toBe('VARIATION SELECTOR-256');
    expect(abbreviationOf(0xfe0f)).toBe('VS16');
    expect(nameOf(0xe000)).toBe('<private-use-E000>');
    expect(nameOf(0xffff)).toBe('<noncharacter-FFFF>');
    expect(nameOf(0xd800)).toBe('<surrogate-D800>');
    expect(nameOf(0x0378)).toBe('<reserved-0378>');
    expect(abbreviationOf(0xe000)).toBeUndefined();
  });

  it('have a name for every chip', () => {
    const nameless: string[] = [];
    for (let code = 0; code <= LAST; code += 1) {
      if (chipClassOf(code) !== undefined && nameOf(code).trim() === '') nameless.push(codePointLabel(code));
    }
    expect(nameless).toEqual([]);
  });
});
