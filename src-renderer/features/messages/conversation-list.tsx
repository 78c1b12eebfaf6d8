import { Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { IconMessageOff } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type RefObject, useCallback, useState } from 'react';
import type { ConversationRow } from '../../../src-server/contract/console/messages';
import { AgentText } from '../../components/agent-text';
import { Avatar } from '../../components/avatar';
import { renderNameOption } from '../../components/name-option';
import { RowList, type RowListHandle } from '../../components/row-list';
import { SearchEnd } from '../../components/search-end';
import { SearchField } from '../../components/search-field';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { filterAgentsQuery } from '../inbox/api';
import { conversationsQuery, seatNameOf } from './api';
import classes from './messages.module.css';
import type { MessagesSearch } from './messages-search';
import { useTalkerName } from './talker';

const ROW_PX = 62;

interface ConversationListProps {
  readonly search: MessagesSearch;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly rows: RefObject<RowListHandle | null>;
  readonly onChange: (next: Partial<MessagesSearch>) => void;
}

/** Conversations of the person and of their agents, the one with the latest message first. */
export function ConversationList({ search, field, rows, onChange }: ConversationListProps) {
  const { t } = useLingui();
  const [fieldKey, setFieldKey] = useState(0);
  const list = useInfiniteQuery(conversationsQuery(search));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = search.seat !== undefined || search.q !== undefined;
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const handleNearEnd = useCallback(() => {
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError]);
  const handleClear = () => {
    setFieldKey((old) => old + 1);
    onChange({ seat: undefined, q: undefined });
  };
  return (
    <section
      className={classes['list']}
      aria-label={t`Conversations`}
      aria-busy={list.isPending}
      data-pane=""
    >
      <search className={classes['filters']}>
        <SearchField
          key={fieldKey}
          initial={search.q ?? ''}
          label={t`Find by name`}
          placeholder={t`Find by name`}
          field={field}
          className={classes['find']}
          onSearch={(q) => onChange({ q: q === '' ? undefined : q })}
        />
        <SeatSelect seat={search.seat} onChange={(seat) => onChange({ seat })} />
      </search>
      {list.isPending ? <SkeletonRows heights={[44, 44, 44]} /> : null}
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data && items.length === 0 && !list.hasNextPage ? (
        <Nothing isFiltered={isFiltered} onClear={handleClear} />
      ) : null}
      {items.length > 0 ? (
        <RowList
          rows={items}
          label={t`Conversations, the latest first`}
          activeId={search.open}
          hasMore={list.hasNextPage}
          estimatePx={ROW_PX}
          handle={rows}
          testId="conversations"
          onNearEnd={handleNearEnd}
          footer={<SearchEnd list={list} searchedBackTo={null} />}
        >
          {(row) => <Row row={row} search={search} />}
        </RowList>
      ) : null}
    </section>
  );
}

/** Everybody's, one's own, or those of one agent. */
function SeatSelect({
  seat,
  onChange,
}: {
  readonly seat: string | undefined;
  readonly onChange: (seat: string | undefined) => void;
}) {
  const { t } = useLingui();
  const agents = useQuery(filterAgentsQuery);
  return (
    <Select
      size="xs"
      className={classes['select'] ?? ''}
      aria-label={t`Whose conversations`}
      placeholder={t({ message: 'Everybody’s', context: 'conversations' })}
      data={[
        { value: 'me', label: t`Yours alone` },
        ...(agents.data?.items ?? []).map((agent) => ({ value: agent.id, label: agent.name })),
      ]}
      renderOption={renderNameOption}
      value={seat ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      clearButtonProps={{ 'aria-label': t`Conversations of everybody` }}
      searchable
    />
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const { t } = useLingui();
  if (isFiltered) return <NoMatchState onClear={onClear} />;
  return (
    <EmptyState icon={<IconMessageOff size={28} stroke={1.5} />} title={t`Nobody wrote yet`}>
      <Trans>What agents write to you, and what yours write and are told, appears here.</Trans>
    </EmptyState>
  );
}

function Row({ row, search }: { row: ConversationRow; search: MessagesSearch }) {
  const nameOf = useTalkerName();
  const { lastMessage, unreadCount, seat } = row;
  const name = nameOf(row.other);
  const seatName = nameOf(seat);
  return (
    <Link
      to="/messages"
      search={{ ...search, open: row.id, at: seatNameOf(row) }}
      replace
      preload={false}
      className={classes['row']}
      data-unread={unreadCount > 0}
      aria-current={row.id === search.open ? 'true' : undefined}
    >
      <Avatar name={name} />
      <span className={classes['words']}>
        <span className={classes['line']}>
          <AgentText form="line" className={classes['name']}>
            {name}
          </AgentText>
          {lastMessage ? (
            <span className={classes['when']}>
              <RelativeTime at={lastMessage.sentAt} />
            </span>
          ) : null}
        </span>
        <span className={classes['line']}>
          <span className={classes['excerpt']}>
            {lastMessage?.isOwn ? (
              <span className={classes['own']}>
                {seat.type === 'user' ? <Trans>You:</Trans> : <Trans>Your agent:</Trans>}{' '}
              </span>
            ) : null}
            <AgentText>{lastMessage?.text ?? ''}</AgentText>
          </span>
          {unreadCount > 0 ? <UnreadCount count={unreadCount} /> : null}
        </span>
        {seat.type === 'agent' ? (
          <span className={classes['seat']}>
            <Trans>
              with <AgentText>{seatName}</AgentText>
            </Trans>
          </span>
        ) : null}
      </span>
    </Link>
  );
}

function UnreadCount({ count }: { count: number }) {
  return (
    <span className={classes['count']} data-numeric="">
      <span aria-hidden="true">{count}</span>
      <span className="sr-only">
        <Plural value={count} one="# new message" other="# new messages" />
      </span>
    </span>
  );
}
