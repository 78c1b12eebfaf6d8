/**
 * Characters that are in a text but not on the screen. Two questions are kept apart: what can be dropped
 * without a visible loss (`stripDefaultIgnorable`), and what hides something (`findInvisible`). Emoji,
 * Persian and the Indic scripts need joiners and selectors; everywhere else those carry text to a machine
 * that the person who approves never saw (decisions §6). Properties: UAX #44, UTS #51, Core Spec §23.
 */

/**
 * Default_Ignorable_Code_Point (joiners, selectors, tags, fillers), Bidi_Control, and the format characters
 * (Cf) that have no glyph of their own. The others of Cf are signs that people see (Arabic number signs) or
 * that lay out hieroglyphs.
 */
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]/u;
const IGNORABLE_ALL = new RegExp(IGNORABLE, 'gu');

/** Beyond `IGNORABLE`: control characters but tab and line ends, and the blank Braille cell. */
const UNSEEN =
  /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB\u2800]|[^\P{Control}\t\n\r\x85]/u;

/** Spaces of a width that nobody types twice in a row; no-break and ideographic ones are left out. */
const ODD_SPACE = /[\u1680\u2000-\u200A\u202F\u205F]/;
const ODD_SPACES = /[\u1680\u2000-\u200A\u202F\u205F]{2}/;

/** White space of Unicode that is not ASCII: the space separators, NEL, line and paragraph separator. */
const NON_ASCII_SPACE = /[^\P{Separator}\x20]|\x85/u;

const EMOJI = /\p{Extended_Pictographic}/u;
const EMOJI_OR_SKIN = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const KEYCAP_BASE = /[0-9#*]/;
const HAN = /\p{Script=Han}/u;
const MONGOLIAN = /\p{Script=Mongolian}/u;
const BRAILLE = /[\u2801-\u28FF]/;

/** Scripts whose spelling uses ZWJ or ZWNJ between letters (Core Spec §9.2, §12, §13, §16). */
const CURSIVE =
  /(?=[\p{L}\p{M}])[\p{scx=Arabic}\p{scx=Syriac}\p{scx=Nko}\p{scx=Mongolian}\p{scx=Mandaic}\p{scx=Adlam}]/u;
const INDIC =
  /(?=[\p{L}\p{M}])[\p{scx=Devanagari}\p{scx=Bengali}\p{scx=Gurmukhi}\p{scx=Gujarati}\p{scx=Oriya}\p{scx=Tamil}\p{scx=Telugu}\p{scx=Kannada}\p{scx=Malayalam}\p{scx=Sinhala}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}\p{scx=Balinese}\p{scx=Javanese}]/u;

/** The three flags of UTS #51 that are spelt with tags: England, Scotland, Wales. Longer tags carry text. */
const TAG_FLAGS = ['gbeng', 'gbsct', 'gbwls'].map(
  (region) => '\u{1F3F4}' + String.fromCodePoint(...Array.from(region, tagOf), 0xe007f),
);

export interface Invisible {
  /** Code-point offsets, [from, to): one run of characters that nobody sees. */
  from: number;
  to: number;
  /** The first of the run. */
  codePoint: number;
}

/** True where one code point, given as a string, is dropped by `stripDefaultIgnorable`. */
export function isIgnorable(character: string): boolean {
  return IGNORABLE.test(character);
}

/** True for white space that is not ASCII: no-break, thin, ideographic and the like. */
export function isNonAsciiSpace(character: string): boolean {
  return NON_ASCII_SPACE.test(character);
}

/**
 * The text without any default-ignorable code point, legitimate or not, as foreign text goes into tool
 * results (decisions §6). Joined emoji fall apart into their parts and Persian loses its half spaces: use
 * `stripInvisible` where people read the result.
 */
export function stripDefaultIgnorable(value: string): string {
  return value.replace(IGNORABLE_ALL, '');
}

/** The text without what `findInvisible` reports; emoji and joined scripts stay whole. */
export function stripInvisible(value: string): string {
  const found = findInvisible(value);
  if (found.length === 0) return value;
  const characters = Array.from(value);
  let kept = '';
  let at = 0;
  for (const run of found) {
    kept += characters.slice(at, run.from).join('');
    at = run.to;
  }
  return kept + characters.slice(at).join('');
}

/**
 * Runs of characters that are not seen, in order: zero-width, bidirectional, tag and filler characters,
 * stray selectors, controls, and rows of odd spaces. Not reported: the joiners and selectors of well-formed
 * emoji, one variation selector after a Han or Mongolian letter, ZWJ and ZWNJ inside words of scripts that
 * are spelt with them.
 */
export function findInvisible(value: string): Invisible[] {
  // Most texts have none; they cost one pass of a regex.
  if (!UNSEEN.test(value) && !ODD_SPACES.test(value)) return [];
  const characters = Array.from(value);
  const found: Invisible[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const flag = tagFlagLength(characters, at);
    if (flag > 0) {
      at += flag - 1;
      continue;
    }
    if (!isHidden(characters, at)) continue;
    const last = found.at(-1);
    if (last?.to === at) last.to = at + 1;
    else found.push({ from: at, to: at + 1, codePoint: characters[at]?.codePointAt(0) ?? 0 });
  }
  return found;
}

function isHidden(characters: readonly string[], at: number): boolean {
  const character = characters[at] ?? '';
  const before = characters[at - 1] ?? '';
  const after = characters[at + 1] ?? '';
  if (ODD_SPACE.test(character)) return ODD_SPACE.test(before) || ODD_SPACE.test(after);
  if (!UNSEEN.test(character)) return false;
  switch (character) {
    case '\u200D':
      return !joinsEmoji(characters, at) && !spellsWithJoiner(before, after);
    case '\u200C':
      return !spellsWithNonJoiner(before, after);
    case '\uFE0E':
    case '\uFE0F':
      return !EMOJI_OR_SKIN.test(before) && !(KEYCAP_BASE.test(before) && after === '\u20E3');
    case '\u2800':
      return !BRAILLE.test(before) && !BRAILLE.test(after);
    case '\u180E':
      return !MONGOLIAN.test(before) || !MONGOLIAN.test(after);
    default:
      if (/[\u180B-\u180D\u180F]/.test(character)) return !MONGOLIAN.test(before);
      if (/[\uFE00-\uFE02\u{E0100}-\u{E01EF}]/u.test(character)) return !HAN.test(before);
      return true;
  }
}

/** ZWJ between two emoji, the first with at most a skin tone or a presentation selector (UTS #51 ED-16). */
function joinsEmoji(characters: readonly string[], at: number): boolean {
  if (!EMOJI.test(characters[at + 1] ?? '')) return false;
  const before = characters[at - 1] ?? '';
  const base = before === '\uFE0F' ? (characters[at - 2] ?? '') : before;
  return EMOJI_OR_SKIN.test(base);
}

/** ZWJ after a letter of such a script: it may end the word, as in the Persian abbreviation "ه\u200D.". */
function spellsWithJoiner(before: string, after: string): boolean {
  return !UNSEEN.test(after) && (CURSIVE.test(before) || INDIC.test(before));
}

/** ZWNJ between cursive letters ("می\u200Cخواهم"), or after an Indic letter or virama, where it may end the word. */
function spellsWithNonJoiner(before: string, after: string): boolean {
  if (UNSEEN.test(after)) return false;
  return INDIC.test(before) || (CURSIVE.test(before) && CURSIVE.test(after));
}

function tagFlagLength(characters: readonly string[], at: number): number {
  if (characters[at] !== '\u{1F3F4}') return 0;
  const length = 7;
  return TAG_FLAGS.includes(characters.slice(at, at + length).join('')) ? length : 0;
}

function tagOf(letter: string): number {
  return 0xe0000 + (letter.codePointAt(0) ?? 0);
}
