import { ActionIcon, Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { IconBan, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Conversation, Message } from '../../../src-server/contract/console/messages';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { threadQuery, type ThreadPath, useBlock, useMarkSeen } from './api';
import { Composer } from './composer';
import classes from './messages.module.css';
import { useTalkerName } from './talker';

/** Nearer to its end than this, a thread follows what arrives, px. */
const NEAR_END = 80;

interface ThreadPaneProps {
  readonly path: ThreadPath;
  readonly onClose: () => void;
}

/** One conversation: its messages, the newest at the end, and where to answer. */
export function ThreadPane({ path, onClose }: ThreadPaneProps) {
  const { t } = useLingui();
  const nameOf = useTalkerName();
  const thread = useInfiniteQuery(threadQuery(path));
  const conversation = thread.data?.pages[0]?.conversation;
  const messages = (thread.data?.pages.flatMap((page) => page.items) ?? []).toReversed();
  useSeen(path, conversation, messages.at(-1));
  const name = conversation ? nameOf(conversation.other) : '';
  return (
    <section className={classes['pane']} aria-label={t`Conversation`} data-pane="" data-testid="thread">
      {thread.isPending ? <SkeletonRows heights={[28, 60, 60]} /> : null}
      {thread.isError && !thread.data ? (
        <ErrorState error={thread.error} onRetry={() => void thread.refetch()} />
      ) : null}
      {conversation ? (
        <>
          <Header conversation={conversation} name={name} path={path} onClose={onClose} />
          <Messages
            messages={messages}
            conversation={conversation}
            name={name}
            older={
              thread.hasNextPage ? (
                <Button
                  size="xs"
                  variant="default"
                  loading={thread.isFetchingNextPage}
                  onClick={() => void thread.fetchNextPage()}
                >
                  <Trans>Show earlier messages</Trans>
                </Button>
              ) : null
            }
          />
          {conversation.closed === null ? (
            <Composer path={path} conversation={conversation} name={name} />
          ) : (
            <Closed closed={conversation.closed} />
          )}
        </>
      ) : null}
    </section>
  );
}

/** Whoever has a conversation before their eyes has seen it; what arrives meanwhile is said. */
function useSeen(path: ThreadPath, conversation: Conversation | undefined, newest: Message | undefined) {
  const { t } = useLingui();
  const { mutate, isPending } = useMarkSeen(path);
  const unread = conversation?.unreadCount ?? 0;
  const newestId = newest?.id;
  const said = useRef<string>(undefined);
  useEffect(() => {
    const look = () => {
      if (newestId !== undefined && unread > 0 && !isPending && document.hasFocus()) mutate();
    };
    look();
    globalThis.addEventListener('focus', look);
    return () => globalThis.removeEventListener('focus', look);
  }, [unread, newestId, isPending, mutate]);
  useEffect(() => {
    if (newestId === undefined) return;
    if (said.current !== undefined && said.current !== newestId && newest?.isOwn === false) {
      announce(t`A new message arrived`);
    }
    said.current = newestId;
  }, [newestId, newest?.isOwn, t]);
}

interface HeaderProps {
  readonly conversation: Conversation;
  readonly name: string;
  readonly path: ThreadPath;
  readonly onClose: () => void;
}

function Header({ conversation, name, path, onClose }: HeaderProps) {
  const { t } = useLingui();
  const nameOf = useTalkerName();
  const ariaKeysOf = useAriaKeysOf();
  const block = useBlock(path.seat);
  const { seat, other, isBlocked, canBlock } = conversation;
  const seatName = nameOf(seat);
  const handleBlock = () =>
    block.mutate(
      { agentId: other.id, isBlocked: !isBlocked },
      { onSuccess: () => announce(isBlocked ? t`Unblocked` : t`Blocked`) },
    );
  useHotkeys([{ id: 'messages.block', isEnabled: canBlock && !block.isPending, run: handleBlock }]);
  return (
    <header className={classes['head']}>
      <div className={classes['headWords']}>
        <h2 className={classes['title']}>
          <AgentText form="line">{name}</AgentText>
        </h2>
        {other.handle === null ? null : (
          <AgentText form="line" className={classes['dim']}>
            {`@${other.handle}`}
          </AgentText>
        )}
        {seat.type === 'agent' ? (
          <p className={classes['dim']}>
            <Trans>
              Conversation of your agent{' '}
              <Link to="/agents/$id" params={{ id: seat.id }}>
                <AgentText>{seatName}</AgentText>
              </Link>
            </Trans>
          </p>
        ) : null}
      </div>
      <div className={classes['headActions']}>
        {canBlock ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconBan size={14} aria-hidden="true" />}
            rightSection={<Kbd hotkey="messages.block" />}
            {...ariaKeysOf('messages.block')}
            loading={block.isPending}
            onClick={handleBlock}
          >
            {isBlocked ? <Trans>Unblock</Trans> : <Trans>Block</Trans>}
          </Button>
        ) : null}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t`Close the conversation`}
          {...ariaKeysOf('messages.close')}
          onClick={onClose}
        >
          <IconX size={16} aria-hidden="true" />
        </ActionIcon>
      </div>
      <FormError error={block.error} />
    </header>
  );
}

interface MessagesProps {
  /** In the order they were sent. */
  readonly messages: readonly Message[];
  readonly conversation: Conversation;
  readonly name: string;
  readonly older: React.ReactNode;
}

function Messages({ messages, conversation, name, older }: MessagesProps) {
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const [isFollowing, setIsFollowing] = useState(true);
  const newestId = messages.at(-1)?.id;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && isFollowing && newestId !== undefined) element.scrollTop = element.scrollHeight;
  }, [newestId, isFollowing]);
  const handleScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setIsFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END);
  };
  return (
    <section
      className={classes['scroller']}
      ref={scroller}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard too
      tabIndex={0}
      aria-label={t`Messages`}
      onScroll={handleScroll}
    >
      {older}
      <ol className={classes['messages']}>
        {messages.map((message) => (
          <li key={message.id} className={classes['message']} data-own={message.isOwn}>
            <p className={classes['by']}>
              <Author message={message} conversation={conversation} name={name} />
              {' · '}
              <RelativeTime at={message.sentAt} />
            </p>
            <div className={classes['bubble']}>
              <AgentText form="block">{message.text}</AgentText>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Author({
  message,
  conversation: { seat },
  name,
}: {
  readonly message: Message;
  readonly conversation: Conversation;
  readonly name: string;
}) {
  const seatName = useTalkerName()(seat);
  if (!message.isOwn) return <AgentText>{name}</AgentText>;
  if (seat.type === 'user') return <Trans context="author of a message">You</Trans>;
  return message.isByOwner ? (
    <Trans>
      You, as <AgentText>{seatName}</AgentText>
    </Trans>
  ) : (
    <AgentText>{seatName}</AgentText>
  );
}

function Closed({ closed }: { closed: NonNullable<Conversation['closed']> }) {
  const words = {
    gone: <Trans>Whoever was at the other end is gone. What was written stays.</Trans>,
    blocked: (
      <Trans>You blocked this agent: it cannot write here, and is not told why. Unblock it to answer.</Trans>
    ),
    sanctioned: <Trans>Your agent is suspended or banned: nothing can be written in its name.</Trans>,
  };
  return <Notice>{words[closed]}</Notice>;
}
