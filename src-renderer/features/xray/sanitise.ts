import {
  findInvisible,
  stripDefaultIgnorable,
  stripInvisible,
} from '../../../src-server/lib/text/default-ignorable';
import { segmentsOf } from './segments';

/** Passes until nothing hides; taking one thing away can bring two others together. */
const MAX_PASSES = 8;

const LINE_ENDS = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
const ODD_SPACES = /[^\P{Zs}\x20]/gu;

/** What stands for a sign that no reader could have known. */
const REPLACEMENT = '\uFFFD';

/**
 * The text without what hides in it: invisible, bidirectional and tag characters, stray selectors, controls, signs
 * that draw nothing; odd spaces and line ends made plain, long gaps closed, piled-up marks cut. Private and
 * unassigned code points become a visible replacement. Joiners and selectors of emoji, Persian or the Indic scripts
 * stay, unless `isStrict`. Words are never changed: a look-alike letter or a deceiving link is for a person to judge.
 */
export function sanitise(text: string, { isStrict = false }: { isStrict?: boolean } = {}): string {
  let clean = text;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const next = sanitiseOnce(isStrict ? stripDefaultIgnorable(clean) : clean);
    if (next === clean) return clean;
    clean = next;
  }
  // Made to take many passes: then no exception holds.
  return findInvisible(clean).length === 0 ? clean : sanitiseOnce(stripDefaultIgnorable(clean));
}

function sanitiseOnce(text: string): string {
  const plain = stripInvisible(text.replace(LINE_ENDS, '\n').replace(ODD_SPACES, ' '));
  let clean = '';
  for (const segment of segmentsOf(plain)) {
    if (segment.type === 'plain') {
      clean += segment.text;
      continue;
    }
    const { code, from, to, isExpected } = segment;
    if (segment.class === 'gap') clean += code === 0x0a ? '\n\n' : ' ';
    else if (isExpected) clean += String.fromCodePoint(code).repeat(to - from);
    else if (segment.class === 'private' || segment.class === 'unassigned')
      clean += REPLACEMENT.repeat(to - from);
  }
  return clean;
}
