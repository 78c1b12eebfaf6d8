import { Button } from '@mantine/core';
import { Plural, Trans } from '@lingui/react/macro';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { useUpdateWebhook } from './api';

/** Why nothing is sent now, and the way out. */
export function StateNotice({ webhook }: { webhook: WebhookView }) {
  const update = useUpdateWebhook(webhook.agent.id);
  const { state, disabledReason, waiting, agent, failuresInRow } = webhook;
  if (state === 'disabled') {
    return (
      <Notice
        tone="warn"
        actions={
          <Button loading={update.isPending} onClick={() => update.mutate({ enable: true })}>
            <Trans>Turn on again</Trans>
          </Button>
        }
      >
        {disabledReason === 'gone' ? (
          <Trans>The endpoint answered 410 Gone, so nothing is sent there any more.</Trans>
        ) : (
          <Plural
            value={failuresInRow}
            one="# delivery failed, so nothing is sent there any more."
            other="# deliveries in a row failed, so nothing is sent there any more."
          />
        )}{' '}
        <Trans>Events are still in the agent’s inbox. Once it is on, send again what failed.</Trans>
        <FormError error={update.error} />
      </Notice>
    );
  }
  if (state === 'paused') {
    return (
      <Notice
        actions={
          <Button loading={update.isPending} onClick={() => update.mutate({ isPaused: false })}>
            <Trans>Go on sending</Trans>
          </Button>
        }
      >
        <Plural
          value={waiting}
          _0="You paused this webhook. What comes now waits until you go on."
          one="You paused this webhook: # event waits."
          other="You paused this webhook: # events wait."
        />
        <FormError error={update.error} />
      </Notice>
    );
  }
  if (agent.isStopped && state === 'on') {
    return (
      <Notice>
        <Trans>The agent is stopped. What comes now is sent when it goes on.</Trans>
      </Notice>
    );
  }
  return null;
}
