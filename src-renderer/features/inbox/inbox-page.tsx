import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { IconCircleCheck, IconInbox } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { InboxTab } from '../../../src-server/contract/console/inbox';
import { useMe } from '../../api/session';
import { drawThenFocus } from '../../components/draw-then-focus';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { inboxItemQuery, inboxListQuery } from './api';
import { ArrivalAnnouncer } from './arrival-announcer';
import { BulkBar, BulkReceipt } from './bulk-bar';
import { InboxDetailPane } from './inbox-detail-pane';
import { InboxList } from './inbox-list';
import classes from './inbox-page.module.css';
import type { InboxSearch } from './inbox-search';
import { DetailSkeleton, ListSkeleton } from './inbox-skeleton';
import { InboxToolbar } from './inbox-toolbar';
import { Receipt } from './receipt';
import { neighbour, nextPending } from './selection';
import { useMarks } from './use-marks';
import { useTriage } from './use-triage';

const RejectDialog = lazy(async () => ({ default: (await import('./reject-dialog')).RejectDialog }));

/** The Inbox: what waits, what one proposal would do, and the decision. */
export function InboxPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const client = useQueryClient();
  const me = useMe();
  const searchField = useRef<HTMLInputElement>(null);
  const [searchKey, setSearchKey] = useState(0);
  const [isDetailOpen, setIsDetailOpen] = useState(false);
  const [isRejectingMarked, setIsRejectingMarked] = useState(false);

  const tab = search.tab ?? 'pending';
  const list = useInfiniteQuery(inboxListQuery(search));
  const pages = list.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const counts = list.data?.pages.at(-1)?.counts;
  const selectedId = search.item;
  const isFiltered = [search.agent, search.kind, search.risk, search.q].some((value) => value !== undefined);
  useInteractiveMark(list.isSuccess);

  const change = useCallback(
    (next: Partial<InboxSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  const select = useCallback((id: string | undefined) => change({ item: id }), [change]);
  const open = useCallback(() => {
    drawThenFocus(
      () => setIsDetailOpen(true),
      () => document.getElementById('inbox-detail-scroller'),
    );
  }, []);
  const handlePick = useCallback(
    (id: string) => {
      select(id);
      setIsDetailOpen(true);
    },
    [select],
  );
  const move = (step: 1 | -1) => {
    const next = neighbour(items, selectedId, step);
    if (next) select(next.id);
  };
  const nextId = nextPending(items, selectedId)?.id;
  const handleNext = () => {
    if (nextId) select(nextId);
  };

  // Where the selection goes after a decision is settled when the decision is made: the row is gone afterwards.
  const latest = useRef({ selectedId, nextId });
  useLayoutEffect(() => {
    latest.current = { selectedId, nextId };
  });
  const handleDecided = (id: string) => {
    if (latest.current.selectedId !== id) return;
    select(latest.current.nextId === id ? undefined : latest.current.nextId);
    document.getElementById('inbox-list-panel')?.focus();
  };
  const triage = useTriage(handleDecided);
  const marks = useMarks(items);
  const selected = items.find((item) => item.id === selectedId);
  const moveMarking = (step: 1 | -1) => {
    if (selected && !marks.isMarked(selected.id)) marks.toggle(selected);
    const next = neighbour(items, selectedId, step);
    if (!next) return;
    if (!marks.isMarked(next.id)) marks.toggle(next);
    select(next.id);
  };

  // A proposal is open from the start, and whenever none is: the first of the list.
  const firstId = items[0]?.id;
  useEffect(() => {
    if (selectedId === undefined && firstId !== undefined) select(firstId);
  }, [selectedId, firstId, select]);
  useEffect(() => {
    if (nextId !== undefined) void client.prefetchQuery(inboxItemQuery(nextId));
  }, [client, nextId]);

  const lastDone = useQuery({
    ...inboxItemQuery(triage.receipt?.id ?? ''),
    enabled: triage.receipt !== null,
  }).data;
  const shown = useQuery({ ...inboxItemQuery(selectedId ?? ''), enabled: selectedId !== undefined }).data;
  const undoable = [shown, lastDone].find((detail) => detail?.canUndo === true);
  const canUndoBulk =
    marks.receipt !== null && marks.receipt.isUndone !== true && marks.receipt.done.length > 0;

  const hasMarks = marks.marked.length > 0;
  useHotkeys([
    { id: 'inbox.markDown', run: () => moveMarking(1) },
    { id: 'inbox.markUp', run: () => moveMarking(-1) },
    { id: 'inbox.mark', run: () => marks.toggle(selected) },
    { id: 'inbox.markAll', isEnabled: tab === 'pending' || tab === 'snoozed', run: marks.all },
    { id: 'inbox.approveMarked', isEnabled: hasMarks, run: () => void marks.decide('approve') },
    { id: 'inbox.rejectMarked', isEnabled: hasMarks, run: () => setIsRejectingMarked(true) },
    { id: 'inbox.unmark', isEnabled: hasMarks || marks.hint !== null, run: marks.clear },
    { id: 'inbox.down', run: () => move(1) },
    {
      id: 'inbox.up',
      run: () => move(-1),
    },
    { id: 'inbox.open', run: open },
    { id: 'inbox.next', run: handleNext },
    {
      id: 'inbox.case',
      isEnabled: selectedId !== undefined,
      run: () =>
        selectedId === undefined
          ? undefined
          : void navigate({ to: '/case/$traceId', params: { traceId: selectedId } }),
    },
    { id: 'inbox.filter', run: () => searchField.current?.focus() },
    {
      id: 'inbox.undo',
      isEnabled: canUndoBulk || undoable !== undefined,
      run: () => {
        if (canUndoBulk) void marks.undo();
        else if (undoable) void triage.undo(undoable);
      },
    },
  ]);

  const handleClearFilters = () => {
    setSearchKey((old) => old + 1);
    change({ agent: undefined, kind: undefined, risk: undefined, q: undefined });
  };

  const isEmpty = list.isSuccess && items.length === 0;
  const neverHadAny = isEmpty && !isFiltered && tab === 'pending' && me.data?.setup.hasDecided === false;
  return (
    <div className={classes['inbox']} data-detail-open={isDetailOpen && selectedId !== undefined}>
      <ArrivalAnnouncer />
      <section className={classes['listPane']} aria-label={t`Inbox`}>
        <InboxToolbar
          search={search}
          counts={counts}
          searchField={searchField}
          searchKey={searchKey}
          onChange={change}
        />
        <div
          className={classes['listPanel']}
          id="inbox-list-panel"
          role="tabpanel"
          aria-label={t`Proposals`}
          tabIndex={-1}
          data-pane=""
        >
          {list.isPending ? <ListSkeleton /> : null}
          {list.isError && !list.data ? (
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          ) : null}
          {items.length > 0 ? (
            <InboxList
              items={items}
              selectedId={selectedId}
              isMarked={marks.isMarked}
              hasMore={list.hasNextPage}
              isLoadingMore={list.isFetchingNextPage}
              onSelect={handlePick}
              onOpen={open}
              onMove={move}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : null}
          {isEmpty && isFiltered ? <NoMatchState onClear={handleClearFilters} /> : null}
          {isEmpty && !isFiltered && !neverHadAny ? <EmptyTab tab={tab} /> : null}
          {neverHadAny ? (
            <p className={classes['quiet']}>
              <Trans>Nothing waits for you.</Trans>
            </p>
          ) : null}
        </div>
        <BulkBar marks={marks} onReject={() => setIsRejectingMarked(true)} />
        <BulkReceipt marks={marks} />
        {triage.receipt ? <Receipt receipt={triage.receipt} triage={triage} onSelect={handlePick} /> : null}
        <Suspense>
          {isRejectingMarked && hasMarks ? (
            <RejectDialog
              isOpen
              agentName={t`the agents`}
              isForSeveral
              onClose={() => setIsRejectingMarked(false)}
              onReject={({ reasonCode, note }) => {
                setIsRejectingMarked(false);
                void marks.decide('reject', { reasonCode, note });
              }}
            />
          ) : null}
        </Suspense>
      </section>
      {selectedId === undefined ? (
        <div className={classes['rest']}>
          {list.isPending ? <DetailSkeleton /> : null}
          {neverHadAny ? <FirstTime hasAgent={me.data?.setup.hasAgent ?? false} /> : null}
          {isEmpty && !neverHadAny && !isFiltered && tab === 'pending' ? (
            <EmptyState icon={<IconCircleCheck size={32} stroke={1.25} />} title={t`Nothing waits for you`}>
              <Trans>New proposals appear here by themselves.</Trans>
            </EmptyState>
          ) : null}
        </div>
      ) : (
        <InboxDetailPane
          key={selectedId}
          id={selectedId}
          triage={triage}
          mayDecide={me.data?.mayDecide ?? false}
          hasNext={nextId !== undefined && nextId !== selectedId}
          onNext={handleNext}
          onBack={() => setIsDetailOpen(false)}
          onSelect={handlePick}
        />
      )}
    </div>
  );
}

function EmptyTab({ tab }: { tab: InboxTab }) {
  const { t } = useLingui();
  const words = {
    pending: t`All done`,
    snoozed: t`Nothing is snoozed`,
    decided: t`Nothing decided yet`,
    failed: t`Nothing failed`,
  }[tab];
  return <p className={classes['quiet']}>{words}</p>;
}

/** Before the first proposal: what this page is for, and the two ways to something that fills it. */
function FirstTime({ hasAgent }: { hasAgent: boolean }) {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconInbox size={32} stroke={1.25} />}
      title={
        hasAgent
          ? t`Waiting for your agent's first proposal`
          : t`Here you approve what your agents want to do`
      }
      actions={
        <>
          <Button component={Link} to="/agents">
            {hasAgent ? <Trans>Show how to connect it</Trans> : <Trans>Connect an agent</Trans>}
          </Button>
          <Button component={Link} to="/welcome" variant="default">
            <Trans>First steps</Trans>
          </Button>
        </>
      }
    >
      {hasAgent ? (
        <Trans>
          Ask it to draft a post. The draft is held here: nothing becomes public before you have read it and
          said yes.
        </Trans>
      ) : (
        <Trans>
          An agent drafts, you read exactly what would happen and answer with one key. Nothing becomes public
          before you said yes.
        </Trans>
      )}
    </EmptyState>
  );
}

/** What the first key press may ask for, loaded while nobody waits for it. */
function loadDialogs() {
  void import('./reject-dialog');
  void import('./inbox-filters');
}

/** Marks the moment the list is there and painted, once per run: the start-up benchmark reads it. */
function useInteractiveMark(isReady: boolean) {
  useEffect(() => {
    if (!isReady || performance.getEntriesByName('countersign:inbox-interactive').length > 0) return;
    // After the frame that shows the list.
    const frame = requestAnimationFrame(() => {
      setTimeout(() => {
        performance.mark('countersign:inbox-interactive');
        requestIdleCallback(loadDialogs);
      }, 0);
    });
    return () => cancelAnimationFrame(frame);
  }, [isReady]);
}
