import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconCheck, IconFlask, IconSend } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CaughtView, WebhookView } from '../../../src-server/contract/console/webhooks';
import { AgentText } from '../../components/agent-text';
import { FormError } from '../../components/form-error';
import { LinkButton } from '../../components/link-button';
import { EmptyState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { CAUGHT_MS, caughtQuery, useTestWebhook } from './api';
import { StatusChip, SUBSCRIBABLE, useEventWord } from './delivery-words';
import classes from './webhooks.module.css';

const EVENTS = [...SUBSCRIBABLE, 'test_fire'] as const;

/** Sends examples, and shows what the built-in catcher got. */
export function TestTab({ webhook }: { webhook: WebhookView }) {
  const { t } = useLingui();
  const eventWord = useEventWord();
  const { id } = webhook.agent;
  const test = useTestWebhook(id);
  if (webhook.url === null) {
    return (
      <EmptyState
        icon={<IconFlask size={28} stroke={1.5} />}
        title={t`Nothing to send to yet`}
        actions={
          <LinkButton to="/webhooks" search={{ agent: id, tab: 'settings' }}>
            <Trans>Set an address</Trans>
          </LinkButton>
        }
      >
        <Trans>
          No server at hand? The built-in catcher, under Settings, takes what is sent and shows it here: no
          exception needed, and nothing leaves this computer.
        </Trans>
      </EmptyState>
    );
  }
  return (
    <div className={classes['stack']}>
      <p className={classes['dim']}>
        <Trans>An example is sent at once, one attempt, whatever is subscribed.</Trans>
      </p>
      <ul className={classes['examples']}>
        {EVENTS.map((event) => (
          <li key={event}>
            <span>
              <code>{event}</code> <span className={classes['dim']}>{eventWord(event)}</span>
            </span>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconSend size={14} aria-hidden="true" />}
              aria-label={t`Send an example of ${event}`}
              disabled={test.isPending}
              onClick={() => test.mutate(event)}
            >
              <Trans>Send</Trans>
            </Button>
          </li>
        ))}
      </ul>
      <FormError error={test.error} />
      {test.data ? (
        <output className={classes['filters']} data-testid="test-sent">
          <StatusOfTest webhook={webhook} event={test.data.event} />
          <LinkButton
            variant="default"
            size="compact-sm"
            to="/webhooks"
            search={{ agent: id, tab: 'deliveries', delivery: test.data.id }}
          >
            <Trans>See how it went</Trans>
          </LinkButton>
        </output>
      ) : null}
      {webhook.isCatcher ? <Caught agentId={id} /> : null}
    </div>
  );
}

function StatusOfTest({ webhook, event }: { webhook: WebhookView; event: string }) {
  const last = webhook.beats.at(-1);
  return (
    <span>
      <Trans>
        Sent <code>{event}</code>
      </Trans>{' '}
      {webhook.waiting > 0 || !last ? null : <StatusChip status={last.isSuccess ? 'delivered' : 'failed'} />}
    </span>
  );
}

/** What the catcher got, newest first. */
function Caught({ agentId }: { agentId: string }) {
  const { t } = useLingui();
  const caught = useQuery({ ...caughtQuery(agentId), refetchInterval: CAUGHT_MS });
  const items = caught.data?.items ?? [];
  return (
    <section className={classes['stack']} aria-label={t`Caught`}>
      <h2 className={classes['title']}>
        <Trans>What the catcher got</Trans>
      </h2>
      {items.length === 0 ? (
        <p className={classes['dim']}>
          <Trans>Nothing yet. The last 50 requests stand here until Countersign is closed.</Trans>
        </p>
      ) : null}
      <ul className={classes['caught']} data-testid="caught">
        {items.map((one) => (
          <CaughtItem key={one.id} caught={one} />
        ))}
      </ul>
    </section>
  );
}

function CaughtItem({ caught }: { caught: CaughtView }) {
  const event = caught.headers['X-MatchItUp-Event'] ?? '';
  return (
    <li>
      <details>
        <summary>
          <code>{event}</code>{' '}
          <span className={classes['chip']} data-tone={caught.isVerified ? 'delivered' : 'failed'}>
            {caught.isVerified ? (
              <IconCheck size={14} aria-hidden="true" />
            ) : (
              <IconAlertTriangle size={14} aria-hidden="true" />
            )}
            {caught.isVerified ? <Trans>Signature verified</Trans> : <Trans>Signature wrong</Trans>}
          </span>{' '}
          <span className={classes['when']}>
            <RelativeTime at={caught.at} />
          </span>
        </summary>
        <dl className={classes['headers']}>
          {Object.entries(caught.headers).map(([name, value]) => (
            <div key={name}>
              <dt translate="no">{name}</dt>
              <dd>
                <AgentText>{value}</AgentText>
              </dd>
            </div>
          ))}
        </dl>
        <div className={classes['body']}>
          <AgentText form="block">{caught.body}</AgentText>
        </div>
      </details>
    </li>
  );
}
