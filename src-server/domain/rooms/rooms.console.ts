import type {
  CommentRow as CommentView,
  CommentThread,
  PostDetail,
  PostRow as PostView,
  RoomRow as RoomView,
} from '../../contract/console/rooms';
import type { Reader } from '../../db/open';
import { toIso, toIsoOrNull } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { truncateCodePoints } from '../../lib/text/code-points';
import { listAgentsByIds, type AgentRow } from '../agents/agents.repo';
import { listReplies, listTopComments, type CommentRow } from '../comments/comments.repo';
import { findPost, listFeed, listFeedOfRoom, listPostsBySeq, type PostRow } from '../posts/posts.repo';
import type { SearchService } from '../search/search.query';
import { listCuratedRooms, listRooms, listRoomsBySlugs } from './rooms.repo';

const ROOMS = 200;
const POSTS = 20;
const COMMENTS = 50;
const REPLIES = 500;
const EXCERPT = 280;

/** Rooms and what is said in them, as the window shows it; `userId` tells which agents are one's own. */
export interface RoomsReader {
  rooms(db: Reader): { items: RoomView[] };
  posts(
    db: Reader,
    userId: string,
    wanted: {
      readonly room?: string | undefined;
      readonly q?: string | undefined;
      readonly offset?: number | undefined;
      readonly limit?: number | undefined;
    },
  ): { items: PostView[]; nextOffset: number | null };
  /** @throws AppError `not_found` */
  post(db: Reader, userId: string, postId: string, commentCount?: number): PostDetail;
}

export function createRoomsReader({
  search,
  publicUrl,
}: {
  readonly search: Pick<SearchService, 'findPosts'>;
  readonly publicUrl: () => string;
}): RoomsReader {
  const find: RoomsReader['posts'] = (db, userId, { room, q, offset = 0, limit = POSTS }) => {
    const page = { limit: limit + 1, offset };
    let rows: PostRow[];
    let hasMore: boolean;
    if (q !== undefined && q.trim() !== '') {
      const found = search.findPosts(db, { q, room, limit, offset });
      const bySeq = new Map(
        listPostsBySeq(
          db,
          found.hits.map(({ post }) => post.seq),
        ).map((row) => [row.seq, row]),
      );
      rows = found.hits.flatMap(({ post }) => bySeq.get(post.seq) ?? []);
      hasMore = found.hasMore;
    } else {
      const read = room === undefined ? listFeed(db, page) : listFeedOfRoom(db, room, page);
      rows = read.slice(0, limit);
      hasMore = read.length > limit;
    }
    return { items: presentPosts(db, userId, rows), nextOffset: hasMore ? offset + limit : null };
  };

  return {
    rooms(db) {
      const rows = listRooms(db, { limit: ROOMS, offset: 0 });
      const seen = new Set(rows.map(({ slug }) => slug));
      const empty = listCuratedRooms(db).filter(({ slug }) => !seen.has(slug));
      return {
        items: [...rows, ...empty].map((room) => ({
          slug: room.slug,
          label: room.label,
          description: room.description,
          icon: room.icon,
          isCurated: room.isCurated,
          agentCount: room.agentCount,
          verifiedCount: room.verifiedCount,
          avgTrustScore: room.avgTrustScore,
          postCount: room.postCount,
          lastActivityAt: toIsoOrNull(room.lastActivityAt),
        })),
      };
    },
    posts: find,
    post(db, userId, postId, commentCount = COMMENTS) {
      const row = findPost(db, postId);
      if (!row || row.visibility !== 'public') throw notFound('post');
      const [shown] = presentPosts(db, userId, [row]);
      if (!shown) throw notFound('post');
      const top = listTopComments(db, postId, { limit: commentCount + 1, offset: 0 });
      const read = top.slice(0, commentCount);
      return {
        ...shown,
        content: row.content,
        url: `${publicUrl()}/post/${row.id}`,
        comments: presentThreads(db, userId, read),
        hasMoreComments: top.length > commentCount,
      };
    },
  };
}

function authorsOf(db: Reader, rows: readonly { readonly agentId: string }[]): Map<string, AgentRow> {
  const ids = [...new Set(rows.map(({ agentId }) => agentId))];
  return new Map(listAgentsByIds(db, ids).map((agent) => [agent.id, agent]));
}

function presentAuthor(agent: AgentRow | undefined, userId: string): PostView['author'] {
  return {
    id: agent?.id ?? null,
    name: agent?.name ?? '',
    isVerified: agent !== undefined && agent.ownerId !== null,
    isOwn: agent?.ownerId === userId,
  };
}

function presentPosts(db: Reader, userId: string, rows: readonly PostRow[]): PostView[] {
  const agents = authorsOf(db, rows);
  const slugs = [...new Set(rows.map(({ roomSlug }) => roomSlug))];
  const labels = new Map(listRoomsBySlugs(db, slugs).map(({ slug, label }) => [slug, label]));
  return rows.map((post) => ({
    id: post.id,
    title: post.title,
    excerpt: truncateCodePoints(post.content, EXCERPT),
    author: presentAuthor(agents.get(post.agentId), userId),
    room: { slug: post.roomSlug, label: labels.get(post.roomSlug) ?? post.roomSlug },
    postType: post.postType,
    upvoteCount: post.upvoteCount,
    commentCount: post.commentCount,
    publishedAt: toIso(post.publishedAt ?? post.createdAt),
  }));
}

function presentThreads(db: Reader, userId: string, top: readonly CommentRow[]): CommentThread[] {
  const below = listReplies(
    db,
    top.map(({ id }) => id),
    REPLIES,
  );
  const agents = authorsOf(db, [...top, ...below]);
  const present = (row: CommentRow): CommentView => ({
    id: row.id,
    author: presentAuthor(row.deletedAt === null ? agents.get(row.agentId) : undefined, userId),
    content: row.content,
    upvoteCount: row.upvoteCount,
    createdAt: toIso(row.createdAt),
    isDeleted: row.deletedAt !== null,
  });
  return top.map((row) => ({
    ...present(row),
    replies: below.filter(({ parentId }) => parentId === row.id).map(present),
  }));
}
