import { stripDefaultIgnorable } from '../../lib/text/default-ignorable';

/**
 * Search without `ORDER BY rank`: the store gives the newest matches of `parseQuery` as candidates (at most
 * 1,000), and `rankCandidates` orders them by a score of our own. BM25 would have to visit every match
 * (decisions §6). Pure and deterministic: same terms, candidates and time, same order.
 */

/** Words of a query that count; the rest is ignored. */
export const MAX_QUERY_TOKENS = 12;
const MAX_TOKEN_LENGTH = 64;
/** A query is looked at this far, in UTF-16 units. */
const MAX_QUERY_LENGTH = 1_000;
/** One letter in front of `*` would match most of an index. */
const MIN_PREFIX_LENGTH = 2;

const TOKEN = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/**
 * User text as an FTS5 query in which all words must occur and the last may be the start of one:
 * `Größe & "foo*` → `"Größe" "foo"*`. Every word is quoted, so no operator, column filter or syntax error can
 * come from outside. Null where no word is left.
 */
export function parseQuery(q: string): string | null {
  const { tokens, isCut } = tokenize(q);
  if (tokens.length === 0) return null;
  const quoted = tokens.map((token) => `"${token}"`);
  const last = tokens.at(-1) ?? '';
  return !isCut && isPrefixable(last) ? `${quoted.join(' ')}*` : quoted.join(' ');
}

/** The words of a query as `rankCandidates` takes them: folded like the index folds, in order. */
export function queryTerms(q: string): string[] {
  return tokenize(q).tokens.map(foldForSearch);
}

function tokenize(q: string): { tokens: string[]; isCut: boolean } {
  const text = stripDefaultIgnorable(q.slice(0, MAX_QUERY_LENGTH));
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (tokens.length === MAX_QUERY_TOKENS) return { tokens, isCut: true };
    tokens.push(Array.from(token).slice(0, MAX_TOKEN_LENGTH).join(''));
  }
  return { tokens, isCut: false };
}

/** Ideographs are whole words to the index, so one may start a match; of an alphabet it takes two letters. */
function isPrefixable(token: string): boolean {
  return (
    Array.from(token).length >= MIN_PREFIX_LENGTH || /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u.test(token)
  );
}

/** Latin letters with a mark, and marks by themselves: what FTS5's `unicode61` takes the accents off. */
const MARKED = /[\u00C0-\u024F\u1E00-\u1EFF]|[\u0300-\u036F]/g;

/** Lower case without the accents of Latin letters, as the `unicode61` tokenizer compares. */
export function foldForSearch(text: string): string {
  return text.toLowerCase().replace(MARKED, baseLetter);
}

function baseLetter(character: string): string {
  return character.normalize('NFD').replace(/[\u0300-\u036F]+/g, '');
}

export interface SearchCandidate {
  id: string;
  /** Empty where there is none. */
  title: string;
  body: string;
  /** Milliseconds since the epoch. */
  createdAtMs: number;
  /** Votes, comments and the like, summed; below zero counts as zero. */
  engagement: number;
}

export interface RankedCandidate<T extends SearchCandidate> {
  candidate: T;
  score: number;
}

const TITLE_WORD = 3;
const TITLE_START = 2;
const BODY_WORD = 1;
const BODY_START = 0.6;
/** What further hits in a body add at most, together. */
const REPEATS = 0.6;
const TITLE_PHRASE = 3;
const BODY_PHRASE = 1.5;
/** All words close together; halves with every `NEAR_UNITS` between the first and the last. */
const NEAR = 1;
const NEAR_UNITS = 80;
const RECENCY = 1.5;
const RECENCY_HALF_LIFE_MS = 14 * 24 * 60 * 60 * 1_000;
/** Reached at about a thousand votes; never outweighs a word in the title. */
const ENGAGEMENT = 0.5;
/**
 * Bodies are read this far, in UTF-16 units, and this many hits of a word are looked at: the score of a
 * thousand candidates must cost less than fetching them. A word not found by then is further down, since
 * every candidate is a match.
 */
const READ_BODY_LENGTH = 600;
const MAX_HITS = 4;
/** Characters between two words that still make a phrase of them. */
const PHRASE_GAP = 3;
/** Folding may shorten a text: accents that stand apart, ligatures. */
const PHRASE_SLACK = 8;
const MAX_TRIES = 16;

/**
 * Candidates by falling score: words in the title weigh more than in the body, whole words more than starts,
 * a phrase and nearness add, newer is better, engagement breaks near ties. Equal scores: by id, ascending.
 * `terms` are those of `queryTerms`; without any, recency and engagement decide.
 */
export function rankCandidates<T extends SearchCandidate>(
  terms: readonly string[],
  candidates: readonly T[],
  nowMs: number,
): RankedCandidate<T>[] {
  const words = terms.slice(0, MAX_QUERY_TOKENS);
  const query: Query = {
    words: words.map((word) => ({ pattern: patternOf(word), length: word.length })),
    phrase: words.length > 1 ? words : undefined,
  };
  return candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate, query, nowMs) }))
    .sort((a, b) => b.score - a.score || compareIds(a.candidate.id, b.candidate.id));
}

interface Query {
  words: readonly { pattern: RegExp; length: number }[];
  phrase: readonly string[] | undefined;
}

function scoreOf(candidate: SearchCandidate, query: Query, nowMs: number): number {
  let score = recencyOf(candidate.createdAtMs, nowMs) + engagementOf(candidate.engagement);
  const body = candidate.body.slice(0, READ_BODY_LENGTH);
  let first = Infinity;
  let last = -1;
  let titleWords = 0;
  let bodyWords = 0;
  let titleStarts: readonly number[] | undefined;
  let bodyStarts: readonly number[] | undefined;
  for (const { pattern, length } of query.words) {
    const inTitle = hitsOf(candidate.title, pattern, length);
    const inBody = hitsOf(body, pattern, length);
    titleStarts ??= inTitle.starts;
    bodyStarts ??= inBody.starts;
    if (inTitle.count > 0) {
      titleWords += 1;
      score += inTitle.isWhole ? TITLE_WORD : TITLE_START;
    }
    if (inBody.count > 0) {
      bodyWords += 1;
      score += (inBody.isWhole ? BODY_WORD : BODY_START) + REPEATS * (1 - 1 / inBody.count);
      first = Math.min(first, inBody.at);
      last = Math.max(last, inBody.at);
    } else if (inTitle.count === 0) score += BODY_START;
  }
  if (query.phrase === undefined) return score;
  const count = query.words.length;
  if (titleWords === count && hasPhrase(candidate.title, query.phrase, titleStarts)) score += TITLE_PHRASE;
  if (bodyWords < count) return score;
  if (hasPhrase(body, query.phrase, bodyStarts)) return score + BODY_PHRASE;
  return score + NEAR * 0.5 ** ((last - first) / NEAR_UNITS);
}

function recencyOf(createdAtMs: number, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - createdAtMs);
  return RECENCY * 0.5 ** (ageMs / RECENCY_HALF_LIFE_MS);
}

function engagementOf(engagement: number): number {
  return ENGAGEMENT * Math.min(1, Math.log10(1 + Math.max(0, engagement)) / 3);
}

interface Hits {
  /** At most `MAX_HITS`. */
  count: number;
  /** Where the first is, -1 without any. */
  at: number;
  /** Where each counted one is. */
  starts: number[];
  /** One of them is the whole word, not its start. */
  isWhole: boolean;
}

/** Where a word of `text` starts like the pattern, whose matches are `length` units long. */
function hitsOf(text: string, pattern: RegExp, length: number): Hits {
  const hits: Hits = { count: 0, at: -1, starts: [], isWhole: false };
  pattern.lastIndex = 0;
  for (let tries = 0; tries < MAX_TRIES && hits.count < MAX_HITS && pattern.test(text); tries += 1) {
    const at = pattern.lastIndex - length;
    if (at > 0 && isWordUnit(text, at - 1)) continue;
    if (hits.count === 0) hits.at = at;
    hits.count += 1;
    hits.starts.push(at);
    if (!isWordUnit(text, at + length)) hits.isWhole = true;
  }
  return hits;
}

/** Whether the words stand one after the other where the first of them does, at most three other characters apart. */
function hasPhrase(text: string, words: readonly string[], starts: readonly number[] | undefined): boolean {
  const reach = words.reduce((sum, word) => sum + word.length + PHRASE_GAP, 0);
  // Folding a few characters is cheap; a pattern of the whole phrase costs more to compile than all of this.
  return (starts ?? []).some((at) =>
    isPhraseAt(foldForSearch(text.slice(at, at + reach + PHRASE_SLACK)), words),
  );
}

function isPhraseAt(folded: string, words: readonly string[]): boolean {
  let at = 0;
  for (const [index, word] of words.entries()) {
    if (index > 0) {
      const from = at;
      while (at < folded.length && at - from < PHRASE_GAP && !isWordUnit(folded, at)) at += 1;
      if (at === from) return false;
    }
    if (!folded.startsWith(word, at)) return false;
    at += word.length;
  }
  return true;
}

/**
 * Finds a folded word in text that is not folded: a letter stands for itself with any
 * accent, in either case. Folding each text instead would cost ten times more. A word is letters, digits and
 * marks only, so nothing needs escaping.
 */
function patternOf(word: string): RegExp {
  return new RegExp(
    word.replace(/[a-z]/g, (letter) => accented().get(letter) ?? letter),
    'giu',
  );
}

let accentedLetters: Map<string, string> | undefined;

/** Of each letter from a to z that can carry an accent, the class of it and its accented forms. */
function accented(): Map<string, string> {
  if (accentedLetters !== undefined) return accentedLetters;
  const forms = new Map<string, string>();
  for (const [from, to] of [
    [0xc0, 0x24f],
    [0x1e00, 0x1eff],
  ] as const) {
    for (let code = from; code <= to; code += 1) {
      const letter = String.fromCodePoint(code);
      const base = baseLetter(letter);
      if (letter === letter.toLowerCase() && /^[a-z]$/.test(base)) {
        forms.set(base, (forms.get(base) ?? '') + letter);
      }
    }
  }
  accentedLetters = new Map(Array.from(forms, ([base, others]) => [base, `[${base}${others}]`]));
  return accentedLetters;
}

/** Whether the unit belongs to a word. Beyond ASCII, halves of pairs count as letters: cheap, and near enough. */
function isWordUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) {
    const lower = code | 0x20;
    return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
  }
  if (code >= 0xd800 && code <= 0xdfff) return true;
  return /[\p{L}\p{N}\p{M}]/u.test(text.charAt(at));
}

function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
