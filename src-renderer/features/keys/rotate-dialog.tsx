import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { AgentKey } from '../../../src-server/contract/console/keys';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { type MadeKey, NewKeyDialog } from '../agents/new-key-dialog';
import { keyImpactQuery, type KeyPath, useRotateKey } from './api';
import { ClientList } from './client-words';
import classes from './keys.module.css';

interface RotateDialogProps {
  readonly path: KeyPath;
  readonly agentName: string;
  readonly agentKey: AgentKey;
  readonly onClose: () => void;
}

/** Replaces a key and shows the new one once; the old one may live on while clients are moved. */
export function RotateDialog({ path, agentName, agentKey, onClose }: RotateDialogProps) {
  const { t } = useLingui();
  const rotate = useRotateKey(path);
  const impact = useQuery(keyImpactQuery(path));
  const isFrozen = agentKey.frozenAt !== null;
  const [hours, setHours] = useState(isFrozen || agentKey.leak ? '0' : '24');
  const [name, setName] = useState(agentKey.name);
  const [made, setMade] = useState<MadeKey | null>(null);
  const { prefix } = agentKey;
  const errors = fieldErrorsOf(rotate.error);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    rotate.mutate(
      { overlapHours: Number(hours), ...(trimmed === '' ? {} : { name: trimmed }) },
      { onSuccess: ({ key }) => setMade({ agent: { id: path.id, name: agentName }, key }) },
    );
  };

  return (
    <NewKeyDialog title={made ? undefined : t`Replace this key`} made={made} onClose={onClose}>
      <form onSubmit={handleSubmit} className={classes['form']} noValidate>
        <p>
          <Trans>
            A new key takes the place of <code>{prefix}…</code>: same rights, same agent. Put it into the
            client, then the old one can go.
          </Trans>
        </p>
        <div className={classes['pair']}>
          <NativeSelect
            label={t`The old key goes on working`}
            description={
              isFrozen ? t`A frozen key is replaced at once` : t`Both work meanwhile; you can end it any time`
            }
            value={hours}
            disabled={isFrozen}
            error={errors['overlapHours']}
            onChange={(event) => setHours(event.currentTarget.value)}
            data={[
              { value: '0', label: t`not at all` },
              { value: '1', label: t`for an hour` },
              { value: '24', label: t`for a day` },
              { value: '72', label: t`for three days` },
              { value: '168', label: t`for a week` },
            ]}
            data-autofocus
          />
          <TextInput
            label={t`Name of the new key`}
            description={t`After the client that will use it`}
            value={name}
            maxLength={60}
            error={errors['name']}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
          />
        </div>
        {impact.data ? (
          <div className={classes['words']}>
            <h3>
              {hours === '0' ? (
                <Trans>Who loses access at once</Trans>
              ) : (
                <Trans>Who is to be given the new key</Trans>
              )}
            </h3>
            <ClientList clients={impact.data.clients} />
          </div>
        ) : null}
        <FormError error={rotate.error} fields={['name', 'overlapHours']} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={rotate.isPending}>
            <Trans>Make the new key</Trans>
          </Button>
        </div>
      </form>
    </NewKeyDialog>
  );
}
