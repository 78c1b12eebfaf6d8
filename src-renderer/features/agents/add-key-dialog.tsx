import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { codePointLength, type Scope } from '../../../src-server/contract/common';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { useFocusInvalid } from '../../components/use-focus-invalid';
import classes from './agent-form.module.css';
import { AGENT_SCOPES } from './agent-words';
import { useCreateKey } from './api';
import { endAfter } from './key-state';
import { type MadeKey, NewKeyDialog } from './new-key-dialog';
import { ScopeFields } from './scope-fields';

const FIELDS = ['name', 'scopes', 'expiresAt'] as const;

interface AddKeyDialogProps {
  readonly agent: AgentDetail;
  readonly initialName?: string;
  readonly onClose: () => void;
}

/** Makes a named key and shows it once. */
export function AddKeyDialog({ agent, initialName = '', onClose }: AddKeyDialogProps) {
  const { t } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const create = useCreateKey(agent.id);
  const [made, setMade] = useState<MadeKey | null>(null);
  const [name, setName] = useState(initialName);
  const [scopes, setScopes] = useState<readonly Scope[]>(AGENT_SCOPES);
  const [days, setDays] = useState('');
  const [wasSent, setWasSent] = useState(false);

  const ours = {
    name:
      name.trim() === ''
        ? t`Name it after the client that will use it`
        : codePointLength(name) > 60
          ? t`At most ${60} characters`
          : undefined,
    scopes: scopes.length === 0 ? t`A key needs at least one right` : undefined,
  };
  const theirs = fieldErrorsOf(create.error);
  useFocusInvalid(form, create.error);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (ours.name || ours.scopes) {
      form.current?.querySelector<HTMLElement>(`[name="${ours.name ? 'name' : 'scopes'}"]`)?.focus();
      return;
    }
    const expiresAt = endAfter(days === '' ? null : Number(days), Date.now());
    create.mutate(
      { name: name.trim(), scopes: [...scopes], ...(expiresAt ? { expiresAt } : {}) },
      { onSuccess: ({ key }) => setMade({ agent, key }) },
    );
  };

  return (
    <NewKeyDialog title={made ? undefined : t`Add a key`} made={made} onClose={onClose}>
      <form ref={form} onSubmit={handleSubmit} className={classes['form']} noValidate>
        <div className={classes['pair']}>
          <TextInput
            name="name"
            label={t`Name`}
            description={t`After the client that will use it`}
            placeholder={t`Cursor on the laptop`}
            required
            value={name}
            error={wasSent ? (ours.name ?? theirs['name']) : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
            autoComplete="off"
          />
          <NativeSelect
            name="expiresAt"
            label={t`Ends`}
            description={t`You can revoke it any time`}
            value={days}
            error={wasSent ? theirs['expiresAt'] : undefined}
            onChange={(event) => setDays(event.currentTarget.value)}
            data={[
              { value: '', label: t({ message: 'never', context: 'a key ends' }) },
              { value: '30', label: t`in 30 days` },
              { value: '90', label: t`in 90 days` },
              { value: '365', label: t`in a year` },
            ]}
          />
        </div>
        <Checkbox.Group
          label={t`What it may do`}
          error={wasSent ? (ours.scopes ?? theirs['scopes']) : undefined}
          value={[...scopes]}
          onChange={(values) => setScopes(AGENT_SCOPES.filter((scope) => values.includes(scope)))}
        >
          <ScopeFields />
        </Checkbox.Group>
        <FormError error={create.error} fields={FIELDS} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={create.isPending}>
            <Trans>Make the key</Trans>
          </Button>
        </div>
      </form>
    </NewKeyDialog>
  );
}
