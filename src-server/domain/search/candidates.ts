import type { Reader } from '../../db/open';
import { foldForSearch, parseQuery, queryTerms, rankCandidates } from './ranking';
import {
  findLastSeq,
  listCandidateTexts,
  listMatches,
  listTitles,
  type SearchCorpus,
} from './search.repo';

/**
 * From a query to a ranked list of rows, at a cost that does not follow the size of the index:
 *
 *   all words, newest 20,000 rows ── 100 or more? ──> rank
 *        └─ fewer ─> all words, older rows too ── 30 or more, or the last word is a frequent one? ──> rank
 *                         └─ else ─> the last word as the start of one ──> rank
 *
 * Joint matches of frequent words are plenty in the newest rows; rare words have short lists, whole. Looking for
 * the starts of words is dear, since FTS5 merges the lists of all of them first: it is kept for what few would find
 * otherwise. Only 100 candidates are read and ranked, those with the most words in the title and then the newest;
 * the rest follow by age. Whoever pages past a list that stopped early gets the older matches after it.
 */

/** The most that is ever listed for one query (decisions §6). */
export const MAX_CANDIDATES = 1_000;
const RECENT_ROWS = 20_000;
const READ_CANDIDATES = 100;
/** The longest page: with a page of whole words there is no need to guess at longer ones. */
const STARTS_BELOW = 30;
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

/** What to read: rows with the most words in the title, or name, first; among equals the newest. */
function chooseToRead(
  db: Reader,
  corpus: SearchCorpus,
  terms: readonly string[],
  newest: readonly number[],
): { read: number[]; rest: number[] } {
  const wordsInTitle = listTitles(db, corpus, newest).map((title) => {
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
  const from = Math.max(0, to - RECENT_ROWS + 1);
  const exact = wholeWords(query.match);
  const recent = listMatches(db, corpus, exact, { from, to, limit: MAX_CANDIDATES });
  if (recent.length >= READ_CANDIDATES) {
    // A list cut at its limit ends where its last row is, wherever the stretch would have ended.
    const end = recent.length === MAX_CANDIDATES ? 0 : from;
    return { seqs: rank(db, corpus, query, recent, now), from: end };
  }
  const older =
    from === 0
      ? []
      : listMatches(db, corpus, exact, { from: 0, to: from - 1, limit: MAX_CANDIDATES - recent.length });
  const found = [...recent, ...older];
  const isEnough = found.length >= STARTS_BELOW || exact === query.match;
  if (isEnough || isLastFrequent(db, corpus, exact, to)) {
    return { seqs: rank(db, corpus, query, found, now), from: 0 };
  }
  const starts = listMatches(db, corpus, query.match, { from: 0, to, limit: MAX_CANDIDATES });
  const all = [...new Set([...found, ...starts])].sort((a, b) => b - a);
  return { seqs: rank(db, corpus, query, all, now), from: 0 };
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
