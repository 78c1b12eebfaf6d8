import type { Reader } from '../../db/open';
import { foldForSearch, parseQuery, queryTerms, rankCandidates } from './ranking';
import { findLastSeq, listCandidateTexts, listMatches, listTitles, type SearchCorpus } from './search.repo';

/**
 * From a query to a ranked list of rows, at a cost that hardly follows the size of the index:
 *
 *   one word ─────────────────────> its newest 1,000 matches ──────────────────────┐
 *   several ──> all of them, newest 20,000 rows ── a page or more? ────────────────┤
 *                   └─ less ─> older rows too ── a page or more? ──────────────────┼─> rank
 *                                  └─ less ─> the last word as the start of one ───┘
 *
 * FTS5 walks the whole lists of words that are frequent but rarely meet, hence the newest rows first: there they
 * meet often enough, or one of them is rare and its list is short. The starts of words are dear too, since the lists
 * of all of them are merged first: they are for what finds less than a page otherwise, and not for a last word that
 * is frequent by itself. Only 100 candidates are read and ranked: of the newest 400 those with the most words in the
 * title, then the newest. The rest follow by age. Whoever pages past a list that stopped early gets the older
 * matches after it.
 */

/** The most that is ever listed for one query (decisions §6), for whoever pages so far. */
export const MAX_CANDIDATES = 1_000;
const RECENT_ROWS = 20_000;
/** Titles looked at, from the newest down; matches of a rarer word lie on as many pages of the file. */
const TITLES_READ = 400;
const READ_CANDIDATES = 60;
/** The longest page. */
const A_PAGE = 30;
/** A word that so many rows have is meant as it stands. */
const FREQUENT = 500;

export interface PreparedQuery {
  /** FTS5: all words, the last perhaps the start of one. */
  readonly match: string;
  readonly terms: readonly string[];
}

/** @returns undefined where there is no word to look for */
export function prepareQuery(q: string): PreparedQuery | undefined {
  const match = parseQuery(q);
  return match === null ? undefined : { match, terms: queryTerms(q) };
}

export interface RankedList {
  /** Rows, the best first. */
  readonly seqs: readonly number[];
  /** Rows below this were not looked at; 0 where all were. */
  readonly from: number;
}

function wholeWords(match: string): string {
  return match.endsWith('*') ? match.slice(0, -1) : match;
}

/** Whether the last word is in so many rows that it is hardly the start of another. */
function isLastFrequent(db: Reader, corpus: SearchCorpus, match: string, to: number): boolean {
  const last = match.slice(match.lastIndexOf(' "') + 1);
  return listMatches(db, corpus, last, { from: 0, to, limit: FREQUENT }).length === FREQUENT;
}

/** What to read: rows with the most words in the title, or name; among equals, and beyond 400, the newest. */
function chooseToRead(
  db: Reader,
  corpus: SearchCorpus,
  terms: readonly string[],
  newest: readonly number[],
): { read: number[]; rest: number[] } {
  const wordsInTitle = listTitles(db, corpus, newest.slice(0, TITLES_READ)).map((title) => {
    const folded = title === null ? '' : foldForSearch(title);
    return terms.filter((term) => folded.includes(term)).length;
  });
  const places = newest.map((_seq, place) => place);
  places.sort((a, b) => (wordsInTitle[b] ?? 0) - (wordsInTitle[a] ?? 0) || a - b);
  const isRead = new Set(places.slice(0, READ_CANDIDATES));
  return {
    read: newest.filter((_seq, place) => isRead.has(place)),
    rest: newest.filter((_seq, place) => !isRead.has(place)),
  };
}

function rank(
  db: Reader,
  corpus: SearchCorpus,
  { terms }: PreparedQuery,
  newest: readonly number[],
  now: number,
): number[] {
  if (newest.length === 0) return [];
  const { read, rest } =
    newest.length > READ_CANDIDATES
      ? chooseToRead(db, corpus, terms, newest)
      : { read: [...newest], rest: [] };
  const best = rankCandidates(terms, listCandidateTexts(db, corpus, read), now);
  return [...best.map(({ candidate }) => candidate.seq), ...rest];
}

/** The ranked list of a query, as much of it as first pages need. */
export function findRanked(db: Reader, corpus: SearchCorpus, query: PreparedQuery, now: number): RankedList {
  const to = findLastSeq(db, corpus);
  const from = query.terms.length === 1 ? 0 : Math.max(0, to - RECENT_ROWS + 1);
  const exact = wholeWords(query.match);
  const recent = listMatches(db, corpus, exact, { from, to, limit: TITLES_READ });
  if (recent.length >= A_PAGE) {
    // What was cut off goes on below the last match that is there.
    const last = recent.length === TITLES_READ ? recent.at(-1) : undefined;
    return { seqs: rank(db, corpus, query, recent, now), from: last ?? from };
  }
  const limit = MAX_CANDIDATES - recent.length;
  const older = from === 0 ? [] : listMatches(db, corpus, exact, { from: 0, to: from - 1, limit });
  const found = [...recent, ...older];
  const isEnough = found.length >= A_PAGE || exact === query.match || isLastFrequent(db, corpus, exact, to);
  const starts = isEnough ? [] : listMatches(db, corpus, query.match, { from: 0, to, limit });
  const newest = [...new Set([...found, ...starts])].sort((a, b) => b - a);
  return { seqs: rank(db, corpus, query, newest, now), from: 0 };
}

/** The older matches behind a list that stopped early, by age. */
export function extendRanked(
  db: Reader,
  corpus: SearchCorpus,
  query: PreparedQuery,
  list: RankedList,
): RankedList {
  if (list.from === 0) return list;
  const older = listMatches(db, corpus, wholeWords(query.match), {
    from: 0,
    to: list.from - 1,
    limit: MAX_CANDIDATES - list.seqs.length,
  });
  return { seqs: [...list.seqs, ...older], from: 0 };
}
