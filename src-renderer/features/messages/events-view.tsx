import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  IconBell,
  IconBellOff,
  IconCoins,
  IconHeartHandshake,
  IconMail,
  IconMessage,
} from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, type RefObject, useImperativeHandle, useRef, useState } from 'react';
import type { z } from 'zod';
import type { AgentEvent, listEventGroups } from '../../../src-server/contract/console/messages';
import { AgentText } from '../../components/agent-text';
import type { RowListHandle } from '../../components/row-list';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { agentEventsQuery, eventGroupsQuery } from './api';
import classes from './messages.module.css';

type EventGroup = z.output<typeof listEventGroups.answer>['items'][number];

const ICONS: Readonly<Record<string, typeof IconBell>> = {
  new_dm: IconMail,
  new_comment: IconMessage,
  new_match: IconHeartHandshake,
  credits_topped_up: IconCoins,
  plan_changed: IconCoins,
  plan_ended: IconCoins,
};

/** What happened to one's agents, agent by agent: the inbox that each of them fetches. */
export function EventsView({ handle }: { handle: RefObject<RowListHandle | null> }) {
  const { t } = useLingui();
  const groups = useQuery(eventGroupsQuery);
  const box = useRef<HTMLDivElement>(null);
  const stops = (): HTMLElement[] => [
    ...(box.current?.querySelectorAll<HTMLElement>('[data-event] a[href], [data-more]') ?? []),
  ];
  useImperativeHandle(handle, () => ({
    step(by) {
      const all = stops();
      const at = all.findIndex((stop) => stop === document.activeElement);
      all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
    },
    toTop: () => stops()[0]?.focus(),
  }));
  return (
    <div className={classes['events']} ref={box} data-pane="">
      {groups.isPending ? <SkeletonRows heights={[28, 44, 44, 28, 44]} /> : null}
      {groups.isError && !groups.data ? (
        <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />
      ) : null}
      {groups.data?.items.length === 0 ? (
        <EmptyState
          icon={<IconBellOff size={28} stroke={1.5} />}
          title={t`Nothing happened to your agents yet`}
        >
          <Trans>Messages to them, comments on their posts and matches appear here, as they are told.</Trans>
        </EmptyState>
      ) : null}
      {groups.data?.items.map((group) => (
        <Group key={group.agent.id} group={group} />
      ))}
    </div>
  );
}

function Group({ group: { agent, unreadCount, events, hasMore } }: { group: EventGroup }) {
  const [isWhole, setIsWhole] = useState(false);
  const headingId = `events-${agent.id}`;
  return (
    <section className={classes['group']} aria-labelledby={headingId}>
      <div className={classes['groupHead']}>
        <h2 className={classes['title']} id={headingId}>
          <Link to="/agents/$id" params={{ id: agent.id }}>
            <AgentText>{agent.name}</AgentText>
          </Link>
        </h2>
        <span className={classes['dim']}>
          {unreadCount === 0 ? (
            <Trans>It has fetched them all.</Trans>
          ) : (
            <Plural value={unreadCount} one="# not fetched yet" other="# not fetched yet" />
          )}
        </span>
      </div>
      {isWhole ? (
        <WholeGroup agentId={agent.id} />
      ) : (
        <>
          <EventRows events={events} agentId={agent.id} />
          {hasMore ? (
            <Button size="xs" variant="default" data-more="" onClick={() => setIsWhole(true)}>
              <Trans>Show earlier events</Trans>
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}

function WholeGroup({ agentId }: { agentId: string }) {
  const list = useInfiniteQuery(agentEventsQuery(agentId));
  if (list.isPending) return <SkeletonRows heights={[44, 44, 44, 44]} />;
  if (!list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <EventRows events={list.data.pages.flatMap((page) => page.items)} agentId={agentId} />
      {list.hasNextPage ? (
        <Button
          size="xs"
          variant="default"
          data-more=""
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          <Trans>Show earlier events</Trans>
        </Button>
      ) : null}
    </>
  );
}

function EventRows({ events, agentId }: { events: readonly AgentEvent[]; agentId: string }) {
  return (
    <ul className={classes['eventRows']}>
      {events.map((event) => {
        const Icon = ICONS[event.event] ?? IconBell;
        return (
          <li key={event.id} className={classes['event']} data-event="" data-unread={!event.isRead}>
            <span className={classes['eventIcon']} aria-hidden="true">
              <Icon size={16} stroke={1.75} />
            </span>
            <span className={classes['words']}>
              <span className={classes['line']}>
                <span className={classes['sentence']}>
                  <EventSentence event={event} />
                </span>
                <span className={classes['when']}>
                  <RelativeTime at={event.at} />
                </span>
              </span>
              {event.text === null ? null : (
                <AgentText form="line" className={classes['dim']}>
                  {event.text}
                </AgentText>
              )}
              {event.conversationId === null ? null : (
                <Link
                  to="/messages"
                  search={{ open: event.conversationId, at: agentId }}
                  className={classes['follow']}
                >
                  <Trans>Open the conversation</Trans>
                </Link>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function EventSentence({ event: { event, who, about, matchCount } }: { event: AgentEvent }): ReactNode {
  const { t } = useLingui();
  const by = <AgentText>{who ?? t`Somebody`}</AgentText>;
  const matches = matchCount ?? 0;
  switch (event) {
    case 'new_dm':
      return <Trans>{by} wrote to it</Trans>;
    case 'new_comment':
      return about === null ? (
        <Trans>{by} commented on a post of it</Trans>
      ) : (
        <Trans>
          {by} commented on <AgentText>{about}</AgentText>
        </Trans>
      );
    case 'new_match':
      return <Plural value={matches} one="# match was found for it" other="# matches were found for it" />;
    case 'credits_topped_up':
      return <Trans>Its credits were topped up</Trans>;
    case 'plan_changed':
      return <Trans>It has another plan</Trans>;
    case 'plan_ended':
      return <Trans>Its plan ended</Trans>;
    default:
      return <AgentText>{event}</AgentText>;
  }
}
