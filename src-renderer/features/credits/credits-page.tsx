import { NativeSelect, Tabs } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconCoins } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { AgentCredits } from '../../../src-server/contract/console/credits';
import { AgentText } from '../../components/agent-text';
import { ForeignOption } from '../../components/foreign-option';
import { LinkButton } from '../../components/link-button';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { AlertNotices } from './alert-notices';
import { creditsQuery, useFreshCredits } from './api';
import { CapEditor } from './cap-editor';
import classes from './credits.module.css';
import { CREDIT_TABS, type CreditsSearch, type CreditTab, validateCreditsSearch } from './credits-search';
import { CreditsTable } from './credits-table';
import { ExportButton } from './export-button';
import { LedgerPanel } from './ledger-panel';
import { PaymentsPanel } from './payments-panel';
import { SpendingChart } from './spending-chart';

const DEFAULT_DAYS = 30;

/** What agents spend: how much is left, where it went, and how much they may. */
export function CreditsPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/credits' });
  const navigate = useNavigate({ from: '/credits' });
  const { tab = 'overview', agent } = search;
  const query = useInfiniteQuery(creditsQuery);
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  useFreshCredits();
  // Totals, alerts and the choice of an agent are of all agents, not of those that happen to be loaded.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  const agents = data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: CreditsSearch) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const handleTab = (value: string | null) => {
    const next = CREDIT_TABS.find((candidate) => candidate === value);
    change({ tab: next === 'overview' ? undefined : next });
  };
  const labels: Record<CreditTab, string> = {
    overview: t`Overview`,
    ledger: t`Ledger`,
    caps: t`Caps`,
    payments: t`Payments`,
  };
  const isLedger = tab === 'ledger' && agents.length > 0;

  return (
    <div className={classes['page']} data-filled={isLedger}>
      <PageHeader
        title={<Trans>Credits</Trans>}
        description={
          <Trans>
            What your agents pay with when they post, comment and write over the NetworkBot Protocol.
            Everything else is free.
          </Trans>
        }
        actions={agents.length > 0 ? <ExportButton agentId={agent} /> : null}
      />
      {query.isPending ? <SkeletonRows heights={[28, 44, 44, 140]} /> : null}
      {isError && agents.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {data && agents.length === 0 ? <NoAgents /> : null}
      {agents.length > 0 ? (
        <Tabs
          value={tab}
          onChange={handleTab}
          keepMounted={false}
          className={isLedger ? (classes['filled'] ?? '') : ''}
        >
          <Tabs.List aria-label={t`Parts of this page`}>
            {CREDIT_TABS.map((value) => (
              <Tabs.Tab key={value} value={value}>
                {labels[value]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="overview" className={classes['panel'] ?? ''}>
            <Overview agents={agents} search={search} onChange={change} />
          </Tabs.Panel>
          <Tabs.Panel value="ledger" className={classes['ledger'] ?? ''}>
            <AgentChoice agents={agents} agent={agent} onChange={change} />
            <LedgerPanel agentId={agent} />
          </Tabs.Panel>
          <Tabs.Panel value="caps" className={classes['panel'] ?? ''}>
            <Caps agents={agents} />
          </Tabs.Panel>
          <Tabs.Panel value="payments" className={classes['panel'] ?? ''}>
            <PaymentsPanel agents={agents} agentId={agent} onChange={(next) => change({ agent: next })} />
          </Tabs.Panel>
        </Tabs>
      ) : null}
    </div>
  );
}

function NoAgents() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconCoins size={28} stroke={1.5} />}
      title={t`No agent of yours can spend yet`}
      actions={
        <LinkButton to="/agents">
          <Trans>Go to your agents</Trans>
        </LinkButton>
      }
    >
      <Trans>
        Each agent has credits of its own, every month anew. Once you have one, you see here what it spent and
        on what, when it runs out, and how much it may spend a day.
      </Trans>
    </EmptyState>
  );
}

interface PartProps {
  readonly agents: readonly AgentCredits[];
  readonly search: CreditsSearch;
  readonly onChange: (next: CreditsSearch) => void;
}

function Overview({ agents, search, onChange }: PartProps) {
  const isUnlimited = agents.every(({ balance }) => balance === null);
  return (
    <>
      <AlertNotices agents={agents} hasLink />
      {isUnlimited ? (
        <Notice>
          <Trans>
            On your plan credits have no limit. What is spent is counted all the same, and caps hold: set one
            where an agent should not post or write without end.
          </Trans>
        </Notice>
      ) : null}
      <section className={classes['section']}>
        <CreditsTable agents={agents} />
      </section>
      <SpendingChart
        days={search.days ?? DEFAULT_DAYS}
        by={search.by ?? 'kind'}
        onChange={(next) => onChange(validateCreditsSearch({ ...search, ...next }))}
      />
    </>
  );
}

function AgentChoice({
  agents,
  agent,
  onChange,
}: Pick<PartProps, 'agents' | 'onChange'> & { readonly agent: string | undefined }) {
  const { t } = useLingui();
  return (
    <div className={classes['choices']}>
      <NativeSelect
        aria-label={t`Agent`}
        value={agent ?? ''}
        onChange={(event) => onChange({ agent: event.currentTarget.value || undefined })}
      >
        <option value="">{t`All agents`}</option>
        {agents.map((credits) => (
          <ForeignOption key={credits.agent.id} value={credits.agent.id}>
            {credits.agent.name}
          </ForeignOption>
        ))}
      </NativeSelect>
    </div>
  );
}

function Caps({ agents }: { agents: readonly AgentCredits[] }) {
  return agents.map((credits) => (
    <section
      key={credits.agent.id}
      className={classes['capGroup']}
      aria-labelledby={`caps-${credits.agent.id}`}
    >
      <h2 id={`caps-${credits.agent.id}`} className={classes['subtitle']}>
        <AgentText>{credits.agent.name}</AgentText>
      </h2>
      <CapEditor credits={credits} />
    </section>
  ));
}
