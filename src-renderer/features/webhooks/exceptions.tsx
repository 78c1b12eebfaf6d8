import { Button, NumberInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { exceptionsQuery, useAddException, useRemoveException } from './api';
import classes from './webhooks.module.css';

/** Local hosts that webhooks may go to, one host and port at a time; on a desktop alone. */
export function Exceptions() {
  const { t } = useLingui();
  const exceptions = useQuery(exceptionsQuery);
  const add = useAddException();
  const remove = useRemoveException();
  const [host, setHost] = useState('127.0.0.1');
  const [port, setPort] = useState<string | number>('');
  const errors = fieldErrorsOf(add.error);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ host: host.trim(), port: Number(port) }, { onSuccess: () => setPort('') });
  };
  if (!exceptions.data?.canAdd) return null;
  return (
    <section className={classes['stack']} aria-label={t`Exceptions for local addresses`}>
      <h2 className={classes['title']}>
        <Trans>A receiver on this computer</Trans>
      </h2>
      <p className={classes['dim']}>
        <Trans>
          Webhooks do not go to private addresses, so that no agent can reach what only you can. Name a host
          and port of your own network to make an exception for it; http is possible there.
        </Trans>
      </p>
      <ul className={classes['exceptions']}>
        {exceptions.data.items.map((one) => {
          const name = `${one.host}:${one.port}`;
          return (
            <li key={name}>
              <code>{name}</code>
              <Button
                variant="default"
                size="compact-sm"
                aria-label={t`Remove the exception for ${name}`}
                onClick={() => remove.mutate(one)}
              >
                <Trans>Remove</Trans>
              </Button>
            </li>
          );
        })}
      </ul>
      <form onSubmit={handleSubmit} className={classes['pair']} noValidate>
        <TextInput
          label={t`Host`}
          value={host}
          maxLength={255}
          error={errors['host']}
          onChange={(event) => setHost(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <NumberInput
          label={t`Port`}
          value={port}
          min={1}
          max={65_535}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=""
          error={errors['port']}
          onChange={setPort}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          <Trans>Allow</Trans>
        </Button>
      </form>
      <FormError error={add.error ?? remove.error} fields={['host', 'port']} />
    </section>
  );
}
