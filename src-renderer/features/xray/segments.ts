import { findInvisible } from '../../../src-server/lib/text/default-ignorable';
import { decodeSmuggled } from './smuggled';
import { type ChipClass, chipClassOf } from './unicode';

/** Signs drawn as they are. */
export interface PlainSegment {
  readonly type: 'plain';
  /** Code points of the text, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Equal code points in a row that are not drawn as themselves, or that would push what follows out of sight. */
export interface ChipSegment {
  readonly type: 'chip';
  readonly from: number;
  readonly to: number;
  readonly code: number;
  readonly class: ChipClass | 'gap' | 'pile';
  /** It has a place in well-formed text: the joiner of an emoji, a no-break space. Drawn, but no cause for alarm. */
  readonly isExpected: boolean;
}

export type Segment = PlainSegment | ChipSegment;

/** So many line ends or blanks in a row leave room to overlook what stands behind. */
const MIN_LINES = 5;
const MIN_BLANKS = 24;
const MIN_TABS = 6;

/** More generic marks than this over one letter are no spelling (three are: Vietnamese, polytonic Greek, IPA). */
export const MAX_MARKS = 3;
/** The blocks of marks that belong to no script: U+0300, Cyrillic's enclosing ones, U+1AB0, U+1DC0, U+20D0, U+FE20. */
const STACKING: readonly (readonly [from: number, to: number])[] = [
  [0x300, 0x36f],
  [0x483, 0x489],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20f0],
  [0xfe20, 0xfe2f],
];

/** Classes of which single ones occur in text that hides nothing. */
const OFTEN_HARMLESS: ReadonlySet<string> = new Set(['selector', 'ignorable', 'tag', 'space', 'format']);

/** A cell without dots, at home among the others. */
const BRAILLE_BLANK = 0x2800;

/** The code points of a text with the UTF-16 unit each starts at; `starts` has one entry more, the length. */
export function readCodes(text: string): { codes: Uint32Array; starts: Uint32Array } {
  const codes = new Uint32Array(text.length);
  const starts = new Uint32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; count += 1) {
    const code = text.codePointAt(at) ?? 0;
    codes[count] = code;
    starts[count] = at;
    at += code > 0xffff ? 2 : 1;
  }
  starts[count] = text.length;
  return { codes: codes.subarray(0, count), starts: starts.subarray(0, count + 1) };
}

function leastGap(code: number): number {
  if (code === 0x0a) return MIN_LINES;
  if (code === 0x20) return MIN_BLANKS;
  return code === 0x09 ? MIN_TABS : Infinity;
}

function gapLength(codes: Uint32Array, at: number): number {
  const code = codes[at] ?? 0;
  if (code > 0x20 || codes[at + 1] !== code || codes[at - 1] === code) return 0;
  let end = at;
  while (codes[end] === code) end += 1;
  return end - at >= leastGap(code) ? end - at : 0;
}

function isStacking(code: number): boolean {
  return code >= 0x300 && STACKING.some(([from, to]) => code >= from && code <= to);
}

/** Harmless one by one, of each group in turn: selectors of letters, of emoji, joiners. */
const CARRIERS: readonly ((code: number) => boolean)[] = [
  (code) =>
    code >= 0xfe00 &&
    code <= 0xe01ef &&
    code !== 0xfe0e &&
    code !== 0xfe0f &&
    chipClassOf(code) === 'selector',
  (code) => code === 0xfe0e || code === 0xfe0f,
  (code) => code === 0x200c || code === 0x200d,
];
const MIN_CARRIERS = 4;

/** Code points that, each in a place where it may stand, together spell a text. */
function findCarriers(codes: Uint32Array): ReadonlySet<number> {
  const carriers = new Set<number>();
  for (const isCarrier of CARRIERS) {
    const found = codes.filter(isCarrier);
    if (found.length < MIN_CARRIERS || decodeSmuggled([...found]) === undefined) continue;
    for (const code of found) carriers.add(code);
  }
  return carriers;
}

/**
 * The text from its first to its last code point, each in exactly one segment: drawn as itself, or as a chip. Nothing
 * is left out, whatever the string; lone surrogates are chips too. Linear in the text.
 */
export function segmentsOf(text: string): Segment[] {
  const { codes, starts } = readCodes(text);
  const hidden = findInvisible(text);
  // ASCII carries nothing that way.
  const carriers = /\P{ASCII}/u.test(text) ? findCarriers(codes) : new Set<number>();
  const segments: Segment[] = [];
  let plainFrom = 0;
  let run = 0;
  let marks = 0;

  const flush = (to: number) => {
    if (to > plainFrom) {
      segments.push({ type: 'plain', from: plainFrom, to, text: text.slice(starts[plainFrom], starts[to]) });
    }
  };
  const chip = (from: number, to: number, kind: ChipSegment['class'], isExpected: boolean) => {
    flush(from);
    plainFrom = to;
    const code = codes[from] ?? 0;
    const last = segments.at(-1);
    const isSame =
      last?.type === 'chip' &&
      last.to === from &&
      last.code === code &&
      last.class === kind &&
      last.isExpected === isExpected;
    if (isSame) segments[segments.length - 1] = { ...last, to };
    else segments.push({ type: 'chip', from, to, code, class: kind, isExpected });
  };

  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    const gap = gapLength(codes, at);
    if (gap > 0) {
      chip(at, at + gap, 'gap', false);
      at += gap - 1;
      marks = 0;
      continue;
    }
    if (isStacking(code)) {
      marks += 1;
      if (marks > MAX_MARKS) {
        chip(at, at + 1, 'pile', false);
        continue;
      }
    }
    const kind = chipClassOf(code);
    if (kind === undefined) {
      if (!isStacking(code)) marks = 0;
      continue;
    }
    while ((hidden[run]?.to ?? Infinity) <= at) run += 1;
    const isHidden = at >= (hidden[run]?.from ?? Infinity);
    // A carriage return before a line feed ends a line, as Windows writes it.
    const isLineEnd = code === 0x0d && codes[at + 1] === 0x0a;
    const isOften = OFTEN_HARMLESS.has(kind) || code === BRAILLE_BLANK;
    chip(at, at + 1, kind, isLineEnd || (!isHidden && isOften && !carriers.has(code)));
  }
  flush(codes.length);
  return segments;
}
