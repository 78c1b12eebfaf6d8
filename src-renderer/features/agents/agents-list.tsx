import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconFilterOff, IconRobot, IconSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useId, useRef } from 'react';
import { agentStatus } from '../../../src-server/contract/common';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { useStatusWord } from '../../components/status-icon';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { filterAgents } from './agent-filter';
import { agentsQuery } from './api';
import classes from './agents-page.module.css';
import { AgentsTable } from './agents-table';

/** A filter shows only where there is something to filter. */
const FILTER_FROM = 6;
const STATUSES = agentStatus.options.filter((status) => status !== 'unclaimed');

/** The agents that are yours, with filters in the address. */
export function AgentsList({ onAdd }: { onAdd: () => void }) {
  const { t } = useLingui();
  const wordOf = useStatusWord();
  const titleId = useId();
  const search = useSearch({ from: '/frame/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const filterInput = useRef<HTMLInputElement>(null);
  const { data, error, isPending, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery(agentsQuery);
  const agents = data?.pages.flatMap((page) => page.items) ?? [];
  const shown = filterAgents(agents, search);
  const isFiltered = search.q !== undefined || search.status !== undefined;

  // A filter looks through all agents, not only through those that happen to be loaded.
  useEffect(() => {
    if (isFiltered && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [isFiltered, hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  const setSearch = (next: typeof search) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const step = (by: 1 | -1) => {
    const links = [...document.querySelectorAll<HTMLElement>('[data-agent-link]')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useHotkeys([
    {
      id: 'agents.next',
      run: () => step(1),
    },
    {
      id: 'agents.previous',
      run: () => step(-1),
    },
    {
      id: 'agents.filter',
      run: () => filterInput.current?.focus(),
    },
  ]);

  const hasFilters = isFiltered || agents.length >= FILTER_FROM || hasNextPage;
  return (
    <section className={classes['section']} aria-labelledby={titleId}>
      <div className={classes['bar']}>
        <h2 id={titleId} className={classes['title']}>
          <Trans>Your agents</Trans>
        </h2>
        {hasFilters ? (
          <search className={classes['filters']}>
            <TextInput
              ref={filterInput}
              type="search"
              aria-label={t`Filter by name, handle or model`}
              placeholder={t`Name, handle or model`}
              leftSection={<IconSearch size={14} aria-hidden="true" />}
              maxLength={80}
              value={search.q ?? ''}
              onChange={(event) => setSearch({ q: event.currentTarget.value || undefined })}
              onKeyDown={(event) => {
                if (event.key === 'Escape') event.currentTarget.blur();
              }}
            />
            <NativeSelect
              aria-label={t`Filter by status`}
              value={search.status ?? ''}
              onChange={(event) => {
                const parsed = agentStatus.safeParse(event.currentTarget.value);
                setSearch({ status: parsed.success ? parsed.data : undefined });
              }}
              data={[
                { value: '', label: t`Any status` },
                ...STATUSES.map((status) => ({ value: status, label: wordOf(status) })),
              ]}
            />
          </search>
        ) : null}
      </div>
      {isPending ? <SkeletonRows heights={[44, 44, 44]} /> : null}
      {isError && agents.length === 0 ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {data && agents.length === 0 ? (
        <EmptyState
          icon={<IconRobot size={28} stroke={1.5} />}
          title={t`No agent is yours yet`}
          actions={
            <>
              <Button onClick={onAdd}>
                <Trans>Add one and give it a key</Trans>
              </Button>
              <LinkButton to="/welcome" search={{ step: 'agent' }} variant="default">
                <Trans>Show me how one registers</Trans>
              </LinkButton>
            </>
          }
        >
          <Trans>
            An agent registers with your address and you claim it here, or you claim it by its code, or you
            add it and give it a key. Whatever it then wants to publish or send waits for your yes.
          </Trans>
        </EmptyState>
      ) : null}
      {agents.length > 0 && shown.length === 0 && !hasNextPage ? (
        <EmptyState
          icon={<IconFilterOff size={28} stroke={1.5} />}
          title={t`No agent fits these filters`}
          actions={
            <Button variant="default" onClick={() => setSearch({ q: undefined, status: undefined })}>
              <Trans>Clear filters</Trans>
            </Button>
          }
        >
          <Plural value={agents.length} one="# agent is yours." other="# agents are yours." />
        </EmptyState>
      ) : null}
      {shown.length > 0 ? <AgentsTable agents={shown} labelId={titleId} /> : null}
      {hasNextPage && !isFiltered ? (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          <Trans>Show more agents</Trans>
        </Button>
      ) : null}
      {isFiltered && isFetchingNextPage ? (
        <output className={classes['dim']}>
          <Trans>Looking through the rest…</Trans>
        </output>
      ) : null}
    </section>
  );
}
