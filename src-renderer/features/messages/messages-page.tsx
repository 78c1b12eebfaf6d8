import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconMessages } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useRef } from 'react';
import { FilledPage } from '../../components/filled-page';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { PageHeader } from '../../components/page-header';
import type { RowListHandle } from '../../components/row-list';
import { EmptyState } from '../../components/states';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { ConversationList } from './conversation-list';
import { EventsView } from './events-view';
import classes from './messages.module.css';
import type { MessagesSearch } from './messages-search';
import { ThreadPane } from './thread-pane';

/** What is written to a person and to their agents, and what else happened to these. */
export function MessagesPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<RowListHandle>(null);
  const isEvents = search.view === 'events';
  const ariaKeysOf = useAriaKeysOf();
  const change = useCallback(
    (next: Partial<MessagesSearch>) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  useHotkeys([
    { id: 'messages.down', run: () => rows.current?.step(1) },
    { id: 'messages.up', run: () => rows.current?.step(-1) },
    { id: 'messages.filter', isEnabled: !isEvents, run: () => field.current?.focus() },
    {
      id: 'messages.view',
      run: () => void navigate({ search: isEvents ? {} : { view: 'events' } }),
    },
    {
      id: 'messages.close',
      isEnabled: search.open !== undefined,
      run: () => change({ open: undefined, at: undefined }),
    },
  ]);

  return (
    <FilledPage
      head={
        <PageHeader
          title={<Trans>Messages</Trans>}
          actions={
            <nav className={classes['views']} aria-label={t`What is shown`}>
              {[
                { view: undefined, label: t`Conversations` },
                { view: 'events' as const, label: t`Events by agent` },
              ].map(({ view, label }) => (
                <LinkButton
                  key={label}
                  to="/messages"
                  search={view === undefined ? {} : { view }}
                  size="xs"
                  variant={view === search.view ? 'filled' : 'default'}
                  aria-current={view === search.view ? 'page' : undefined}
                  activeOptions={{ exact: true, includeSearch: true }}
                  activeProps={{}}
                  {...(view === search.view
                    ? {}
                    : { rightSection: <Kbd hotkey="messages.view" />, ...ariaKeysOf('messages.view') })}
                >
                  {label}
                </LinkButton>
              ))}
            </nav>
          }
        />
      }
    >
      {isEvents ? (
        <EventsView handle={rows} />
      ) : (
        <div className={classes['columns']} data-open={search.open !== undefined}>
          <ConversationList search={search} field={field} rows={rows} onChange={change} />
          {search.open === undefined ? (
            <div className={classes['nothing']}>
              <EmptyState icon={<IconMessages size={28} stroke={1.5} />} title={t`No conversation is open`}>
                <Trans>Choose one on the left to read it and to answer.</Trans>
              </EmptyState>
            </div>
          ) : (
            <ThreadPane
              key={`${search.open} ${search.at ?? ''}`}
              path={{ id: search.open, seat: search.at ?? 'me' }}
              onClose={() => change({ open: undefined, at: undefined })}
            />
          )}
        </div>
      )}
    </FilledPage>
  );
}
