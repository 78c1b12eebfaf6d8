import { isIgnorable, isNonAsciiSpace } from '../default-ignorable';

/**
 * The text as a machine that wants the address would read it: invisible characters and overlaid marks gone,
 * compatibility forms (NFKC), digits of all scripts and dashes folded to ASCII, runs of white space to one
 * blank or one line feed. Detectors search here, so no disguise needs a pattern of its own; `spanOf` leads
 * back to the text as written. Since white space never repeats, their patterns need no unbounded gaps.
 */
export interface FoldedView {
  text: string;
  /** Code-point span in the original of the view's UTF-16 units [from, to). */
  spanOf(from: number, to: number): [number, number];
}

/** What a detector found in a view. */
export interface Found {
  /** UTF-16 units of the view, [from, to). */
  from: number;
  to: number;
}

const ASCII_SPACE = /[ \t\n\v\f\r]/;
const LINE_END = /[\n\r\u2028\u2029\x85]/;
const DROPPED = /\p{Control}|[\u0300-\u036F]|[\u20D0-\u20F0]/u;
const DASH = /[\p{Dash_Punctuation}\u2212]/u;
const DIGIT = /\p{Decimal_Number}/u;
const ASCII_WORD = /[a-z0-9]/i;
const MAX_EXPANSION = 6;
const IDEOGRAPHIC_STOP = /[\u3002\uFF61]/;

const isPlain = (code: number) => code > 0x20 && code < 0x7f;

/** Linear in the text; never throws, lone surrogates stay as they are. */
export function foldView(text: string): FoldedView {
  const folded: string[] = [];
  const origins: number[] = [];
  let point = 0;
  let last = '';
  const push = (units: string, origin: number): void => {
    folded.push(units);
    for (let unit = 0; unit < units.length; unit += 1) origins.push(origin);
    last = units.charAt(units.length - 1);
  };
  const pushSpace = (isLineEnd: boolean): void => {
    if (last !== ' ' && last !== '\n') push(isLineEnd ? '\n' : ' ', point);
    else if (isLineEnd && last === ' ') {
      folded[folded.length - 1] = '\n';
      last = '\n';
    }
  };
  for (let at = 0; at < text.length; point += 1) {
    // Words of ASCII with one blank between them are most of most texts: taken as they are, a stretch at a time.
    let end = at;
    while (isPlain(text.charCodeAt(end)) || (text.charAt(end) === ' ' && isPlain(text.charCodeAt(end + 1)))) {
      if (text.charAt(end) === ' ' && (end === at || text.charAt(end - 1) === ' ')) break;
      end += 1;
    }
    if (end > at) {
      folded.push(text.slice(at, end));
      for (; at < end; at += 1, point += 1) origins.push(point);
      last = text.charAt(end - 1);
      point -= 1;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += character.length;
    if (ASCII_SPACE.test(character) || isNonAsciiSpace(character)) {
      pushSpace(LINE_END.test(character));
      continue;
    }
    for (const unit of foldCharacter(character, text.charAt(at - 2), text.charAt(at))) {
      if (unit === ' ') pushSpace(false);
      else push(unit, point);
    }
  }
  return {
    text: folded.join(''),
    spanOf: (from, to) => [origins[from] ?? 0, (origins[to - 1] ?? 0) + 1],
  };
}

/** What one character becomes, in UTF-16 units; empty when it is dropped. */
function foldCharacter(character: string, before: string, after: string): string[] {
  if (DROPPED.test(character) || isIgnorable(character)) return [];
  // "name@example。com"; but 。 also ends a sentence, so only between two ASCII letters or digits.
  if (IDEOGRAPHIC_STOP.test(character)) {
    return [ASCII_WORD.test(before) && ASCII_WORD.test(after) ? '.' : '\u3002'];
  }
  const folded = character.normalize('NFKC');
  // Arabic phrases in one character, up to 18 long: no address is written with them.
  if (folded.length > MAX_EXPANSION) return [character.charAt(0)];
  if (DASH.test(folded)) return ['-'];
  if (DIGIT.test(folded))
    return Array.from(folded, (c) => asciiDigit(c))
      .join('')
      .split('');
  return folded.split('');
}

/** Decimal digits come in rows of ten that start with zero (Unicode Standard, §4.6). */
function asciiDigit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80 || !DIGIT.test(character)) return character;
  let zero = code;
  while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}
