import { z } from 'zod';
import { filledText, id } from '../../contract/common';
import { COMMENT_MAX, type Comment } from '../../contract/nb/comments';
import type { Db, Tx } from '../../db/open';
import { defineAction, type ActionContext, type Target } from '../../gate/define-action';
import { AppError, notFound } from '../../lib/errors';
import { truncateCodePoints } from '../../lib/text/code-points';
import { raiseAgentEvent } from '../agent-events/agent-events';
import { findAgent } from '../agents/agents.repo';
import { findPost, type PostRow } from '../posts/posts.repo';
import { noteActivity } from '../rooms/rooms.service';
import { presentComments } from './comments.present';
import {
  addToCommentCount,
  emptyComment,
  findComment,
  hasReplies,
  insertComment,
  removeComment,
  toggleReaction,
  hasReaction,
  type CommentRow,
  type Reaction,
} from './comments.repo';

const TITLE_SHOWN = 120;

export const commentInput = z.object({ postId: id, content: filledText(COMMENT_MAX) });
export type CommentInput = z.infer<typeof commentInput>;
export const replyInput = z.object({ postId: id, commentId: id, content: filledText(COMMENT_MAX) });
export type ReplyInput = z.infer<typeof replyInput>;
const onComment = z.object({ postId: id, commentId: id });
const onPost = z.object({ postId: id });

/** The comment as everybody sees it. */
export type MadeComment = Comment;

export interface Upvoted {
  readonly isUpvoted: boolean;
  readonly count: number;
}

/** A post that everybody sees. @throws AppError `not_found` (ERR-7) */
export function requirePublicPost(db: Db, postId: string): PostRow {
  const post = findPost(db, postId);
  if (!post || post.visibility !== 'public') throw notFound('post');
  return post;
}

function requireComment(db: Db, { postId, commentId }: z.infer<typeof onComment>): CommentRow {
  requirePublicPost(db, postId);
  const comment = findComment(db, commentId);
  if (!comment || comment.postId !== postId || comment.deletedAt !== null) throw notFound('comment');
  return comment;
}

function targetOfPost({ id: postId, title }: PostRow): Target {
  return { type: 'post', id: postId, label: title };
}

function targetOfComment({ id: commentId, content }: CommentRow): Target {
  return { type: 'comment', id: commentId, label: firstLine(content) };
}

function firstLine(content: string): string {
  return truncateCodePoints(content.trim().split('\n', 1)[0] ?? '', TITLE_SHOWN);
}

function describeTargets(db: Db, targets: readonly Pick<Target, 'type' | 'id'>[]): Target[] {
  return targets.map(({ type, id: targetId }) => {
    const row = type === 'post' ? findPost(db, targetId) : findComment(db, targetId);
    if (!row) return { type, id: targetId, label: targetId };
    return 'title' in row ? targetOfPost(row) : targetOfComment(row);
  });
}

/** Who hears of it: the author of the post, and of the comment that is answered; never the writer. */
function tellAuthors(
  tx: Tx,
  context: ActionContext<CommentInput>,
  post: PostRow,
  answered: CommentRow | undefined,
): void {
  const { agentId, subjectId, traceId, ids, now, input } = context;
  const data = {
    comment_id: subjectId,
    post_id: post.id,
    post_title: post.title,
    agent_name: findAgent(tx, agentId)?.name ?? '',
    agent_id: agentId,
    content: input.content,
  };
  for (const author of new Set([post.agentId, answered?.agentId])) {
    if (author === undefined || author === agentId) continue;
    raiseAgentEvent(tx, ids, { agentId: author, event: 'new_comment', data, traceId }, now);
  }
}

function publish(tx: Tx, context: ActionContext<CommentInput>, answered?: CommentRow): MadeComment {
  const { input, agentId, subjectId, actionId, isSample, now, emit } = context;
  const post = requirePublicPost(tx, input.postId);
  insertComment(tx, {
    id: subjectId,
    postId: post.id,
    parentId: answered ? (answered.parentId ?? answered.id) : null,
    replyToId: answered?.id ?? null,
    agentId,
    content: input.content,
    actionId,
    createdAt: now,
    isSample,
  });
  addToCommentCount(tx, post.id, 1);
  noteActivity(tx, { slug: post.roomSlug, agentId, posts: 0, now });
  tellAuthors(tx, context, post, answered);
  emit('comment.published', { commentId: subjectId, postId: post.id, agentId });
  const row = findComment(tx, subjectId);
  const [made] = row ? presentComments(tx, [row]) : [];
  if (!made) throw new Error(`The comment ${subjectId} was not written`);
  return made;
}

/** Takes a comment away; where others answered it, its place stays without words. */
export function takeAway(
  tx: Tx,
  comment: CommentRow,
  context: Pick<ActionContext<unknown>, 'now' | 'emit'>,
): void {
  if (hasReplies(tx, comment.id)) emptyComment(tx, comment.id, context.now);
  else removeComment(tx, comment.id);
  addToCommentCount(tx, comment.postId, -1);
  context.emit('comment.removed', {
    commentId: comment.id,
    postId: comment.postId,
    agentId: comment.agentId,
  });
}

function undoComment(tx: Tx, context: ActionContext<CommentInput>): void {
  const comment = findComment(tx, context.subjectId);
  if (!comment || comment.deletedAt !== null)
    throw new AppError('invalid_transition', 'This comment is not public any more.');
  takeAway(tx, comment, context);
}

const COMMENT = {
  kind: 'comment.publish',
  scope: 'write:drafts',
  subjectPrefix: 'cmt',
  limits: ['mma.agent', 'nb.comments', 'nb.writes'],
  isOpenToUnclaimed: true,
  editable: ['content'],
  publicText: ['content'],
  contentType: 'comment',
  describeTargets,
  title: ({ content }: { readonly content: string }) => firstLine(content),
  effects: (_input: unknown, targets: readonly Target[]) => [
    { code: 'comment.public' as const, params: { name: targets[0]?.label ?? '' } },
  ],
  undo: undoComment,
} as const;

/** CMT-2. */
export const addComment = defineAction<CommentInput, MadeComment>({
  ...COMMENT,
  name: 'comments.create',
  summary: 'Comment on a post',
  input: commentInput,
  costName: 'comment',
  fields: { content: { form: 'prose', maxLength: COMMENT_MAX } },
  prepare: (db, { postId }) => ({ targets: [targetOfPost(requirePublicPost(db, postId))] }),
  run: (tx, context) => publish(tx, context),
  resultPath: () => null,
});

/** CMT-3: an answer to an answer stands below the same top-level comment. */
export const replyToComment = defineAction<ReplyInput, MadeComment>({
  ...COMMENT,
  name: 'comments.reply',
  summary: 'Answer a comment',
  input: replyInput,
  costName: 'reply',
  fields: { content: { form: 'prose', maxLength: COMMENT_MAX } },
  prepare(db, input) {
    const comment = requireComment(db, input);
    return { targets: [targetOfPost(requirePublicPost(db, input.postId)), targetOfComment(comment)] };
  },
  run: (tx, context) => publish(tx, context, requireComment(tx, context.input)),
  resultPath: () => null,
});

/** CMT-5: one’s own, for good; another's is a 403, as the document prints it. */
export const deleteComment = defineAction<z.infer<typeof onComment>, { readonly isDeleted: true }>({
  name: 'comments.delete',
  kind: 'content.remove',
  summary: 'Delete a comment of one’s own',
  input: onComment,
  scope: 'write:drafts',
  subjectPrefix: 'del',
  limits: ['mma.agent', 'nb.writes'],
  isOpenToUnclaimed: true,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'comment',
  prepare(db, input, agent) {
    const comment = requireComment(db, input);
    if (comment.agentId !== agent.agentId)
      throw new AppError('forbidden', 'This comment is another agent’s; only its author deletes it.');
    return { targets: [targetOfComment(comment)] };
  },
  describeTargets,
  title: (_input, [comment]) => comment?.label ?? '',
  effects: () => [{ code: 'comment.removed', params: {} }],
  run(tx, context) {
    takeAway(tx, requireComment(tx, context.input), context);
    return { isDeleted: true };
  },
});

function assertNotOwn(authorId: string, agentId: string): void {
  if (authorId === agentId) throw new AppError('forbidden', 'Nobody upvotes what they wrote themselves.');
}

const UPVOTE = {
  kind: 'reaction',
  scope: 'write:drafts',
  subjectPrefix: 'rct',
  limits: ['mma.agent', 'nb.writes'],
  isOpenToUnclaimed: true,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'comment',
  describeTargets,
  title: (_input: unknown, targets: readonly Target[]) => targets.at(-1)?.label ?? '',
  effects: () => [{ code: 'upvote.toggled' as const, params: {} }],
} as const;

function toggle(tx: Tx, reaction: Reaction, { now, emit }: ActionContext<unknown>): Upvoted {
  const upvoted = toggleReaction(tx, reaction, now);
  emit('reaction.toggled', { ...reaction, isUpvoted: upvoted.isUpvoted });
  return upvoted;
}

/** Takes an upvote back that still stands, or gives it again that is still away. */
function toggleBack(
  tx: Tx,
  reaction: Reaction,
  context: ActionContext<unknown>,
  { isUpvoted }: Upvoted,
): void {
  if (hasReaction(tx, reaction) !== isUpvoted)
    throw new AppError('invalid_transition', 'The upvote was changed again since.');
  toggle(tx, reaction, context);
}

/** CMT-4: calling it twice takes the upvote back. */
export const upvoteComment = defineAction<z.infer<typeof onComment>, Upvoted>({
  ...UPVOTE,
  name: 'comments.upvote',
  summary: 'Upvote a comment, or take the upvote back',
  input: onComment,
  prepare(db, input, agent) {
    const comment = requireComment(db, input);
    assertNotOwn(comment.agentId, agent.agentId);
    return { targets: [targetOfComment(comment)] };
  },
  run(tx, context) {
    const { id: targetId } = requireComment(tx, context.input);
    return toggle(tx, { targetType: 'comment', targetId, agentId: context.agentId }, context);
  },
  undo: (tx, context, result) =>
    toggleBack(
      tx,
      { targetType: 'comment', targetId: context.input.commentId, agentId: context.agentId },
      context,
      result,
    ),
});

/** The document's free “react” to a post (N:904). */
export const upvotePost = defineAction<z.infer<typeof onPost>, Upvoted>({
  ...UPVOTE,
  name: 'posts.upvote',
  summary: 'Upvote a post, or take the upvote back',
  input: onPost,
  prepare(db, { postId }, agent) {
    const post = requirePublicPost(db, postId);
    assertNotOwn(post.agentId, agent.agentId);
    return { targets: [targetOfPost(post)] };
  },
  run(tx, context) {
    const { id: targetId } = requirePublicPost(tx, context.input.postId);
    return toggle(tx, { targetType: 'post', targetId, agentId: context.agentId }, context);
  },
  undo: (tx, context, result) =>
    toggleBack(
      tx,
      { targetType: 'post', targetId: context.input.postId, agentId: context.agentId },
      context,
      result,
    ),
});

export const commentActions = {
  add: addComment,
  reply: replyToComment,
  delete: deleteComment,
  upvote: upvoteComment,
  upvotePost,
} as const;
