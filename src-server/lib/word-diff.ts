import { diffArrays } from 'diff';
import type { WordChange } from '../contract/console/inbox';

/**
 * Words added and removed before the search for the shortest diff is given up; its cost grows with the
 * square. A count and not a time, so that the same texts give the same diff on every machine.
 */
const MAX_EDITS = 600;

/** Words of any alphabet, with what holds them together; white space; whole emoji; any other sign by itself. */
const TOKEN =
  /[\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_\u200C\u200D]*(?:['’-][\p{L}\p{N}\p{M}_\u200C\u200D]+)*|\s+|\p{RI}{2}|\p{Extended_Pictographic}(?:[\uFE0F\p{Emoji_Modifier}]|\u200D\p{Extended_Pictographic})*|[^]/gu;

/** Scripts without blanks between words; there a dictionary cuts them. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

/**
 * What changed between two texts, by words, as owner, agent and audit see an edit (decisions §3). The parts
 * that are not `added` give `before` exactly, those not `removed` give `after`; of a change, what was removed
 * comes first. Where the texts differ in more than 600 words and signs, everything between their common
 * start and end is replaced as a whole.
 */
export function wordDiff(before: string, after: string): WordChange[] {
  const old = tokenize(before);
  const young = tokenize(after);
  let start = 0;
  while (start < Math.min(old.length, young.length) && old[start] === young[start]) start += 1;
  let end = 0;
  const rest = Math.min(old.length, young.length) - start;
  while (end < rest && old.at(-1 - end) === young.at(-1 - end)) end += 1;
  const [cutOld, cutYoung] = [old.slice(start, old.length - end), young.slice(start, young.length - end)];
  return merge([
    { type: 'same', value: old.slice(0, start).join('') },
    ...diffTokens(cutOld, cutYoung),
    { type: 'same', value: old.slice(old.length - end).join('') },
  ]);
}

function tokenize(text: string): string[] {
  const tokens = text.match(TOKEN) ?? [];
  if (!UNSPACED.test(text)) return tokens;
  const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
  return tokens.flatMap((token) =>
    UNSPACED.test(token) ? Array.from(segmenter.segment(token), ({ segment }) => segment) : [token],
  );
}

function diffTokens(before: string[], after: string[]): WordChange[] {
  const changes = diffArrays(before, after, { maxEditLength: MAX_EDITS });
  if (changes === undefined) {
    return [
      { type: 'removed', value: before.join('') },
      { type: 'added', value: after.join('') },
    ];
  }
  return changes.map(({ added, removed, value }) => {
    if (added) return { type: 'added', value: value.join('') };
    return { type: removed ? 'removed' : 'same', value: value.join('') };
  });
}

/**
 * One removed and one added part per change. A blank that happens to stay between two changed words belongs
 * to the change: "quick brown" → "slow red" reads as one replacement, not as two.
 */
function merge(parts: readonly WordChange[]): WordChange[] {
  const merged: WordChange[] = [];
  let removed = '';
  let added = '';
  const flush = (): void => {
    if (removed !== '') merged.push({ type: 'removed', value: removed });
    if (added !== '') merged.push({ type: 'added', value: added });
    removed = '';
    added = '';
  };
  parts.forEach((part, at) => {
    if (part.type === 'removed') removed += part.value;
    else if (part.type === 'added') added += part.value;
    else if (part.value === '') return;
    else if (removed !== '' && added !== '' && isBlank(part.value) && isChanged(parts[at + 1])) {
      removed += part.value;
      added += part.value;
    } else {
      flush();
      merged.push(part);
    }
  });
  flush();
  return merged;
}

function isBlank(text: string): boolean {
  return /^\s+$/.test(text);
}

function isChanged(part: WordChange | undefined): boolean {
  return part !== undefined && part.type !== 'same' && part.value !== '';
}
