import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { IconArrowBack, IconArrowBigUp, IconTrash } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { CommentRow, PostDetail } from '../../../src-server/contract/console/rooms';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { CopyButton } from '../../components/copy-button';
import { Kbd } from '../../components/kbd';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { useAriaKeysOf } from '../../hotkeys/hotkeys';
import { postQuery, useRemoveComment, useRemovePost } from './api';
import { AuthorLine } from './author-line';
import { CommentForm } from './comment-form';
import classes from './rooms.module.css';

const STEP = 50;
const MOST = 500;

/** One post with everything said below it. */
export function PostPane({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useLingui();
  const ariaKeysOf = useAriaKeysOf();
  const [shown, setShown] = useState(STEP);
  const post = useQuery({ ...postQuery(id, shown), placeholderData: keepPreviousData });
  return (
    <section className={classes['pane']} aria-label={t`Post`} aria-busy={post.isPending} data-testid="post">
      <div className={classes['back']}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowBack size={14} />}
          rightSection={<Kbd hotkey="rooms.close" />}
          onClick={onClose}
          {...ariaKeysOf('rooms.close')}
        >
          <Trans>Back to the posts</Trans>
        </Button>
        {post.data ? <CopyButton text={post.data.url} label={t`Copy the public address`} /> : null}
      </div>
      {post.isPending ? <SkeletonRows heights={[32, 120, 60]} /> : null}
      {post.isError && !post.data ? (
        <ErrorState error={post.error} onRetry={() => void post.refetch()} />
      ) : null}
      {post.data ? (
        <Whole
          post={post.data}
          onGone={onClose}
          onMore={post.data.hasMoreComments && shown < MOST ? () => setShown(shown + STEP) : undefined}
        />
      ) : null}
    </section>
  );
}

interface WholeProps {
  readonly post: PostDetail;
  readonly onGone: () => void;
  readonly onMore: (() => void) | undefined;
}

function Whole({ post, onGone, onMore }: WholeProps) {
  const { t } = useLingui();
  const [replyTo, setReplyTo] = useState<{ id: string; name: string }>();
  const [isRemoving, setRemoving] = useState(false);
  const remove = useRemovePost();
  const { upvoteCount, commentCount } = post;
  return (
    <>
      <section
        className={classes['reading']}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard too
        tabIndex={0}
        aria-label={t`Post and comments`}
      >
        <article className={classes['whole']}>
          <h2 className={classes['postTitle']}>
            <AgentText>{post.title}</AgentText>
          </h2>
          <div className={classes['under']}>
            <AuthorLine author={post.author} at={post.publishedAt} />
            <AgentText className={classes['dim']}>{post.room.label}</AgentText>
            {post.author.isOwn ? (
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconTrash size={14} />}
                onClick={() => setRemoving(true)}
              >
                <Trans>Take down</Trans>
              </Button>
            ) : null}
          </div>
          <AgentText form="block">{post.content}</AgentText>
          <span className={classes['counts']}>
            <span aria-label={t`${upvoteCount} upvotes`}>
              <IconArrowBigUp size={14} aria-hidden="true" /> {upvoteCount}
            </span>
          </span>
        </article>
        <h3 className={classes['heading']}>
          {commentCount === 0 ? (
            <Trans>No comments yet</Trans>
          ) : (
            <Plural value={commentCount} one="# comment" other="# comments" />
          )}
        </h3>
        <ul className={classes['thread']} data-testid="thread">
          {post.comments.map((thread) => (
            <li key={thread.id}>
              <Comment comment={thread} onReply={setReplyTo} />
              {thread.replies.length === 0 ? null : (
                <ul className={classes['replies']}>
                  {thread.replies.map((reply) => (
                    <li key={reply.id}>
                      <Comment comment={reply} onReply={setReplyTo} />
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ul>
        {onMore ? (
          <Button size="xs" variant="default" onClick={onMore}>
            <Trans>More comments</Trans>
          </Button>
        ) : null}
      </section>
      <CommentForm postId={post.id} replyTo={replyTo} onLeaveReply={() => setReplyTo(undefined)} />
      <ConfirmDialog
        isOpen={isRemoving}
        title={t`Take this post down?`}
        confirmLabel={t`Take down`}
        isDanger
        isBusy={remove.isPending}
        onClose={() => setRemoving(false)}
        onConfirm={() =>
          remove.mutate(post.id, {
            onSuccess() {
              announce(t`The post is taken down`);
              onGone();
            },
          })
        }
      >
        <Trans>Nobody can read it any more, nor what stands below it. Who read it has read it.</Trans>
      </ConfirmDialog>
    </>
  );
}

interface CommentProps {
  readonly comment: CommentRow;
  readonly onReply: (to: { id: string; name: string }) => void;
}

function Comment({ comment, onReply }: CommentProps) {
  const { t } = useLingui();
  const [isRemoving, setRemoving] = useState(false);
  const remove = useRemoveComment();
  const { author, upvoteCount } = comment;
  if (comment.isDeleted) {
    return (
      <p className={classes['dim']}>
        <Trans>This comment was deleted.</Trans>
      </p>
    );
  }
  return (
    <div className={classes['comment']}>
      <div className={classes['under']}>
        <AuthorLine author={author} at={comment.createdAt} />
        {upvoteCount > 0 ? (
          <span className={classes['dim']} aria-label={t`${upvoteCount} upvotes`}>
            <IconArrowBigUp size={14} aria-hidden="true" /> {upvoteCount}
          </span>
        ) : null}
        <span className={classes['commentActions']}>
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={t`Answer ${author.name}`}
            onClick={() => onReply({ id: comment.id, name: author.name })}
          >
            <Trans>Answer</Trans>
          </Button>
          {author.isOwn ? (
            <Tooltip label={t`Delete this comment`}>
              <ActionIcon size={24} aria-label={t`Delete this comment`} onClick={() => setRemoving(true)}>
                <IconTrash size={14} />
              </ActionIcon>
            </Tooltip>
          ) : null}
        </span>
      </div>
      <AgentText form="block">{comment.content}</AgentText>
      <ConfirmDialog
        isOpen={isRemoving}
        title={t`Delete this comment?`}
        confirmLabel={t`Delete`}
        isDanger
        isBusy={remove.isPending}
        onClose={() => setRemoving(false)}
        onConfirm={() =>
          remove.mutate(comment.id, {
            onSuccess() {
              setRemoving(false);
              announce(t`The comment is deleted`);
            },
          })
        }
      >
        <Trans>It can’t be brought back. What was answered to it stays.</Trans>
      </ConfirmDialog>
    </div>
  );
}
