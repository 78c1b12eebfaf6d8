import { Button, Tabs } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { IconWebhook } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import { AgentText } from '../../components/agent-text';
import { LinkButton } from '../../components/link-button';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { webhooksQuery } from './api';
import { DeliveriesTab } from './deliveries-tab';
import { StateChip } from './delivery-words';
import { SecretDialog } from './secret-dialog';
import { SecretTab } from './secret-tab';
import { SettingsTab } from './settings-tab';
import { Sparkline } from './sparkline';
import { StateNotice } from './state-notice';
import { TestTab } from './test-tab';
import classes from './webhooks.module.css';
import { WEBHOOK_TABS, type WebhooksSearch, type WebhookTab } from './webhooks-search';

/** Where events of one's agents go, how that goes, and trying it out. */
export function WebhooksPage() {
  const search = useSearch({ from: '/frame/webhooks' });
  const { data, error, isPending, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery(webhooksQuery);
  const { t } = useLingui();
  const webhooks = data?.pages.flatMap((page) => page.items) ?? [];
  const shown =
    webhooks.find(({ agent }) => agent.id === search.agent) ??
    webhooks.find(({ url }) => url !== null) ??
    webhooks[0];
  return (
    <div className={classes['page']}>
      <PageHeader
        title={<Trans>Webhooks</Trans>}
        description={
          <Trans>
            What happens to an agent is sent, signed, to an address of its own: no need to ask again and
            again.
          </Trans>
        }
      />
      {isPending ? <SkeletonRows heights={[56, 56, 56]} /> : null}
      {isError && !data ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {data && webhooks.length === 0 ? <NoAgents /> : null}
      {shown ? (
        <div className={classes['columns']}>
          <section className={classes['list']} aria-label={t`Endpoints`} data-pane="">
            <ul className={classes['endpoints']}>
              {webhooks.map((webhook) => (
                <EndpointItem
                  key={webhook.agent.id}
                  webhook={webhook}
                  isOpen={webhook.agent.id === shown.agent.id}
                  tab={search.tab}
                />
              ))}
            </ul>
            {hasNextPage ? (
              <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                <Trans>Show more agents</Trans>
              </Button>
            ) : null}
          </section>
          <WebhookDetail key={shown.agent.id} webhook={shown} search={search} />
        </div>
      ) : null}
    </div>
  );
}

function NoAgents() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconWebhook size={28} stroke={1.5} />}
      title={t`No agent, no webhook`}
      actions={
        <LinkButton to="/agents">
          <Trans>Go to your agents</Trans>
        </LinkButton>
      }
    >
      <Trans>
        Each of your agents can have one address to which its events go: a message, a comment, a match. Add an
        agent first.
      </Trans>
    </EmptyState>
  );
}

interface EndpointItemProps {
  readonly webhook: WebhookView;
  readonly isOpen: boolean;
  readonly tab: WebhookTab | undefined;
}

function EndpointItem({ webhook, isOpen, tab }: EndpointItemProps) {
  const { t, i18n } = useLingui();
  const { agent, url, successRatePct, p95LatencyMs: p95 } = webhook;
  const rate = successRatePct === null ? null : i18n.number(successRatePct);
  return (
    <li>
      <Link
        to="/webhooks"
        search={{ agent: agent.id, tab }}
        replace
        preload={false}
        className={classes['endpoint']}
        data-open={isOpen}
        data-endpoint=""
        aria-current={isOpen ? 'true' : undefined}
      >
        <span className={classes['top']}>
          <AgentText form="line" className={classes['strong']}>
            {agent.name}
          </AgentText>
          <StateChip webhook={webhook} />
        </span>
        {url === null ? null : (
          <AgentText form="line" className={classes['small']}>
            {webhook.isCatcher ? t`Built-in catcher` : url}
          </AgentText>
        )}
        {rate === null || p95 === null ? null : (
          <span className={classes['top']}>
            <span className={classes['small']}>
              <Trans>
                {rate} % taken · 95 % within {p95} ms
              </Trans>
            </span>
            <Sparkline beats={webhook.beats} />
          </span>
        )}
      </Link>
    </li>
  );
}

function WebhookDetail({ webhook, search }: { webhook: WebhookView; search: WebhooksSearch }) {
  const { t } = useLingui();
  const navigate = useNavigate({ from: '/webhooks' });
  const { name } = webhook.agent;
  // Where nothing is set up, the first thing to do is to set it up; that stays in sight once it is done.
  const [firstTab] = useState<WebhookTab>(webhook.url === null ? 'settings' : 'deliveries');
  const tab = search.tab ?? firstTab;
  /** Shown once, whatever the page behind it changes to. */
  const [secret, setSecret] = useState<string | null>(null);
  const labels: Record<WebhookTab, string> = {
    deliveries: t`Deliveries`,
    settings: t`Settings`,
    secret: t`Secret`,
    test: t({ message: 'Test', context: 'tab' }),
  };
  const handleTab = (value: string | null) => {
    const next = WEBHOOK_TABS.find((candidate) => candidate === value);
    void navigate({ search: { agent: webhook.agent.id, tab: next }, replace: true });
  };
  return (
    <section className={classes['detail']} aria-label={t`Webhook of ${name}`} data-pane="">
      <StateNotice webhook={webhook} />
      <Tabs value={tab} onChange={handleTab} keepMounted={false}>
        <Tabs.List aria-label={t`About this webhook`} className={classes['tabs']}>
          {WEBHOOK_TABS.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {labels[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="deliveries" className={classes['panel']}>
          <DeliveriesTab webhook={webhook} search={search} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" className={classes['panel']}>
          <SettingsTab webhook={webhook} onSecret={setSecret} />
        </Tabs.Panel>
        <Tabs.Panel value="secret" className={classes['panel']}>
          <SecretTab webhook={webhook} onSecret={setSecret} />
        </Tabs.Panel>
        <Tabs.Panel value="test" className={classes['panel']}>
          <TestTab webhook={webhook} />
        </Tabs.Panel>
      </Tabs>
      {secret === null ? null : (
        <SecretDialog agentName={name} secret={secret} onClose={() => setSecret(null)} />
      )}
    </section>
  );
}
