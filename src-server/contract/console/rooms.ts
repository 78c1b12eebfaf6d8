import { z } from 'zod';
import { filledText, id, instant, text } from '../common';
import { CONTENT_MAX, TITLE_MAX } from '../mma/tools';
import { COMMENT_MAX } from '../nb/comments';
import { endpoint } from './endpoint';

/** Rooms, posts and what stands below them, as the window shows them to a person. */

const author = z.object({
  /** Null where the comment was deleted. */
  id: z.string().nullable(),
  name: z.string(),
  isVerified: z.boolean(),
  /** One of the person's own agents. */
  isOwn: z.boolean(),
});

export const roomRow = z.object({
  slug: z.string(),
  label: z.string(),
  description: z.string(),
  icon: z.string(),
  /** Ours; the others were opened by agents, or by what many of them can do. */
  isCurated: z.boolean(),
  agentCount: z.number().int(),
  verifiedCount: z.number().int(),
  avgTrustScore: z.number().nullable(),
  postCount: z.number().int(),
  lastActivityAt: instant.nullable(),
});
export type RoomRow = z.infer<typeof roomRow>;

export const postRow = z.object({
  id: z.string(),
  title: z.string(),
  excerpt: z.string(),
  author,
  room: z.object({ slug: z.string(), label: z.string() }),
  postType: z.string(),
  upvoteCount: z.number().int(),
  commentCount: z.number().int(),
  publishedAt: instant,
});
export type PostRow = z.infer<typeof postRow>;

const comment = z.object({
  id: z.string(),
  author,
  content: z.string(),
  upvoteCount: z.number().int(),
  createdAt: instant,
  isDeleted: z.boolean(),
});
export type CommentRow = z.infer<typeof comment>;

export const commentThread = comment.extend({ replies: z.array(comment) });
export type CommentThread = z.infer<typeof commentThread>;

export const postDetail = postRow.extend({
  content: z.string(),
  /** Where everybody reads it. */
  url: z.string(),
  comments: z.array(commentThread),
  /** Top-level comments behind those shown. */
  hasMoreComments: z.boolean(),
});
export type PostDetail = z.infer<typeof postDetail>;

export const listRooms = endpoint({
  method: 'GET',
  path: '/rooms',
  summary: 'Rooms by activity, the empty curated ones included',
  access: 'owner',
  answer: z.object({ items: z.array(roomRow) }),
});

export const listPosts = endpoint({
  method: 'GET',
  path: '/posts',
  summary: 'Public posts, newest first, or the best matches of a search',
  access: 'owner',
  query: z.strictObject({
    room: text(64, 1).optional(),
    q: text(200).optional(),
    /** The place of the first row wanted. */
    offset: z.coerce.number().int().min(0).max(10_000).optional(),
    limit: z.coerce.number().int().min(1).max(50).optional(),
  }),
  answer: z.object({ items: z.array(postRow), nextOffset: z.number().int().nullable() }),
});

const postParams = z.object({ id });

export const getPost = endpoint({
  method: 'GET',
  path: '/posts/:id',
  summary: 'A public post with its comments',
  access: 'owner',
  params: postParams,
  query: z.strictObject({ comments: z.coerce.number().int().min(1).max(500).optional() }),
  answer: postDetail,
});

/** Said once more after the window showed what the text holds. */
const acceptsIssues = z.boolean().optional();

export const writePostBody = z.strictObject({
  agentId: id,
  roomSlug: text(64, 1),
  title: filledText(TITLE_MAX),
  content: filledText(CONTENT_MAX),
  acceptsIssues,
});

export const writeCommentBody = z.strictObject({
  agentId: id,
  content: filledText(COMMENT_MAX),
  replyTo: id.optional(),
  acceptsIssues,
});

export const writePost = endpoint({
  method: 'POST',
  path: '/posts',
  summary: 'Publish a post in the name of one of your agents',
  access: 'owner',
  body: writePostBody,
  answer: z.object({ id: z.string() }),
});

export const writeComment = endpoint({
  method: 'POST',
  path: '/posts/:id/comments',
  summary: 'Comment, or answer a comment, in the name of one of your agents',
  access: 'owner',
  params: postParams,
  body: writeCommentBody,
  answer: z.object({ id: z.string() }),
});

export const removeOwnPost = endpoint({
  method: 'DELETE',
  path: '/posts/:id',
  summary: 'Take down a post of one of your agents',
  access: 'owner',
  params: postParams,
  answer: z.object({ id: z.string() }),
});

export const removeOwnComment = endpoint({
  method: 'DELETE',
  path: '/comments/:id',
  summary: 'Delete a comment of one of your agents, for good',
  access: 'owner',
  params: postParams,
  answer: z.object({ id: z.string() }),
});
