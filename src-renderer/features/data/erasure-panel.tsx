import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ErasureTarget } from '../../../src-server/contract/console/data';
import { erasableAgentsQuery } from './api';
import { ForeignOption } from '../../components/foreign-option';
import { useHashFocus } from '../../components/use-hash-focus';
import type { SettingId } from '../settings/settings-index';
import classes from './data.module.css';
import { ErasureDialog } from './erasure-dialog';

/** Erasing a person for good: oneself, who registered an agent, on a server somebody else. */
export function ErasurePanel({ isDesktop, isAdmin }: { isDesktop: boolean; isAdmin: boolean }) {
  const { t } = useLingui();
  const agents = useQuery(erasableAgentsQuery).data?.items ?? [];
  const [agentId, setAgentId] = useState('');
  const [email, setEmail] = useState('');
  const [target, setTarget] = useState<ErasureTarget | null>(null);
  const handlePerson = (event: FormEvent) => {
    event.preventDefault();
    setTarget({ type: 'user', email: email.trim() });
  };
  const panel = useHashFocus<HTMLElement>('erasure' satisfies SettingId);
  return (
    <section className={classes['panel']} aria-labelledby="data-erasure" ref={panel}>
      <h3 className={classes['panelTitle']} id="data-erasure">
        <Trans>Erase</Trans>
      </h3>
      <p className={classes['dim']}>
        <Trans>
          Names and addresses are removed, and the key is destroyed under which the audit log keeps personal
          data. The log still verifies. It can’t be taken back; you see exactly what goes first.
        </Trans>
      </p>
      {agents.length > 0 ? (
        <div className={classes['tools']}>
          <NativeSelect
            className={classes['grow'] ?? ''}
            label={t`Who registered an agent`}
            description={t`The agent itself stays as it is.`}
            value={agentId}
            onChange={(event) => setAgentId(event.currentTarget.value)}
          >
            <option value="">{t`Choose an agent`}</option>
            {agents.map(({ id, name }) => (
              <ForeignOption key={id} value={id}>
                {name}
              </ForeignOption>
            ))}
          </NativeSelect>
          <Button
            variant="default"
            mt="auto"
            disabled={agentId === ''}
            onClick={() => setTarget({ type: 'contact', agentId })}
            data-testid="erase-contact"
          >
            <Trans>Erase their details…</Trans>
          </Button>
        </div>
      ) : null}
      {!isDesktop && isAdmin ? (
        <form className={classes['tools']} onSubmit={handlePerson}>
          <TextInput
            className={classes['grow'] ?? ''}
            type="email"
            label={t`Somebody of this server`}
            placeholder={t`Their address`}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" mt="auto" disabled={email.trim() === ''}>
            <Trans>Erase this person…</Trans>
          </Button>
        </form>
      ) : null}
      <div className={classes['tools']}>
        <p className={classes['grow']}>
          {isDesktop ? (
            <Trans>You are the only person here: erasing you removes everything, backups too.</Trans>
          ) : (
            <Trans>Your account, with all that is personal in it.</Trans>
          )}
        </p>
        <Button color="red.8" onClick={() => setTarget({ type: 'me' })} data-testid="erase-me">
          {isDesktop ? <Trans>Erase everything…</Trans> : <Trans>Erase my account…</Trans>}
        </Button>
      </div>
      {target ? <ErasureDialog target={target} onClose={() => setTarget(null)} /> : null}
    </section>
  );
}
