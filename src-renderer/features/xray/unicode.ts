import { CLASS_OF_LETTER, CLASS_TABLE, NAME_TABLE } from './unicode-table';

/**
 * What a code point is to the X-ray lens, from tables of our own (scripts/generate-unicode.mjs): a window with older
 * Unicode data must not draw as itself what newer data knows to be invisible.
 */

/** Why a code point is drawn as a chip and not as itself. */
export type ChipClass = (typeof CLASS_OF_LETTER)[keyof typeof CLASS_OF_LETTER];

interface Ranges {
  /** First code points of the runs, ascending. */
  readonly from: Uint32Array;
  /** One past their last. */
  readonly to: Uint32Array;
  readonly classes: readonly ChipClass[];
}

let ranges: Ranges | undefined;
let names: ReadonlyMap<number, { readonly short: string; readonly name: string }> | undefined;

function readRanges(): Ranges {
  const entries = CLASS_TABLE.split(' ');
  const from = new Uint32Array(entries.length);
  const to = new Uint32Array(entries.length);
  const classes: ChipClass[] = [];
  let end = 0;
  for (const [at, entry] of entries.entries()) {
    const dot = entry.indexOf('.');
    from[at] = end + Number.parseInt(entry.slice(0, dot), 36);
    end = (from[at] ?? 0) + Number.parseInt(entry.slice(dot + 1, -1), 36);
    to[at] = end;
    classes.push(CLASS_OF_LETTER[entry.slice(-1) as keyof typeof CLASS_OF_LETTER]);
  }
  return { from, to, classes };
}

/** The class of a code point that must not be drawn as itself; undefined for all that is seen as it is. */
export function chipClassOf(code: number): ChipClass | undefined {
  if ((code >= 0x20 && code < 0x7f) || code === 0x0a || code === 0x09) return undefined;
  ranges ??= readRanges();
  let low = 0;
  let high = ranges.from.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < (ranges.from[middle] ?? 0)) high = middle - 1;
    else if (code >= (ranges.to[middle] ?? 0)) low = middle + 1;
    else return ranges.classes[middle];
  }
  return undefined;
}

/** `U+200B`, four to six digits. */
export function codePointLabel(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function readNames(): ReadonlyMap<number, { short: string; name: string }> {
  return new Map(
    NAME_TABLE.split(';').map((entry) => {
      const [code = '', short = '', name = ''] = entry.split(':');
      return [Number.parseInt(code, 36), { short, name }];
    }),
  );
}

/** The number of a variation selector, 1 to 256; undefined for the Mongolian ones and all else. */
export function selectorNumber(code: number): number | undefined {
  if (code >= 0xfe00 && code <= 0xfe0f) return code - 0xfe00 + 1;
  if (code >= 0xe0100 && code <= 0xe01ef) return code - 0xe0100 + 17;
  return undefined;
}

/** The Unicode name; the label that the Standard gives to what has none, such as `<private-use-E000>`. */
export function nameOf(code: number): string {
  const selector = selectorNumber(code);
  if (selector !== undefined) return `VARIATION SELECTOR-${selector}`;
  names ??= readNames();
  const known = names.get(code)?.name;
  if (known !== undefined && known !== '') return known;
  const kind = {
    private: 'private-use',
    surrogate: 'surrogate',
    noncharacter: 'noncharacter',
    control: 'control',
  };
  const sort = chipClassOf(code);
  const label = sort !== undefined && sort in kind ? kind[sort as keyof typeof kind] : 'reserved';
  return `<${label}-${codePointLabel(code).slice(2)}>`;
}

/** The usual abbreviation, such as ZWSP or RLO; undefined where there is none. */
export function abbreviationOf(code: number): string | undefined {
  const selector = selectorNumber(code);
  if (selector !== undefined) return `VS${selector}`;
  names ??= readNames();
  const short = names.get(code)?.short;
  return short === '' ? undefined : short;
}
