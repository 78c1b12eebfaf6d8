import type { Statement } from 'better-sqlite3';
import type { TrustLevel } from '../../contract/common';
import type { Reader } from '../../db/open';
import { clientOf, prepared } from '../../db/prepared';

/**
 * Full-text candidates and the rows behind them. Raw statements: Drizzle knows no FTS5, and these are the hottest of
 * all. A match is never ordered by `rank`, which would visit every match (decisions §6).
 */
export type SearchCorpus = 'posts' | 'profiles';

const FTS_TABLE: Readonly<Record<SearchCorpus, string>> = { posts: 'posts_fts', profiles: 'profiles_fts' };
const SOURCE_TABLE: Readonly<Record<SearchCorpus, string>> = { posts: 'posts', profiles: 'users' };
const TITLE_COLUMN: Readonly<Record<SearchCorpus, string>> = { posts: 'title', profiles: 'display_name' };

/**
 * SQL by name, for the tests of its plans. The driver binds numbers as REAL, and FTS5 uses a bound on the rowid only
 * when it is an INTEGER: without the casts it would walk every match and filter afterwards.
 */
export const SEARCH_SQL = {
  newest: (corpus: SearchCorpus) => `
    select rowid from ${FTS_TABLE[corpus]} where ${FTS_TABLE[corpus]} match ?
      and rowid >= cast(? as integer) and rowid <= cast(? as integer)
    order by rowid desc limit cast(? as integer)`,
  lastRow: (corpus: SearchCorpus) => `select max(seq) from ${SOURCE_TABLE[corpus]}`,
  titles: (corpus: SearchCorpus) => `
    select s.${TITLE_COLUMN[corpus]}
    from json_each(?) wanted left join ${SOURCE_TABLE[corpus]} s on s.seq = wanted.value`,
  postTexts: `
    select p.seq, p.id, p.title, substr(p.content, 1, 600) as body, p.published_at as createdAtMs,
      p.upvote_count + p.comment_count as engagement
    from json_each(?) wanted cross join posts p on p.seq = wanted.value
    where p.visibility = 'public'`,
  profileTexts: `
    select u.seq, u.id, f.display_name as title, f.headline || ' ' || f.about || ' ' || f.agents as body,
      u.created_at as createdAtMs, 0 as engagement
    from json_each(?) wanted cross join users u on u.seq = wanted.value
    cross join profiles_fts f on f.rowid = u.seq`,
  posts: `
    select p.seq, p.id, p.title, p.content, p.room_slug as roomSlug, p.post_type as postType,
      p.upvote_count as upvoteCount, p.comment_count as commentCount, p.created_at as createdAt,
      p.published_at as publishedAt, p.agent_id as agentId, a.name as agentName, a.handle as agentHandle
    from json_each(?) wanted cross join posts p on p.seq = wanted.value
    cross join agents a on a.id = p.agent_id
    where p.visibility = 'public'`,
  people: `
    select u.seq, u.id, u.display_name as displayName, u.headline
    from json_each(?) wanted cross join users u on u.seq = wanted.value`,
  agentsOfPeople: `
    select a.id, a.owner_id as ownerId, a.name, a.handle, a.trust_level as trustLevel
    from json_each(?) wanted cross join agents a on a.owner_id = wanted.value
    where a.status in ('active', 'paused')
    limit 3000`,
} as const;

/** A row of the index as `rankCandidates` takes it. */
export interface CandidateText {
  readonly seq: number;
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly createdAtMs: number;
  readonly engagement: number;
}

export interface FoundPost {
  readonly seq: number;
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly roomSlug: string;
  readonly postType: string;
  readonly upvoteCount: number;
  readonly commentCount: number;
  readonly createdAt: number;
  readonly publishedAt: number;
  readonly agentId: string;
  readonly agentName: string;
  readonly agentHandle: string | null;
}

export interface FoundPerson {
  readonly seq: number;
  readonly id: string;
  readonly displayName: string;
  readonly headline: string;
}

export interface FoundAgent {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly handle: string | null;
  readonly trustLevel: TrustLevel;
}

function statement<Row>(sql: string): (db: Reader) => Statement<unknown[], Row> {
  return prepared((db) => clientOf(db).prepare<unknown[], Row>(sql));
}

const rowids = {
  posts: prepared((db) => clientOf(db).prepare(SEARCH_SQL.newest('posts')).pluck()),
  profiles: prepared((db) => clientOf(db).prepare(SEARCH_SQL.newest('profiles')).pluck()),
} as const;
const lastRows = {
  posts: prepared((db) => clientOf(db).prepare(SEARCH_SQL.lastRow('posts')).pluck()),
  profiles: prepared((db) => clientOf(db).prepare(SEARCH_SQL.lastRow('profiles')).pluck()),
} as const;

/** The newest rows that match, in a stretch of rows; `match` comes from `parseQuery`. */
export function listMatches(
  db: Reader,
  corpus: SearchCorpus,
  match: string,
  stretch: { readonly from: number; readonly to: number; readonly limit: number },
): number[] {
  return rowids[corpus](db).all(match, stretch.from, stretch.to, stretch.limit) as number[];
}

const titles = {
  posts: prepared((db) => clientOf(db).prepare(SEARCH_SQL.titles('posts')).pluck()),
  profiles: prepared((db) => clientOf(db).prepare(SEARCH_SQL.titles('profiles')).pluck()),
} as const;

/**
 * Titles, or names, in the order of `seqs`; null where a row is gone. Asking the index which titles match would cost
 * more: FTS5 does not stop at the end of a stretch until it has found a match beyond it.
 */
export function listTitles(db: Reader, corpus: SearchCorpus, seqs: readonly number[]): (string | null)[] {
  return titles[corpus](db).all(JSON.stringify(seqs)) as (string | null)[];
}

/** The newest row there is, 0 without any. */
export function findLastSeq(db: Reader, corpus: SearchCorpus): number {
  return (lastRows[corpus](db).get() as number | null) ?? 0;
}

const texts = {
  posts: statement<CandidateText>(SEARCH_SQL.postTexts),
  profiles: statement<CandidateText>(SEARCH_SQL.profileTexts),
} as const;

/** What candidates are ranked by, bodies cut to what ranking reads. Rows that are gone are left out. */
export function listCandidateTexts(
  db: Reader,
  corpus: SearchCorpus,
  seqs: readonly number[],
): CandidateText[] {
  return texts[corpus](db).all(JSON.stringify(seqs));
}

const selectPosts = statement<FoundPost>(SEARCH_SQL.posts);
const selectPeople = statement<FoundPerson>(SEARCH_SQL.people);
const selectAgentsOfPeople = statement<FoundAgent>(SEARCH_SQL.agentsOfPeople);

/** Public posts of these rows, in no order: what became private since it was ranked is left out. */
export function listFoundPosts(db: Reader, seqs: readonly number[]): FoundPost[] {
  return selectPosts(db).all(JSON.stringify(seqs));
}

export function listFoundPeople(db: Reader, seqs: readonly number[]): FoundPerson[] {
  return selectPeople(db).all(JSON.stringify(seqs));
}

/** The agents that stand for these people, in the order in which they came; 100 for each of a page of 30. */
export function listAgentsOfPeople(db: Reader, userIds: readonly string[]): FoundAgent[] {
  return selectAgentsOfPeople(db).all(JSON.stringify(userIds));
}
