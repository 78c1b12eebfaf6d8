import { Button, Checkbox, TextInput } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { useNotify } from '../../components/use-notify';
import { useUpdateWebhook } from './api';
import { SUBSCRIBABLE, useEventWord } from './delivery-words';
import { Exceptions } from './exceptions';
import classes from './webhooks.module.css';

interface SettingsTabProps {
  readonly webhook: WebhookView;
  /** A first address made one. */
  readonly onSecret: (secret: string) => void;
}

/** Where events go and which, pausing, and local addresses that may be used. */
export function SettingsTab({ webhook, onSecret }: SettingsTabProps) {
  return (
    <div className={classes['stack']}>
      <SettingsForm
        key={`${webhook.url} ${webhook.events?.join(' ')}`}
        webhook={webhook}
        onSecret={onSecret}
      />
      <Exceptions />
    </div>
  );
}

function SettingsForm({ webhook, onSecret }: SettingsTabProps) {
  const { t } = useLingui();
  const notify = useNotify();
  const eventWord = useEventWord();
  const update = useUpdateWebhook(webhook.agent.id, ({ secret }) => {
    if (secret === null) notify({ message: t`Saved` });
    else onSecret(secret);
  });
  const [url, setUrl] = useState(webhook.url ?? '');
  const [events, setEvents] = useState<readonly string[]>(webhook.events ?? SUBSCRIBABLE);
  const errors = fieldErrorsOf(update.error);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    const isAll = events.length === SUBSCRIBABLE.length;
    update.mutate({
      url: url.trim() === '' ? null : url.trim(),
      events: isAll ? null : SUBSCRIBABLE.filter((one) => events.includes(one)),
    });
  };
  return (
    <form onSubmit={handleSubmit} className={classes['stack']} noValidate>
      <TextInput
        label={t`Address`}
        description={t`An https address of yours that takes a POST. Empty: nothing is sent.`}
        type="url"
        value={url}
        maxLength={2_000}
        error={errors['url']}
        onChange={(event) => setUrl(event.currentTarget.value)}
        placeholder="https://myserver.com/miu-events"
        translate="no"
        autoComplete="off"
        spellCheck={false}
        data-testid="webhook-url"
      />
      <Checkbox.Group
        label={t`Events`}
        description={t`Without any, nothing is sent and the address stays.`}
        value={[...events]}
        onChange={setEvents}
      >
        <div className={classes['checks']}>
          {SUBSCRIBABLE.map((event) => (
            <Checkbox
              key={event}
              value={event}
              label={
                <>
                  <code>{event}</code> <span className={classes['dim']}>{eventWord(event)}</span>
                </>
              }
            />
          ))}
        </div>
      </Checkbox.Group>
      <FormError error={update.error} fields={['url']} />
      <div className={classes['filters']}>
        <Button type="submit" loading={update.isPending} data-testid="save-webhook">
          <Trans>Save</Trans>
        </Button>
        {webhook.isCatcher ? null : (
          <Button
            variant="default"
            leftSection={<IconFlask size={14} aria-hidden="true" />}
            onClick={() => update.mutate({ useCatcher: true })}
            data-testid="use-catcher"
          >
            <Trans>Use the built-in catcher</Trans>
          </Button>
        )}
        {webhook.state === 'on' ? (
          <Button variant="default" onClick={() => update.mutate({ isPaused: true })}>
            <Trans>Pause</Trans>
          </Button>
        ) : null}
      </div>
    </form>
  );
}
