import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import { type Conversation, MESSAGE_TEXT_MAX } from '../../../src-server/contract/console/messages';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { WritingField } from '../../components/writing-field';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { type ThreadPath, useSendMessage } from './api';
import classes from './messages.module.css';
import { useTalkerName } from './talker';

/** What was begun and not sent, by conversation and seat; for as long as the window is open. */
const begun = new Map<string, string>();

interface ComposerProps {
  readonly path: ThreadPath;
  readonly conversation: Conversation;
  readonly name: string;
}

/** Where a person answers, in their own name or in that of their agent. */
export function Composer({ path, conversation: { seat }, name }: ComposerProps) {
  const { t } = useLingui();
  const seatName = useTalkerName()(seat);
  const ariaKeysOf = useAriaKeysOf();
  const field = useRef<HTMLTextAreaElement>(null);
  const place = `${path.id} ${path.seat}`;
  const [text, setText] = useState(() => begun.get(place) ?? '');
  const send = useSendMessage(path);
  const length = codePointLength(text);
  const isTooLong = length > MESSAGE_TEXT_MAX;
  const canSend = text.trim() !== '' && !isTooLong && !send.isPending;
  const handleChange = (value: string) => {
    setText(value);
    begun.set(place, value);
  };
  const handleSend = () => {
    if (!canSend) return;
    send.mutate(text, {
      onSuccess: () => {
        handleChange('');
        announce(t`The message is sent`);
        field.current?.focus();
      },
    });
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    handleSend();
  };
  useHotkeys([
    { id: 'messages.reply', run: () => field.current?.focus() },
    { id: 'messages.send', run: handleSend },
  ]);
  const error = isTooLong ? t`At most ${MESSAGE_TEXT_MAX} characters` : fieldErrorsOf(send.error)['text'];
  return (
    <form className={classes['composer']} onSubmit={handleSubmit}>
      <WritingField
        field={field}
        aria-label={seat.type === 'user' ? t`Your answer` : t`Answer in the name of your agent`}
        placeholder={t`Answer ${name}`}
        {...ariaKeysOf('messages.reply')}
        value={text}
        error={error}
        onWrite={handleChange}
        data-testid="composer"
      />
      <FormError error={send.error} fields={['text']} />
      <div className={classes['composerEnd']}>
        <span className={classes['dim']}>
          {seat.type === 'agent' ? (
            <Trans>
              It is sent as <AgentText>{seatName}</AgentText>; nobody is told that you wrote it.
            </Trans>
          ) : (
            <Trans>It is sent in your name. Nobody can take it back.</Trans>
          )}
        </span>
        <span className={classes['length']} data-numeric="" data-over={isTooLong}>
          {length} / {MESSAGE_TEXT_MAX}
        </span>
        <Button
          type="submit"
          size="xs"
          disabled={!canSend}
          loading={send.isPending}
          rightSection={<Kbd hotkey="messages.send" />}
          {...ariaKeysOf('messages.send')}
        >
          <Trans context="a message">Send</Trans>
        </Button>
      </div>
    </form>
  );
}
