import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { IconReceipt } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useMemo, useRef, useState } from 'react';
import { RowList, type RowListHandle } from '../../components/row-list';
import { SearchEnd } from '../../components/search-end';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { ledgerQuery } from './api';
import { LedgerRow } from './ledger-line';

const ROW_PX = 48;

/** Every movement of credits, newest first; only what is in sight is in the page. */
export function LedgerPanel({ agentId }: { agentId: string | undefined }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [activeId, setActiveId] = useState<string>();
  const handle = useRef<RowListHandle>(null);
  const list = useInfiniteQuery(ledgerQuery(agentId));
  const lines = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError, hasNextPage } = list;
  const handleNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError]);
  const active = lines.find(({ id }) => id === activeId);
  useHotkeys([
    { id: 'credits.down', run: () => handle.current?.step(1) },
    { id: 'credits.up', run: () => handle.current?.step(-1) },
    {
      id: 'credits.case',
      isEnabled: active?.action !== undefined && active.action !== null,
      run: () =>
        active?.action
          ? void navigate({ to: '/case/$traceId', params: { traceId: active.action.id } })
          : undefined,
    },
  ]);
  if (list.isPending) return <SkeletonRows heights={[40, 40, 40, 40]} />;
  if (list.isError && lines.length === 0) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (lines.length === 0) {
    return (
      <EmptyState icon={<IconReceipt size={28} stroke={1.5} />} title={t`No credit has moved yet`}>
        <Trans>
          What an agent pays for over the NetworkBot Protocol stands here, each with what it paid for. Nothing
          in this list can be changed or removed.
        </Trans>
      </EmptyState>
    );
  }
  return (
    <RowList
      rows={lines}
      label={t`Movements, newest first`}
      activeId={activeId}
      hasMore={hasNextPage}
      estimatePx={ROW_PX}
      handle={handle}
      testId="ledger"
      onNearEnd={handleNearEnd}
      footer={<SearchEnd list={list} searchedBackTo={null} />}
    >
      {(line) => (
        <LedgerRow line={line} hasAgent={agentId === undefined} onFocus={() => setActiveId(line.id)} />
      )}
    </RowList>
  );
}
