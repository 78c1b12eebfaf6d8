import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { IconActivity, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useRef, useState } from 'react';
import { announce } from '../../components/announcer';
import { FilledPage } from '../../components/filled-page';
import { Kbd } from '../../components/kbd';
import { PageHeader } from '../../components/page-header';
import { RowList, type RowListHandle } from '../../components/row-list';
import { SearchEnd } from '../../components/search-end';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { ActivityFilters } from './activity-filters';
import classes from './activity-page.module.css';
import { EventRow, ReadsRow } from './activity-row';
import { type ActivitySearch, isFiltered } from './activity-search';
import { useTimeline } from './use-timeline';

const ROW_PX = 40;

/** One live timeline of what the owner and their agents did. */
export function ActivityPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const [isPaused, setIsPaused] = useState(false);
  const [activeId, setActiveId] = useState<string>();
  const [openReads, setOpenReads] = useState<ReadonlySet<string>>(new Set());
  const [fieldKey, setFieldKey] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<RowListHandle>(null);
  const { list, items, searchedBackTo, waiting, hasMoreWaiting } = useTimeline(search, isPaused);

  const change = useCallback(
    (next: Partial<ActivitySearch>) => {
      setIsPaused(false);
      void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
    },
    [navigate],
  );
  const handlePause = () => {
    announce(isPaused ? t`Live again` : t`Paused`);
    setIsPaused(!isPaused);
  };
  const handleResume = () => {
    setIsPaused(false);
    rows.current?.toTop();
  };
  const toggleReads = (id: string) =>
    setOpenReads((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const active = items.find(({ id }) => id === activeId);
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const handleNearEnd = useCallback(() => {
    // Where a search found nothing for a while, going on is the person's to say.
    if (!isFetchingNextPage && !isFetchNextPageError && searchedBackTo === null) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError, searchedBackTo]);

  const ariaKeysOf = useAriaKeysOf();
  useHotkeys([
    {
      id: 'activity.down',
      run: () => rows.current?.step(1),
    },
    {
      id: 'activity.up',
      run: () => rows.current?.step(-1),
    },
    { id: 'activity.pause', run: handlePause },
    {
      id: 'activity.case',
      isEnabled: active?.form === 'event',
      run: () =>
        active?.form === 'event'
          ? void navigate({ to: '/case/$traceId', params: { traceId: active.traceId } })
          : undefined,
    },
    { id: 'activity.filter', run: () => field.current?.focus() },
  ]);

  const filtered = isFiltered(search);
  const handleClear = () => {
    setFieldKey((old) => old + 1);
    change({ agent: undefined, group: undefined, q: undefined, from: undefined, to: undefined });
  };
  const isAtStart = !list.hasNextPage && items.length > 0;
  const isOnlyAccount = items.every((item) => item.form === 'event' && item.group === 'account');
  const isEmpty = list.isSuccess && items.length === 0 && searchedBackTo === null;
  return (
    <FilledPage
      head={
        <>
          <PageHeader
            title={<Trans>Activity</Trans>}
            actions={
              <Button
                variant={isPaused ? 'filled' : 'default'}
                leftSection={
                  isPaused ? (
                    <IconPlayerPlay size={14} aria-hidden="true" />
                  ) : (
                    <IconPlayerPause size={14} aria-hidden="true" />
                  )
                }
                rightSection={<Kbd hotkey="activity.pause" />}
                {...ariaKeysOf('activity.pause')}
                onClick={handlePause}
              >
                {isPaused ? <Trans>Go on</Trans> : <Trans context="hold the timeline">Pause</Trans>}
              </Button>
            }
          />
          <ActivityFilters search={search} field={field} fieldKey={fieldKey} onChange={change} />
        </>
      }
    >
      {isPaused ? (
        <output className={classes['paused']} data-testid="paused">
          <Trans>Paused.</Trans>{' '}
          {waiting > 0 ? (
            <Button size="xs" variant="subtle" onClick={handleResume}>
              {hasMoreWaiting ? (
                <Trans>More than {waiting} new: show them</Trans>
              ) : (
                <Plural value={waiting} one="# new: show it" other="# new: show them" />
              )}
            </Button>
          ) : (
            <Trans>Nothing new so far.</Trans>
          )}
        </output>
      ) : null}
      {list.isPending ? <SkeletonRows heights={[28, 28, 28, 28, 28]} /> : null}
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {isEmpty && filtered ? <NoMatchState onClear={handleClear} /> : null}
      {isEmpty && !filtered ? <FirstTime /> : null}
      {items.length > 0 || searchedBackTo !== null ? (
        <RowList
          rows={items}
          label={t`What happened, newest first`}
          activeId={activeId}
          hasMore={list.hasNextPage}
          estimatePx={ROW_PX}
          handle={rows}
          testId="timeline"
          onNearEnd={handleNearEnd}
          footer={
            <SearchEnd list={list} searchedBackTo={searchedBackTo}>
              {isAtStart && !isOnlyAccount ? <Trans>This is where it begins.</Trans> : null}
              {isAtStart && isOnlyAccount && !filtered ? <FirstTime /> : null}
            </SearchEnd>
          }
        >
          {(item) =>
            item.form === 'event' ? (
              <EventRow event={item} onFocus={() => setActiveId(item.id)} />
            ) : (
              <ReadsRow
                reads={item}
                isOpen={openReads.has(item.id)}
                onToggle={() => toggleReads(item.id)}
                onFocus={() => setActiveId(item.id)}
              />
            )
          }
        </RowList>
      ) : null}
    </FilledPage>
  );
}

function FirstTime() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconActivity size={32} stroke={1.25} />}
      title={t`No agent did anything yet`}
      actions={
        <Button component={Link} to="/agents">
          <Trans>Connect an agent</Trans>
        </Button>
      }
    >
      <Trans>What your agents propose and read, and what you decide, is told here as it happens.</Trans>
    </EmptyState>
  );
}
