import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { ErrorState } from '../../components/states';
import { inboxItemQuery } from './api';
import { ContextPane } from './context-pane';
import { InboxDetailView } from './inbox-detail';
import classes from './inbox-page.module.css';
import { DetailSkeleton } from './inbox-skeleton';
import type { Triage } from './use-triage';

interface InboxDetailPaneProps {
  readonly id: string;
  readonly triage: Triage;
  readonly mayDecide: boolean;
  readonly hasNext: boolean;
  readonly onNext: () => void;
  readonly onBack: () => void;
  readonly onSelect: (id: string) => void;
}

/** Reads one proposal and lays out detail and, where there is room, context. */
export function InboxDetailPane({ id, ...rest }: InboxDetailPaneProps) {
  const { t } = useLingui();
  const isWide = useMediaQuery('(min-width: 68em)', true, { getInitialValueInEffect: false });
  const query = useQuery(inboxItemQuery(id));
  const detail = query.data;
  const version = detail?.versions.find((entry) => entry.version === detail.version);
  if (!detail || !version) {
    return (
      <div className={classes['rest']}>
        {query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </div>
    );
  }
  return (
    <>
      <div className={classes['detailPane']}>
        <InboxDetailView detail={detail} version={version} {...rest} />
      </div>
      {isWide ? (
        // A scrolled region is reached and scrolled by keys.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <aside className={classes['contextPane']} aria-label={t`Context`} data-pane="" tabIndex={0}>
          <ContextPane detail={detail} onSelect={rest.onSelect} />
        </aside>
      ) : null}
    </>
  );
}
