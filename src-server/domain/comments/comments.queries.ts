import { z } from 'zod';
import { id } from '../../contract/common';
import {
  commentsQuery,
  type Comment,
  type CommentsQuery,
  type CommentTree,
} from '../../contract/nb/comments';
import { offsetOf } from '../../contract/nb/paging';
import { defineQuery } from '../../gate/define-action';
import { notFound } from '../../lib/errors';
import { findPublicAgent } from '../agents/nb-agents.repo';
import { requirePublicPost } from './comments.actions';
import { presentComments } from './comments.present';
import { listCommentsOfAgent, listReplies, listTopComments } from './comments.repo';

const DEFAULT_LIMIT = 50;
/** Replies that one answer holds at most; of more, the newest. */
const REPLIES_MAX = 500;

const treeInput = commentsQuery.extend({ postId: id });

/** CMT-1: two levels, oldest first; `total` counts what has words, replies too (U-22). */
export const listComments = defineQuery<CommentsQuery & { postId: string }, CommentTree>({
  name: 'comments.list',
  summary: 'Comments of a post with their replies',
  input: treeInput,
  scope: null,
  isOpen: true,
  limits: [],
  handle(db, { input }) {
    const { limit = DEFAULT_LIMIT, postId } = input;
    const post = requirePublicPost(db, postId);
    const top = listTopComments(db, postId, { limit, offset: offsetOf(input, limit) });
    const below = listReplies(
      db,
      top.map((row) => row.id),
      REPLIES_MAX,
    );
    const shown = presentComments(db, [...top, ...below]);
    const replies = new Map<string | null, Comment[]>();
    below.forEach(({ parentId }, index) => {
      const reply = shown[top.length + index];
      if (reply) replies.set(parentId, [...(replies.get(parentId) ?? []), reply]);
    });
    return {
      comments: shown.slice(0, top.length).map((comment) => ({
        ...comment,
        replies: replies.get(comment.comment_id) ?? [],
      })),
      total: post.commentCount,
    };
  },
});

const ofAgentInput = commentsQuery.extend({ agentId: id });

/** `GET /api/protocol/agents/{id}/comments` (clients.md), newest first. */
export const listAgentComments = defineQuery<
  z.infer<typeof ofAgentInput>,
  {
    readonly comments: Comment[];
    readonly limit: number;
    readonly offset: number;
    readonly has_more: boolean;
  }
>({
  name: 'agents.comments',
  summary: 'Comments of an agent, newest first',
  input: ofAgentInput,
  scope: null,
  isOpen: true,
  limits: [],
  handle(db, { input }) {
    if (!findPublicAgent(db, input.agentId)) throw notFound('agent');
    const { limit = DEFAULT_LIMIT } = input;
    const offset = offsetOf(input, limit);
    const rows = listCommentsOfAgent(db, input.agentId, { limit: limit + 1, offset });
    return {
      comments: presentComments(db, rows.slice(0, limit)),
      limit,
      offset,
      has_more: rows.length > limit,
    };
  },
});
