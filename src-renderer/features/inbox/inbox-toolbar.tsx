import { ActionIcon, CloseButton, Popover, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconFilter } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { lazy, type RefObject, Suspense, useState } from 'react';
import type { InboxTab } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { SearchField } from '../../components/search-field';
import { filterAgentsQuery } from './api';
import type { InboxSearch } from './inbox-search';
import classes from './inbox-toolbar.module.css';
import { useKindWords, useRiskWords } from './words';

// Two selects with lists are most of what is loaded for a filter that is opened now and then.
const InboxFilters = lazy(async () => ({ default: (await import('./inbox-filters')).InboxFilters }));

interface InboxToolbarProps {
  readonly search: InboxSearch;
  readonly counts:
    | { readonly pending: number; readonly snoozed: number; readonly failed: number }
    | undefined;
  readonly searchField: RefObject<HTMLInputElement | null>;
  /** A new value empties the search field, after all filters were cleared elsewhere. */
  readonly searchKey: number;
  readonly onChange: (change: Partial<InboxSearch>) => void;
}

/** Title, tabs and filters above the list. All of it lives in the address. */
export function InboxToolbar({ search, counts, searchField, searchKey, onChange }: InboxToolbarProps) {
  const { t } = useLingui();
  const tab = search.tab ?? 'pending';
  const tabs: readonly { value: InboxTab; label: string; count: number | undefined }[] = [
    { value: 'pending', label: t`Pending`, count: counts?.pending },
    { value: 'snoozed', label: t({ message: 'Snoozed', context: 'inbox tab' }), count: counts?.snoozed },
    { value: 'decided', label: t`Decided`, count: undefined },
    { value: 'failed', label: t({ message: 'Failed', context: 'inbox tab' }), count: counts?.failed },
  ];
  return (
    <div className={classes['toolbar']}>
      <div className={classes['top']}>
        <h1 className={classes['title']}>
          <Trans>Inbox</Trans>
        </h1>
        <SearchField
          key={searchKey}
          initial={search.q ?? ''}
          label={t`Find in proposals`}
          placeholder={t`Find`}
          className={classes['search']}
          field={searchField}
          onSearch={(q) => onChange({ q: q === '' ? undefined : q })}
        />
        <FilterMenu search={search} onChange={onChange} />
      </div>
      <div className={classes['tabs']} role="tablist" aria-label={t`Which proposals`}>
        {tabs.map(({ value, label, count }) => (
          <button
            key={value}
            type="button"
            role="tab"
            aria-selected={tab === value}
            aria-controls="inbox-list-panel"
            tabIndex={tab === value ? 0 : -1}
            className={classes['tab']}
            onClick={() => onChange({ tab: value === 'pending' ? undefined : value, item: undefined })}
            onKeyDown={(event) => {
              const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
              if (step === 0) return;
              event.preventDefault();
              const buttons = [...(event.currentTarget.parentElement?.children ?? [])];
              const next =
                buttons[(buttons.indexOf(event.currentTarget) + step + buttons.length) % buttons.length];
              if (next instanceof HTMLElement) {
                next.focus();
                next.click();
              }
            }}
          >
            {label}
            {count ? (
              <span className={classes['count']} data-numeric="">
                {count}
              </span>
            ) : null}
          </button>
        ))}
      </div>
      <ActiveFilters search={search} onChange={onChange} />
    </div>
  );
}

function FilterMenu({ search, onChange }: Pick<InboxToolbarProps, 'search' | 'onChange'>) {
  const { t } = useLingui();
  const [isOpen, setIsOpen] = useState(false);
  const isOn = search.agent !== undefined || search.kind !== undefined || search.risk !== undefined;
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" width={260} trapFocus shadow="md">
      <Popover.Target>
        <Tooltip label={t`Filter by agent, kind and risk`} disabled={isOpen}>
          <ActionIcon
            aria-label={t`Filter by agent, kind and risk`}
            aria-expanded={isOpen}
            variant={isOn ? 'light' : 'subtle'}
            color={isOn ? 'ink' : 'gray'}
            onClick={() => setIsOpen((old) => !old)}
          >
            <IconFilter size={16} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className={classes['filters']} aria-label={t`Filters`}>
        <Suspense>
          <InboxFilters search={search} onChange={onChange} onClose={() => setIsOpen(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

function ActiveFilters({ search, onChange }: Pick<InboxToolbarProps, 'search' | 'onChange'>) {
  const { t } = useLingui();
  const agents = useQuery({ ...filterAgentsQuery, enabled: search.agent !== undefined });
  const kindWord = useKindWords();
  const riskWord = useRiskWords();
  if (search.agent === undefined && search.kind === undefined && search.risk === undefined) return null;
  const agentName = agents.data?.items.find((agent) => agent.id === search.agent)?.name ?? search.agent ?? '';
  return (
    <ul className={classes['active']} aria-label={t`Active filters`}>
      {search.agent === undefined ? null : (
        <li className={classes['chip']}>
          <AgentText form="line">{agentName}</AgentText>
          <CloseButton size={20} aria-label={t`All agents`} onClick={() => onChange({ agent: undefined })} />
        </li>
      )}
      {search.kind === undefined ? null : (
        <li className={classes['chip']}>
          {kindWord(search.kind)}
          <CloseButton size={20} aria-label={t`All kinds`} onClick={() => onChange({ kind: undefined })} />
        </li>
      )}
      {search.risk === undefined ? null : (
        <li className={classes['chip']}>
          {riskWord(search.risk).name}
          <CloseButton size={20} aria-label={t`Any risk`} onClick={() => onChange({ risk: undefined })} />
        </li>
      )}
    </ul>
  );
}
