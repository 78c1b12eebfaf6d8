import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import type { AgentCredits } from '../../../src-server/contract/console/credits';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { AlertNotices } from './alert-notices';
import { agentCreditsQuery, ledgerQuery, useFreshCredits } from './api';
import { CapEditor } from './cap-editor';
import { useCreditFormat } from './credit-words';
import classes from './credits.module.css';
import { RunsOut } from './credits-table';
import { ShopSection } from './shop-section';
import { LedgerRow } from './ledger-line';
import { SpendingChart } from './spending-chart';

const RECENT_LINES = 8;

/** One agent's credits: what it has, what it may, and what it spent last. */
export function CreditsTab({ agent }: { agent: AgentDetail }) {
  const credits = useQuery(agentCreditsQuery(agent.id));
  const [days, setDays] = useState(30);
  useFreshCredits(agent.id);
  if (credits.isPending) return <SkeletonRows heights={[24, 24, 140]} />;
  if (credits.isError && !credits.data) {
    return <ErrorState error={credits.error} onRetry={() => void credits.refetch()} />;
  }
  return (
    <div className={classes['stack']}>
      <AlertNotices agents={[credits.data]} hasLink={false} />
      <Facts credits={credits.data} />
      <ShopSection agentId={agent.id} />
      <section className={classes['section']} aria-labelledby="agent-caps">
        <h2 id="agent-caps" className={classes['subtitle']}>
          <Trans>Caps</Trans>
        </h2>
        <CapEditor credits={credits.data} />
      </section>
      <SpendingChart
        days={days}
        by="kind"
        agentId={agent.id}
        onChange={(next) => setDays(next.days ?? days)}
      />
      <Recent agentId={agent.id} />
    </div>
  );
}

function Facts({ credits }: { credits: AgentCredits }) {
  const { t } = useLingui();
  const format = useCreditFormat();
  const facts = [
    {
      name: t`Balance`,
      value: credits.balance === null ? t`no limit on your plan` : format(credits.balance),
    },
    { name: t`Set aside for what waits`, value: format(credits.reserved) },
    {
      name: t`Next month`,
      value:
        credits.monthly === null ? (
          t`nothing is needed`
        ) : (
          <>
            {format(credits.monthly)} <RelativeTime at={credits.resetAt} />
          </>
        ),
    },
    { name: t`Spent today`, value: format(credits.spentToday) },
    { name: t`Spent in 30 days`, value: format(credits.spent30d) },
    { name: t`Runs out`, value: <RunsOut credits={credits} /> },
  ];
  return (
    <dl className={classes['facts']}>
      {facts.map(({ name, value }) => (
        <div key={name} className={classes['fact']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Recent({ agentId }: { agentId: string }) {
  const ledger = useInfiniteQuery(ledgerQuery(agentId));
  const lines = ledger.data?.pages[0]?.items.slice(0, RECENT_LINES) ?? [];
  return (
    <section className={classes['section']} aria-labelledby="recent-lines">
      <div className={classes['bar']}>
        <h2 id="recent-lines" className={classes['subtitle']}>
          <Trans>Last movements</Trans>
        </h2>
        <LinkButton to="/credits" search={{ tab: 'ledger', agent: agentId }} variant="default">
          <Trans>See the whole ledger</Trans>
        </LinkButton>
      </div>
      {ledger.isPending ? <SkeletonRows heights={[40, 40]} /> : null}
      {ledger.isError && lines.length === 0 ? (
        <ErrorState error={ledger.error} onRetry={() => void ledger.refetch()} />
      ) : null}
      {ledger.isSuccess && lines.length === 0 ? (
        <p className={classes['dim']}>
          <Trans>No credit of this agent has moved yet.</Trans>
        </p>
      ) : null}
      <ul className={classes['recent']}>
        {lines.map((line) => (
          <li key={line.id}>
            <LedgerRow line={line} hasAgent={false} />
          </li>
        ))}
      </ul>
    </section>
  );
}
