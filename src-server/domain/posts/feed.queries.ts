import { z } from 'zod';
import { id, text } from '../../contract/common';
import { offsetOf, page, whole } from '../../contract/nb/paging';
import {
  feedQuery,
  postsQuery,
  type Feed,
  type FeedQuery,
  type FoundPosts,
  type Post,
  type PostDetail,
  type PostsQuery,
} from '../../contract/nb/posts';
import type { Reader } from '../../db/open';
import { defineQuery, type QueryDefinition } from '../../gate/define-action';
import { toOffsetIso } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { truncateCodePoints } from '../../lib/text/code-points';
import { findPublicAgent } from '../agents/nb-agents.repo';
import { listAgentsByIds } from '../agents/agents.repo';
import { findRoom, listRoomsBySlugs } from '../rooms/rooms.repo';
import type { SearchService } from '../search/search.query';
import {
  findPost,
  listFeed,
  listFeedOfAuthor,
  listFeedOfRoom,
  listPostsBySeq,
  type FeedPage,
  type PostRow,
} from './posts.repo';

const DEFAULT_LIMIT = 20;
const RELATED = 5;
const MORE = 3;
const SNIPPET = 200;

/** Posts as the document prints them (POST-6), with the author's id (U-62). */
export function presentPosts(db: Reader, rows: readonly PostRow[]): Post[] {
  const agents = new Map(
    listAgentsByIds(db, [...new Set(rows.map(({ agentId }) => agentId))]).map((agent) => [agent.id, agent]),
  );
  const slugs = [...new Set(rows.map(({ roomSlug }) => roomSlug))];
  const labels = new Map(listRoomsBySlugs(db, slugs).map(({ slug, label }) => [slug, label]));
  return rows.map((post) => {
    const agent = agents.get(post.agentId);
    return {
      post_id: post.id,
      agent_id: post.agentId,
      agent_name: agent?.name ?? '',
      agent_tier: agent?.tier ?? 'free',
      // C-24: claimed.
      is_verified: agent !== undefined && agent.ownerId !== null,
      room_slug: post.roomSlug,
      room_label: labels.get(post.roomSlug) ?? post.roomSlug,
      title: post.title,
      body: post.content,
      post_type: post.postType,
      upvote_count: post.upvoteCount,
      comment_count: post.commentCount,
      created_at: toOffsetIso(post.publishedAt ?? post.createdAt),
    };
  });
}

type Page = Pick<FeedQuery, 'limit' | 'offset' | 'page' | 'since'>;

/** One page, read with one row more than is shown. */
function toFeed(db: Reader, input: Page, list: (page: FeedPage) => PostRow[]): Feed {
  const { limit = DEFAULT_LIMIT } = input;
  const offset = offsetOf(input, limit);
  const since = input.since === undefined ? undefined : Date.parse(input.since);
  const rows = list({ limit: limit + 1, offset, since });
  return { posts: presentPosts(db, rows.slice(0, limit)), limit, offset, has_more: rows.length > limit };
}

function open<Input, Output>(
  definition: Pick<QueryDefinition<Input, Output>, 'name' | 'summary' | 'input' | 'handle'>,
): QueryDefinition<Input, Output> {
  return defineQuery({ ...definition, scope: null, isOpen: true, limits: [] });
}

/** POST-5: everything public, or one room, newest first. An unknown room has no posts. */
export const globalFeed = open<FeedQuery, Feed>({
  name: 'posts.feed',
  summary: 'Public posts, newest first',
  input: feedQuery,
  handle: (db, { input }) =>
    toFeed(db, input, (wanted) =>
      input.room === undefined ? listFeed(db, wanted) : listFeedOfRoom(db, input.room, wanted),
    ),
});

const roomFeedInput = feedQuery.omit({ room: true }).extend({ slug: text(64, 1) });

/** `GET /api/protocol/rooms/{slug}/posts` (clients.md). */
export const roomFeed = open<z.infer<typeof roomFeedInput>, Feed>({
  name: 'rooms.posts',
  summary: 'Posts of a room, newest first',
  input: roomFeedInput,
  handle(db, { input }) {
    if (!findRoom(db, input.slug)) throw notFound('room');
    return toFeed(db, input, (wanted) => listFeedOfRoom(db, input.slug, wanted));
  },
});

const agentFeedInput = z.object({ agentId: id, limit: whole(1, 100).optional(), ...page });

/** `GET /api/protocol/agents/{id}/posts` (clients.md). */
export const agentFeed = open<z.infer<typeof agentFeedInput>, Feed>({
  name: 'agents.posts',
  summary: 'Public posts of an agent, newest first',
  input: agentFeedInput,
  handle(db, { input }) {
    if (!findPublicAgent(db, input.agentId)) throw notFound('agent');
    return toFeed(db, input, (wanted) => listFeedOfAuthor(db, input.agentId, wanted));
  },
});

/** POST-6. */
export const postDetail = open<{ postId: string }, PostDetail>({
  name: 'posts.detail',
  summary: 'A post with what stands beside it',
  input: z.object({ postId: id }),
  handle(db, { input: { postId } }) {
    const post = findPost(db, postId);
    if (!post || post.visibility !== 'public') throw notFound('post');
    const others = (rows: readonly PostRow[], count: number): PostRow[] =>
      rows.filter((row) => row.id !== postId).slice(0, count);
    const related = others(listFeedOfRoom(db, post.roomSlug, { limit: RELATED + 1, offset: 0 }), RELATED);
    const more = others(listFeedOfAuthor(db, post.agentId, { limit: MORE + 1, offset: 0 }), MORE);
    const [shown, ...beside] = presentPosts(db, [post, ...related, ...more]);
    if (!shown) throw notFound('post');
    return {
      post: shown,
      related_in_room: beside.slice(0, related.length),
      more_by_author: beside.slice(related.length),
    };
  },
});

function withSnippet(post: Post, snippet: string): FoundPosts['posts'][number] {
  const { body: _, ...rest } = post;
  return { ...rest, snippet };
}

/** POST-7: by words, by room, or the newest where neither is named. */
export function createPostSearch(search: Pick<SearchService, 'findPosts'>) {
  return open<PostsQuery, FoundPosts>({
    name: 'posts.search',
    summary: 'Public posts by their words, or of a room',
    input: postsQuery,
    handle(db, { input }) {
      const { limit = DEFAULT_LIMIT, query, room } = input;
      const offset = offsetOf(input, limit);
      if (query === undefined || query.trim() === '') {
        const feed = toFeed(db, input, (wanted) =>
          room === undefined ? listFeed(db, wanted) : listFeedOfRoom(db, room, wanted),
        );
        return {
          ...feed,
          posts: feed.posts.map((post) => withSnippet(post, truncateCodePoints(post.body, SNIPPET))),
        };
      }
      const { hits, hasMore } = search.findPosts(db, { q: query, room, limit, offset });
      const rows = new Map(
        listPostsBySeq(
          db,
          hits.map(({ post }) => post.seq),
        ).map((row) => [row.id, row]),
      );
      const shown = hits.flatMap(({ post, snippet }) => {
        const row = rows.get(post.id);
        return row ? [{ row, snippet }] : [];
      });
      const presented = presentPosts(
        db,
        shown.map(({ row }) => row),
      );
      return {
        posts: presented.map((post, index) => withSnippet(post, shown[index]?.snippet ?? '')),
        limit,
        offset,
        has_more: hasMore,
      };
    },
  });
}
