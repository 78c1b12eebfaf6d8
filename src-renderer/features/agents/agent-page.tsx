import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { IconArrowLeft, IconRobotOff } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { ProblemError } from '../../api/problem';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { CreditsTab } from '../credits/credits-tab';
import { AgentHeader } from './agent-header';
import classes from './agent-page.module.css';
import { AGENT_TABS, type AgentTab } from './agents-search';
import { agentQuery } from './api';
import { ConnectTab } from './connect-tab';
import { DangerTab } from './danger-tab';
import { GuidanceTab } from './guidance-tab';
import { HistoryTab } from './history-tab';
import { LeavingContext } from './leaving-context';
import { KeysTab } from './keys-tab';
import { OverviewTab } from './overview-tab';
import { PolicyTab } from './policy-tab';
import { PublicTab } from './public-tab';

/** One agent: what it is, what it may do, its keys, what it did, how to connect it. */
export function AgentPage() {
  const { id } = useParams({ from: '/frame/agents/$id' });
  const navigate = useNavigate();
  const [isLeaving, setLeaving] = useState(false);
  const leaving = useMemo(() => ({ isLeaving, setLeaving }), [isLeaving]);
  const agent = useQuery({ ...agentQuery(id), enabled: !isLeaving });
  useHotkeys([
    {
      id: 'agent.up',
      run: () => void navigate({ to: '/agents' }),
    },
  ]);
  return (
    <div className={classes['page']}>
      <Link to="/agents" activeOptions={{ exact: true }} className={classes['back']}>
        <IconArrowLeft size={14} aria-hidden="true" />
        <Trans>All agents</Trans>
      </Link>
      {agent.data ? null : (
        <h1 className="sr-only">
          <Trans>Agent</Trans>
        </h1>
      )}
      {agent.isPending ? <SkeletonRows heights={[28, 64, 240]} /> : null}
      {agent.isError && !agent.data ? (
        <AgentError error={agent.error} onRetry={() => void agent.refetch()} />
      ) : null}
      {agent.data ? (
        <LeavingContext value={leaving}>
          <AgentView key={id} agent={agent.data} />
        </LeavingContext>
      ) : null}
    </div>
  );
}

function AgentError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useLingui();
  if (!(error instanceof ProblemError) || error.status !== 404)
    return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      role="alert"
      icon={<IconRobotOff size={28} stroke={1.5} />}
      title={t`No agent of yours is here`}
      actions={
        <LinkButton to="/agents" variant="default">
          <Trans>See all agents</Trans>
        </LinkButton>
      }
    >
      <Trans>It may have been removed, refused, or belong to somebody else.</Trans>
    </EmptyState>
  );
}

function AgentView({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const { tab = 'overview' } = useSearch({ from: '/frame/agents/$id' });
  const navigate = useNavigate({ from: '/agents/$id' });
  const labels: Record<AgentTab, string> = {
    overview: t`Overview`,
    policy: t`Policy`,
    guidance: t`Guidance`,
    keys: t`Keys`,
    credits: t`Credits`,
    public: t`As others see it`,
    history: t`History`,
    connect: t`Connect`,
    danger: t({ message: 'Danger', context: 'tab' }),
  };
  const handleTab = (value: string | null) => {
    const next = AGENT_TABS.find((candidate) => candidate === value);
    void navigate({ search: { tab: next === 'overview' ? undefined : next }, replace: true });
  };
  return (
    <>
      <AgentHeader agent={agent} />
      <Tabs value={tab} onChange={handleTab} keepMounted={false}>
        <Tabs.List aria-label={t`About this agent`} className={classes['tabs']}>
          {AGENT_TABS.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {labels[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" className={classes['panel']}>
          <OverviewTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="policy" className={classes['panel']}>
          <PolicyTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="guidance" className={classes['panel']}>
          <GuidanceTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="keys" className={classes['panel']}>
          <KeysTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="credits" className={classes['panel']}>
          <CreditsTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="public" className={classes['panel']}>
          <PublicTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={classes['panel']}>
          <HistoryTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="connect" className={classes['panel']}>
          <ConnectTab agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="danger" className={classes['panel']}>
          <DangerTab agent={agent} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
