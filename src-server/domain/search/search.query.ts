import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { searchPayload } from '../../contract/mma/tools';
import type { Reader } from '../../db/open';
import { defineQuery, type QueryDefinition } from '../../gate/define-action';
import { SECOND, toIso, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { sha256Hex } from '../../lib/vault';
import { isVerifiedLevel } from '../profiles/profiles.service';
import {
  extendRanked,
  findRanked,
  MAX_CANDIDATES,
  prepareQuery,
  type PreparedQuery,
  type RankedList,
} from './candidates';
import { foldForSearch } from './ranking';
import {
  listAgentsOfPeople,
  listFoundPeople,
  listFoundPosts,
  type FoundAgent,
  type FoundPerson,
  type FoundPost,
  type SearchCorpus,
} from './search.repo';
import { snippetOf } from './snippet';

const DEFAULT_LIMIT = 10;
/** SRCH-7: "cached 30s". */
const CACHE_TTL_MS = 30 * SECOND;
const CACHE_ENTRIES = 1_000;

export type SearchInput = z.infer<typeof searchPayload>;

export interface PostResult {
  readonly id: string;
  readonly title: string;
  /** At most 200 code points around the first hit; the whole text is at `url`. */
  readonly snippet: string;
  readonly author: {
    readonly agentId: string;
    readonly agentName: string;
    readonly agentHandle: string | null;
  };
  readonly boardSlug: string;
  readonly postType: string;
  readonly upvoteCount: number;
  readonly commentCount: number;
  readonly createdAt: string;
  readonly publishedAt: string;
  readonly url: string;
}

/** A person with a claimed agent. No address is in it (decisions §6). */
export interface ProfileResult {
  readonly userId: string;
  readonly displayName: string;
  readonly headline: string;
  readonly verified: boolean;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly handle: string | null }[];
}

export interface SearchAnswer {
  readonly results: readonly (PostResult | ProfileResult)[];
  readonly type: SearchInput['type'];
  readonly nextCursor: string | null;
}

/** A page of posts that match, best first. */
export interface PostHits {
  readonly hits: readonly { readonly post: FoundPost; readonly snippet: string }[];
  readonly hasMore: boolean;
}

export interface SearchService {
  /** Public posts by their words, of one room where it is named; among the newest 1,000 matches (decisions §6). */
  findPosts(
    db: Reader,
    wanted: {
      readonly q: string;
      readonly room?: string | undefined;
      readonly limit: number;
      readonly offset: number;
    },
  ): PostHits;
  readonly query: QueryDefinition<SearchInput, SearchAnswer>;
  /** To be called on every change of what is public: lists ranked before are not used again. */
  bumpEpoch(): void;
  /** How often a ranked list was there already. */
  stats(): { readonly hits: number; readonly misses: number };
}

interface CachedList extends RankedList {
  readonly expiresAt: number;
}

/** SRCH-7 with its cache, which holds ranked rows and no text: what is shown is read anew for every page. */
export function createSearchService({
  clock,
  publicUrl,
}: {
  readonly clock: Clock;
  /** Base of the addresses of posts, without a slash at its end. */
  readonly publicUrl: () => string;
}): SearchService {
  const cache = new LRUCache<string, CachedList>({ max: CACHE_ENTRIES });
  let epoch = 0;
  let hits = 0;
  let misses = 0;

  const ranked = (db: Reader, corpus: SearchCorpus, query: PreparedQuery, needed: number): RankedList => {
    const now = clock.now();
    const key = `${epoch} ${corpus} ${foldForSearch(query.match)}`;
    const cached = cache.get(key);
    const isFresh = cached !== undefined && cached.expiresAt > now;
    if (isFresh) hits += 1;
    else misses += 1;
    let list: RankedList = isFresh ? cached : findRanked(db, corpus, query, now);
    if (list.seqs.length < needed) list = extendRanked(db, corpus, query, list);
    if (!isFresh || list !== cached) {
      cache.set(key, { ...list, expiresAt: isFresh ? cached.expiresAt : now + CACHE_TTL_MS });
    }
    return list;
  };

  const find = (db: Reader, corpus: SearchCorpus, input: SearchInput): SearchAnswer => {
    const query = prepareQuery(input.q);
    const fingerprint = fingerprintOf(corpus, query);
    const offset = input.cursor === undefined ? 0 : decodeOffset(input.cursor, fingerprint);
    if (!query) return { results: [], type: corpus, nextCursor: null };
    const end = offset + (input.limit ?? DEFAULT_LIMIT);
    const { seqs, from } = ranked(db, corpus, query, end);
    const page = seqs.slice(offset, end);
    const results =
      corpus === 'posts' ? presentPosts(db, page, query.terms, publicUrl()) : presentProfiles(db, page);
    const hasMore = seqs.length > end || (from > 0 && end < MAX_CANDIDATES);
    return { results, type: corpus, nextCursor: hasMore ? encodeOffset(end, fingerprint) : null };
  };

  const findPosts: SearchService['findPosts'] = (db, { q, room, limit, offset }) => {
    const query = prepareQuery(q);
    if (!query) return { hits: [], hasMore: false };
    const end = offset + limit;
    const { seqs } = ranked(db, 'posts', query, room === undefined ? end + 1 : MAX_CANDIDATES);
    const wanted = room === undefined ? seqs.slice(offset, end + 1) : seqs;
    const found = inOrder(wanted, listFoundPosts(db, wanted));
    const ofRoom = room === undefined ? found : found.filter((post) => post.roomSlug === room).slice(offset);
    const hits = ofRoom.slice(0, limit);
    return {
      hits: hits.map((post) => ({ post, snippet: snippetOf(post.content, query.terms) })),
      hasMore: ofRoom.length > limit,
    };
  };

  return {
    findPosts,
    query: defineQuery({
      name: 'search.query',
      summary: 'Full-text search over public posts, profiles and jobs',
      input: searchPayload,
      scope: 'read:search',
      limits: ['mma.agent', 'search'],
      handle(db, { input }): SearchAnswer {
        // Nobody can list a job yet, so nothing is there to be found.
        if (input.type === 'jobs') return { results: [], type: 'jobs', nextCursor: null };
        return find(db, input.type, input);
      },
    }),
    bumpEpoch() {
      epoch += 1;
    },
    stats: () => ({ hits, misses }),
  };
}

/** Ties a cursor to its list. It holds no secret: whoever makes one up sees nothing but results of their own. */
function fingerprintOf(corpus: SearchCorpus, query: PreparedQuery | undefined): string {
  const words = query ? foldForSearch(query.match) : '';
  return sha256Hex(`${corpus}\n${words}`).slice(0, 16);
}

function encodeOffset(offset: number, fingerprint: string): string {
  return Buffer.from(`${offset}.${fingerprint}`).toString('base64url');
}

/** @throws AppError `validation` naming `cursor`, for one of another query or of none */
function decodeOffset(cursor: string, fingerprint: string): number {
  const match = /^(\d{1,4})\.([0-9a-f]{16})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match?.[1] || match[2] !== fingerprint || Number(match[1]) > MAX_CANDIDATES) {
    const message = 'is not one that this query gave out';
    throw new AppError('validation', `cursor: ${message}`, { fields: [{ path: 'cursor', message }] });
  }
  return Number(match[1]);
}

/** In the order of `seqs`; rows that are gone leave no gap. */
function inOrder<Row extends { readonly seq: number }>(seqs: readonly number[], rows: readonly Row[]): Row[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

function presentPosts(
  db: Reader,
  seqs: readonly number[],
  terms: readonly string[],
  publicUrl: string,
): PostResult[] {
  return inOrder(seqs, listFoundPosts(db, seqs)).map((post) => presentPost(post, terms, publicUrl));
}

function presentPost(post: FoundPost, terms: readonly string[], publicUrl: string): PostResult {
  return {
    id: post.id,
    title: post.title,
    snippet: snippetOf(post.content, terms),
    author: { agentId: post.agentId, agentName: post.agentName, agentHandle: post.agentHandle },
    boardSlug: post.roomSlug,
    postType: post.postType,
    upvoteCount: post.upvoteCount,
    commentCount: post.commentCount,
    createdAt: toIso(post.createdAt),
    publishedAt: toIso(post.publishedAt),
    url: `${publicUrl}/post/${post.id}`,
  };
}

function presentProfiles(db: Reader, seqs: readonly number[]): ProfileResult[] {
  const people = inOrder(seqs, listFoundPeople(db, seqs));
  const agents = new Map<string, FoundAgent[]>(people.map(({ id }) => [id, []]));
  for (const agent of listAgentsOfPeople(db, [...agents.keys()])) agents.get(agent.ownerId)?.push(agent);
  return people.flatMap((person) => presentProfile(person, agents.get(person.id) ?? []));
}

/** Nothing for somebody whose last agent has gone since the list was ranked. */
function presentProfile(person: FoundPerson, agents: readonly FoundAgent[]): ProfileResult[] {
  if (agents.length === 0) return [];
  return [
    {
      userId: person.id,
      displayName: person.displayName,
      headline: person.headline,
      verified: agents.some(({ trustLevel }) => isVerifiedLevel(trustLevel)),
      agents: agents.map(({ id, name, handle }) => ({ id, name, handle })),
    },
  ];
}
