import { Button, NativeSelect, Tabs } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import { CodeBlock } from '../../components/code-block';
import { formatInstant } from '../../components/duration';
import { FormError } from '../../components/form-error';
import { pillTabs } from '../../components/pill-tabs';
import { Notice } from '../../components/notice';
import { useReplaceSecret } from './api';
import { VERIFY_SNIPPETS } from './verify-snippets';
import classes from './webhooks.module.css';

interface SecretTabProps {
  readonly webhook: WebhookView;
  readonly onSecret: (secret: string) => void;
}

/** Replacing what signs, and how a receiver checks it. */
export function SecretTab({ webhook, onSecret }: SecretTabProps) {
  const { t, i18n } = useLingui();
  const replace = useReplaceSecret(webhook.agent.id, onSecret);
  const [hours, setHours] = useState('24');
  const until = webhook.overlapUntil;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    replace.mutate(webhook.hasSecret ? Number(hours) : 0);
  };
  const end = until === null ? '' : formatInstant(i18n.locale, Date.parse(until));
  return (
    <div className={classes['stack']}>
      {until === null ? null : (
        <Notice>
          <Trans>
            Until {end} the old secret signs <code>X-MatchItUp-Signature</code>, the new one{' '}
            <code>X-MatchItUp-Signature-Next</code>; <code>webhook-signature</code> has both.
          </Trans>
        </Notice>
      )}
      <form onSubmit={handleSubmit} className={classes['pair']} noValidate>
        {webhook.hasSecret ? (
          <NativeSelect
            label={t`The old secret goes on signing`}
            description={t`Time to give your receiver the new one`}
            value={hours}
            onChange={(event) => setHours(event.currentTarget.value)}
            data={[
              { value: '0', label: t`not at all` },
              { value: '1', label: t`for an hour` },
              { value: '24', label: t`for a day` },
              { value: '72', label: t`for three days` },
              { value: '168', label: t`for a week` },
            ]}
          />
        ) : (
          <p className={classes['dim']}>
            <Trans>There is no secret yet. Setting an address makes one.</Trans>
          </p>
        )}
        <Button type="submit" loading={replace.isPending} data-testid="new-secret">
          {webhook.hasSecret ? <Trans>Replace the secret</Trans> : <Trans>Make a secret</Trans>}
        </Button>
      </form>
      <FormError error={replace.error} />
      <section className={classes['stack']} aria-label={t`How a receiver checks it`}>
        <h2 className={classes['title']}>
          <Trans>How a receiver checks it</Trans>
        </h2>
        <p className={classes['dim']}>
          <Trans>
            The signature is over the time and the raw body, with the whole secret as the key. Refuse what is
            older than five minutes.
          </Trans>
        </p>
        <Tabs {...pillTabs} defaultValue={VERIFY_SNIPPETS[0].language}>
          <Tabs.List aria-label={t`Language`}>
            {VERIFY_SNIPPETS.map(({ language }) => (
              <Tabs.Tab key={language} value={language} translate="no">
                {language}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {VERIFY_SNIPPETS.map(({ language, code }) => (
            <Tabs.Panel key={language} value={language}>
              <CodeBlock
                code={code}
                label={t`How to check it in ${language}`}
                copyLabel={t`Copy the code for ${language}`}
              />
            </Tabs.Panel>
          ))}
        </Tabs>
      </section>
    </div>
  );
}
