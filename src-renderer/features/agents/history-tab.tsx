import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconHistory } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import type { InboxItem } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { StatusIcon } from '../../components/status-icon';
import { RelativeTime } from '../../components/time';
import { useRowSteps } from '../../components/use-row-steps';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { KIND_ICONS, useKindWords } from '../inbox/words';
import { historyQuery } from './api';
import classes from './history-tab.module.css';
import { inboxSearchOf } from './inbox-link';

/** Height of a row in px at a root font size of 16 px; rows are measured, this is the first guess. */
const ROW_PX = 48;
/** The next page is asked for when this many rows are left below. */
const READ_AHEAD = 10;

/** Everything the agent proposed and what became of it, newest first; only what is in sight is in the page. */
export function HistoryTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const history = useInfiniteQuery(historyQuery(agent.id));
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  if (history.isPending) {
    return <SkeletonRows heights={[44, 44, 44]} />;
  }
  if (history.isError && items.length === 0) {
    return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  }
  if (items.length === 0) {
    return (
      <EmptyState icon={<IconHistory size={28} stroke={1.5} />} title={t`It has not proposed anything yet`}>
        <Trans>What it proposes is listed here, with your decision and what came of it.</Trans>
      </EmptyState>
    );
  }
  return (
    <>
      <Rows
        agentId={agent.id}
        items={items}
        hasMore={history.hasNextPage}
        onNearEnd={() => {
          if (history.hasNextPage && !history.isFetchingNextPage && !history.isFetchNextPageError) {
            void history.fetchNextPage();
          }
        }}
      />
      {history.isFetchNextPageError ? (
        <Button variant="default" onClick={() => void history.fetchNextPage()}>
          <Trans>Older ones could not be read. Try again</Trans>
        </Button>
      ) : null}
    </>
  );
}

interface RowsProps {
  readonly agentId: string;
  readonly items: readonly InboxItem[];
  readonly hasMore: boolean;
  readonly onNearEnd: () => void;
}

function Rows({ agentId, items, hasMore, onNearEnd }: RowsProps) {
  const { t } = useLingui();
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  // The page itself scrolls; the list begins somewhere below its top.
  const page = () => document.getElementById('page');
  useLayoutEffect(() => {
    const scroller = page();
    if (!list.current || !scroller) return;
    setMargin(
      list.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop,
    );
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here and not handed on
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: page,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 8,
    scrollMargin: margin,
  });
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= items.length - READ_AHEAD) onNearEnd();
  }, [lastShown, items.length, onNearEnd]);

  const { step } = useRowSteps(list, items.length, (index) => virtual.scrollToIndex(index));
  const navigate = useNavigate();
  const openCase = () => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
    const item = focused === undefined ? undefined : items[Number(focused)];
    if (item) void navigate({ to: '/case/$traceId', params: { traceId: item.id } });
  };
  useHotkeys([
    { id: 'history.case', run: openCase },
    {
      id: 'history.next',
      run: () => step(1),
    },
    {
      id: 'history.previous',
      run: () => step(-1),
    },
  ]);

  return (
    <ul
      ref={list}
      className={classes['list']}
      aria-label={t`What it proposed, newest first`}
      style={{ height: virtual.getTotalSize() }}
    >
      {rows.map((row) => {
        const item = items[row.index];
        if (!item) return null;
        return (
          <li
            key={row.key}
            ref={virtual.measureElement}
            data-index={row.index}
            data-row={row.index}
            aria-setsize={hasMore ? -1 : items.length}
            aria-posinset={row.index + 1}
            className={classes['row']}
            style={{ transform: `translateY(${row.start - margin}px)` }}
          >
            <HistoryRow agentId={agentId} item={item} />
          </li>
        );
      })}
    </ul>
  );
}

function HistoryRow({ agentId, item }: { agentId: string; item: InboxItem }) {
  const kindWord = useKindWords();
  const Icon = KIND_ICONS[item.kind];
  const { version } = item;
  return (
    <Link to="/inbox" search={inboxSearchOf(agentId, item)} className={classes['link']}>
      <span className={classes['icon']} aria-hidden="true">
        <Icon size={16} stroke={1.75} />
      </span>
      <span className={classes['words']}>
        <AgentText form="line" className={classes['title']}>
          {item.title}
        </AgentText>
        <span className={classes['small']}>
          {kindWord(item.kind)}
          {' · '}
          <RelativeTime at={item.createdAt} />
          {version > 1 ? (
            <>
              {' · '}
              <Trans>version {version}</Trans>
            </>
          ) : null}
        </span>
      </span>
      <StatusIcon status={item.status} />
    </Link>
  );
}
