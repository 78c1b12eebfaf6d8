import { foldForSearch } from './ranking';

/** The bound on a snippet in code points, its ellipses included. */
export const SNIPPET_MAX = 200;
/** How much of the text stands before the first hit. */
const LEAD = 60;
const TRIES = 20;

/** A stretch of a text around the first of these words, on one line. */
export function snippetOf(content: string, terms: readonly string[]): string {
  const hit = findHit(content, terms);
  const from = hit <= LEAD ? 0 : startOfWord(content, hit - LEAD);
  // Twice the bound in UTF-16 units holds enough code points, and once more for runs of white space.
  const line = content
    .slice(from, from + 3 * SNIPPET_MAX)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const isCutBefore = from > 0;
  const points = [...line];
  const room = SNIPPET_MAX - (isCutBefore ? 1 : 0);
  const isCutAfter = points.length > room || from + 3 * SNIPPET_MAX < content.length;
  const shown = isCutAfter
    ? points
        .slice(0, room - 1)
        .join('')
        .trimEnd()
    : line;
  return `${isCutBefore ? '…' : ''}${shown}${isCutAfter ? '…' : ''}`;
}

/** Where the first word starts a word of the text; 0 where folding moves places or nothing is found. */
function findHit(content: string, terms: readonly string[]): number {
  const folded = foldForSearch(content);
  if (folded.length !== content.length) return 0;
  let first = Infinity;
  for (const term of terms) {
    let at = folded.indexOf(term);
    for (let tries = 0; at > 0 && tries < TRIES && isLetter(folded.charAt(at - 1)); tries += 1) {
      at = folded.indexOf(term, at + 1);
    }
    if (at >= 0) first = Math.min(first, at);
  }
  return first === Infinity ? 0 : first;
}

function isLetter(character: string): boolean {
  return /[\p{L}\p{N}\p{M}]/u.test(character);
}

/** The next place at or after `at` behind white space, so that no word and no pair of units is cut. */
function startOfWord(content: string, at: number): number {
  const space = content.slice(at, at + LEAD).search(/\s/);
  if (space >= 0) return at + space + 1;
  const unit = content.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
