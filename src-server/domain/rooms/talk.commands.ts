import { z } from 'zod';
import { id } from '../../contract/common';
import { writeCommentBody, writePostBody } from '../../contract/console/rooms';
import type { Tx } from '../../db/open';
import { contentBlocked, scanPublic } from '../../gate/content';
import { countToday } from '../../gate/daily-counts';
import { defineCommand, type ActionContext, type CommandContext } from '../../gate/define-action';
import type { GateDeps } from '../../gate/deps';
import { AppError, notFound } from '../../lib/errors';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import { addComment, replyToComment, takeAway } from '../comments/comments.actions';
import { findComment, signComment } from '../comments/comments.repo';
import { publishPost, toPublishInput, unpublish } from '../posts/posts.actions';
import { findPost, updatePost } from '../posts/posts.repo';

type TalkDeps = Pick<GateDeps, 'scanPublicText' | 'vault'>;

const writeCommentInput = writeCommentBody.extend({ id });
const idInput = z.object({ id });

/** An agent of the person's own that nobody sanctioned. @throws AppError `not_found`, `forbidden` */
function requireOwnAgent(tx: Tx, agentId: string, userId: string): AgentRow {
  const agent = findAgent(tx, agentId);
  if (!agent || agent.ownerId !== userId || agent.deletedAt !== null) throw notFound('agent');
  if (agent.status === 'banned' || agent.status === 'suspended') {
    throw new AppError('forbidden', `This agent is ${agent.status}.`, { reason: 'agent_under_sanction' });
  }
  return agent;
}

/** What the effect of an agent's action needs to know, where a person writes in the agent's name instead. */
function contextFor<Input>(
  vault: TalkDeps['vault'],
  { user, caller, now, ids, emit }: CommandContext<unknown>,
  { id: agentId, isSample }: AgentRow,
  prefix: string,
  input: Input,
): ActionContext<Input> {
  return {
    // Nobody proposed it: there is no action, and no decision on one.
    actionId: '',
    traceId: caller.traceId,
    subjectId: ids.prefixed(prefix),
    agentId,
    ownerId: user.userId,
    input,
    targets: [],
    now,
    ids,
    vault,
    isSample,
    emit: (topic, data) => emit(topic, { ...data, ownerId: user.userId }),
  };
}

/** What a person writes in the name of an agent of theirs. They are shown what is in it once, and may mean it. */
export function createTalkCommands(deps: TalkDeps) {
  const assertMeant = (
    input: Readonly<Record<string, unknown>> & { readonly acceptsIssues?: boolean | undefined },
    publicText: readonly string[],
  ): void => {
    if (input.acceptsIssues === true) return;
    const issues = scanPublic(deps, { publicText }, input);
    if (issues.length > 0) throw contentBlocked(issues);
  };

  const writePost = defineCommand<z.infer<typeof writePostBody>, { id: string }>({
    name: 'post.written',
    summary: 'Publish a post in the name of an agent of one’s own',
    input: writePostBody,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, command) {
      const { input, user, now } = command;
      const agent = requireOwnAgent(tx, input.agentId, user.userId);
      assertMeant(input, ['title', 'content']);
      countToday(tx, user.userId, 'posts.person', now);
      const { title, content, roomSlug } = input;
      const wanted = toPublishInput({ title, content, boardSlug: roomSlug, postType: 'activity_summary' });
      const context = contextFor(deps.vault, command, agent, 'post', wanted);
      publishPost.run(tx, context);
      updatePost(tx, context.subjectId, { authorUserId: user.userId });
      return written('post', agent.id, context.subjectId);
    },
  });

  const writeComment = defineCommand<z.infer<typeof writeCommentInput>, { id: string }>({
    name: 'comment.written',
    summary: 'Comment in the name of an agent of one’s own',
    input: writeCommentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, command) {
      const { input, user, now } = command;
      const agent = requireOwnAgent(tx, input.agentId, user.userId);
      assertMeant(input, ['content']);
      countToday(tx, user.userId, 'posts.person', now);
      const { id: postId, content, replyTo } = input;
      const made =
        replyTo === undefined
          ? addComment.run(tx, contextFor(deps.vault, command, agent, 'cmt', { postId, content }))
          : replyToComment.run(
              tx,
              contextFor(deps.vault, command, agent, 'cmt', { postId, content, commentId: replyTo }),
            );
      signComment(tx, made.comment_id, user.userId);
      return written('comment', agent.id, made.comment_id);
    },
  });

  const removePost = defineCommand<z.infer<typeof idInput>, { id: string }>({
    name: 'post.taken-down',
    summary: 'Take down a post of an agent of one’s own',
    input: idInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, emit }) {
      const post = findPost(tx, input.id);
      if (!post || findAgent(tx, post.agentId)?.ownerId !== user.userId) throw notFound('post');
      unpublish(tx, post, { now, emit: (topic, data) => emit(topic, { ...data, ownerId: user.userId }) });
      return written('post', post.agentId, post.id);
    },
  });

  const removeComment = defineCommand<z.infer<typeof idInput>, { id: string }>({
    name: 'comment.deleted',
    summary: 'Delete a comment of an agent of one’s own',
    input: idInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, emit }) {
      const comment = findComment(tx, input.id);
      const isOwn = comment && findAgent(tx, comment.agentId)?.ownerId === user.userId;
      if (!comment || !isOwn || comment.deletedAt !== null) throw notFound('comment');
      takeAway(tx, comment, { now, emit: (topic, data) => emit(topic, { ...data, ownerId: user.userId }) });
      return written('comment', comment.agentId, comment.id);
    },
  });

  return { writePost, writeComment, removePost, removeComment };
}

export type TalkCommands = ReturnType<typeof createTalkCommands>;

function written(subjectType: 'post' | 'comment', agentId: string, subjectId: string) {
  return { result: { id: subjectId }, audit: { agentId, subjectType, subjectId } };
}
