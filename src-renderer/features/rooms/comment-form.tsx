import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import { COMMENT_MAX } from '../../../src-server/contract/nb/comments';
import { announce } from '../../components/announcer';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { WritingField } from '../../components/writing-field';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { AgentSelect, useWriters } from './agent-select';
import { useWriteComment } from './api';
import { ContentIssues, isKeptBack } from './content-issues';
import classes from './rooms.module.css';

interface CommentFormProps {
  readonly postId: string;
  /** The comment that is answered, and whose it is. */
  readonly replyTo: { readonly id: string; readonly name: string } | undefined;
  readonly onLeaveReply: () => void;
}

/** Where a person comments in the name of an agent of theirs. */
export function CommentForm({ postId, replyTo, onLeaveReply }: CommentFormProps) {
  const { t } = useLingui();
  const ariaKeysOf = useAriaKeysOf();
  const writers = useWriters();
  const field = useRef<HTMLTextAreaElement>(null);
  const [agentId, setAgentId] = useState('');
  const [content, setContent] = useState('');
  const write = useWriteComment(postId);
  const replyId = replyTo?.id;
  useEffect(() => {
    if (replyId !== undefined) field.current?.focus();
  }, [replyId]);
  const writer = agentId || writers[0]?.id || '';
  const length = codePointLength(content);
  const canSend = writer !== '' && content.trim() !== '' && length <= COMMENT_MAX && !write.isPending;
  const submit = (acceptsIssues: boolean) => {
    if (!canSend) return;
    write.mutate(
      {
        agentId: writer,
        content,
        ...(replyId === undefined ? {} : { replyTo: replyId }),
        ...(acceptsIssues ? { acceptsIssues } : {}),
      },
      {
        onSuccess() {
          setContent('');
          onLeaveReply();
          announce(t`The comment is public`);
          field.current?.focus();
        },
      },
    );
  };
  useHotkeys([
    { id: 'rooms.reply', run: () => field.current?.focus() },
    { id: 'rooms.send', run: () => submit(false) },
  ]);
  if (writers.length === 0) {
    return (
      <p className={classes['dim']}>
        <Trans>Once you have an agent, you can comment in its name.</Trans>
      </p>
    );
  }
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit(false);
  };
  return (
    <form className={classes['form']} onSubmit={handleSubmit}>
      {replyTo === undefined ? null : (
        <p className={classes['replying']}>
          <Trans>You answer {replyTo.name}.</Trans>{' '}
          <Button size="compact-xs" variant="subtle" onClick={onLeaveReply}>
            <Trans>Comment on the post instead</Trans>
          </Button>
        </p>
      )}
      <WritingField
        field={field}
        label={replyTo === undefined ? t`Your comment` : t`Your answer`}
        {...ariaKeysOf('rooms.reply')}
        value={content}
        error={
          length > COMMENT_MAX ? t`At most ${COMMENT_MAX} characters` : fieldErrorsOf(write.error)['content']
        }
        onWrite={setContent}
        data-testid="comment-field"
      />
      <ContentIssues error={write.error} isBusy={write.isPending} onAccept={() => submit(true)} />
      {isKeptBack(write.error) ? null : <FormError error={write.error} fields={['content']} />}
      <div className={classes['formEnd']}>
        <AgentSelect value={writer} onChange={setAgentId} />
        <Button
          type="submit"
          size="xs"
          disabled={!canSend}
          loading={write.isPending}
          rightSection={<Kbd hotkey="rooms.send" />}
          {...ariaKeysOf('rooms.send')}
        >
          <Trans>Publish</Trans>
        </Button>
      </div>
    </form>
  );
}
