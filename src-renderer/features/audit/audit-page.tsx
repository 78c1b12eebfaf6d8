import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconFileSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { AuditRowView } from '../../../src-server/contract/console/audit';
import { AgentText } from '../../components/agent-text';
import { PageHeader } from '../../components/page-header';
import { RowList, type RowListHandle } from '../../components/row-list';
import { SearchEnd } from '../../components/search-end';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { ActorName } from '../activity/event-words';
import { auditRowsQuery, useStartVerification } from './api';
import { AuditFilters } from './audit-filters';
import classes from './audit-page.module.css';
import { type AuditSearch, isAuditFiltered } from './audit-search';
import { ExportMenu } from './export-menu';
import { RowDetail } from './row-detail';
import { VerifyPanel } from './verify-panel';

const ROW_PX = 36;

/** The log that proves what happened: search, one row in full, verification, export. */
export function AuditPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const [fieldKey, setFieldKey] = useState(0);
  const [activeId, setActiveId] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const handle = useRef<RowListHandle>(null);
  const start = useStartVerification();
  const list = useInfiniteQuery(auditRowsQuery(search));
  const rows = useMemo(
    () =>
      list.data?.pages.flatMap((page) => page.items).map((row) => ({ ...row, id: String(row.seq) })) ?? [],
    [list.data],
  );
  const searchedBackTo = list.data?.pages.at(-1)?.searchedBackTo ?? null;

  const change = useCallback(
    (next: Partial<AuditSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  const handleFilter = (next: Partial<AuditSearch>) => change({ ...next, row: undefined });
  // A type chosen in a row stands in the field, too.
  const handleNarrow = (next: Partial<AuditSearch>) => {
    setFieldKey((old) => old + 1);
    handleFilter(next);
  };
  const handleClose = () => {
    const seq = search.row;
    change({ row: undefined });
    requestAnimationFrame(() => document.getElementById(`audit-${seq}`)?.focus());
  };
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const handleNearEnd = useCallback(() => {
    if (!isFetchingNextPage && !isFetchNextPageError && searchedBackTo === null) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError, searchedBackTo]);

  const chosen = rows.find(({ seq, id }) =>
    search.row === undefined ? id === activeId : seq === search.row,
  );
  useHotkeys([
    {
      id: 'audit.down',
      run: () => handle.current?.step(1),
    },
    {
      id: 'audit.up',
      run: () => handle.current?.step(-1),
    },
    { id: 'audit.verify', run: () => start.mutate() },
    {
      id: 'audit.case',
      isEnabled: chosen !== undefined,
      run: () =>
        chosen ? void navigate({ to: '/case/$traceId', params: { traceId: chosen.traceId } }) : undefined,
    },
    { id: 'audit.filter', run: () => field.current?.focus() },
    {
      id: 'audit.close',
      isEnabled: search.row !== undefined,
      run: handleClose,
    },
  ]);

  const isFiltered = isAuditFiltered(search);
  const handleClear = () => {
    setFieldKey((old) => old + 1);
    void navigate({ search: {}, replace: true });
  };
  const isEmpty = list.isSuccess && rows.length === 0 && searchedBackTo === null;
  return (
    <div className={classes['page']} data-open={search.row !== undefined}>
      <div className={classes['main']}>
        <div className={classes['top']}>
          <PageHeader title={<Trans>Audit</Trans>} actions={<ExportMenu search={search} />} />
          <VerifyPanel start={start} />
          <AuditFilters search={search} field={field} fieldKey={fieldKey} onChange={handleFilter} />
        </div>
        {list.isPending ? <SkeletonRows heights={[24, 24, 24, 24, 24]} /> : null}
        {list.isError && !list.data ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : null}
        {isEmpty ? <Empty isFiltered={isFiltered} onClear={handleClear} /> : null}
        {rows.length > 0 || searchedBackTo !== null ? (
          <RowList
            rows={rows}
            label={t`Rows, newest first`}
            activeId={search.row === undefined ? activeId : String(search.row)}
            hasMore={list.hasNextPage}
            estimatePx={ROW_PX}
            handle={handle}
            testId="audit-rows"
            onNearEnd={handleNearEnd}
            footer={<SearchEnd list={list} searchedBackTo={searchedBackTo} />}
          >
            {(row) => (
              <AuditRow
                row={row}
                onFocus={() => setActiveId(row.id)}
                onOpen={() => change({ row: row.seq })}
              />
            )}
          </RowList>
        ) : null}
      </div>
      {search.row === undefined ? null : (
        <RowDetail key={search.row} seq={search.row} onFilter={handleNarrow} onClose={handleClose} />
      )}
    </div>
  );
}

function Empty({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const { t } = useLingui();
  if (!isFiltered) {
    return (
      <EmptyState icon={<IconFileSearch size={32} stroke={1.25} />} title={t`Nothing is written here yet`}>
        <Trans>
          Whatever you decide and your agents do is chained here, so that nobody can change it unseen.
        </Trans>
      </EmptyState>
    );
  }
  return <NoMatchState onClear={onClear} />;
}

interface AuditRowProps {
  readonly row: AuditRowView;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

function AuditRow({ row, onFocus, onOpen }: AuditRowProps) {
  return (
    <button
      type="button"
      id={`audit-${row.seq}`}
      className={classes['row']}
      onFocus={onFocus}
      onClick={onOpen}
    >
      <span className={classes['seq']} data-numeric="">
        {row.seq}
      </span>
      <code className={classes['type']}>{row.type}</code>
      <span className={classes['actor']}>
        <ActorName actor={row.actor} />
        {row.agent && row.actor.type !== 'agent' ? (
          <>
            {' · '}
            <AgentText>{row.agent.name}</AgentText>
          </>
        ) : null}
      </span>
      <code className={classes['rowHash']}>{row.hash.slice(0, 8)}</code>
      <span className={classes['time']}>
        <RelativeTime at={row.at} />
      </span>
    </button>
  );
}
