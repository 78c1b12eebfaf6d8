import { Button, Checkbox, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { Scope } from '../../../src-server/contract/common';
import { type AgentKey, toolNames } from '../../../src-server/contract/console/keys';
import { announce } from '../../components/announcer';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { RelativeTime } from '../../components/time';
import { AGENT_SCOPES } from '../agents/agent-words';
import { endAfter } from '../agents/key-state';
import { ScopeFields } from '../agents/scope-fields';
import { keyImpactQuery, type KeyPath, useUpdateKey } from './api';
import { ClientList } from './client-words';
import { hasEnded } from './key-filter';
import classes from './keys.module.css';

interface KeyDialogProps {
  readonly path: KeyPath;
  readonly agentKey: AgentKey;
  readonly now: number;
  readonly onClose: () => void;
}

/** Everything about a key, and what of it can be changed while it lives. */
export function KeyDialog({ path, agentKey, now, onClose }: KeyDialogProps) {
  const { t } = useLingui();
  const impact = useQuery(keyImpactQuery(path));
  const isOver = hasEnded(agentKey, now);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={agentKey.name}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <div className={classes['words']}>
        <dl className={classes['facts']}>
          <dt>
            <Trans>Begins with</Trans>
          </dt>
          <dd>
            <code>{agentKey.prefix}…</code>
          </dd>
          <dt>
            <Trans>Made</Trans>
          </dt>
          <dd>
            <RelativeTime at={agentKey.createdAt} />
          </dd>
          <dt>
            <Trans>Used</Trans>
          </dt>
          <dd>
            <Plural value={agentKey.callsCount} _0="never" one="for # call" other="for # calls" />
          </dd>
        </dl>
        {impact.data ? <ClientList clients={impact.data.clients} /> : null}
        {isOver ? (
          <p className={classes['dim']}>
            <Trans>It has ended; nothing about it can be changed any more.</Trans>
          </p>
        ) : (
          <KeyForm path={path} agentKey={agentKey} onClose={onClose} />
        )}
      </div>
    </Modal>
  );
}

/** What the chosen end changes; nothing where the key keeps its own. */
function expiryOf(end: string): { expiresAt?: string | null } {
  if (end === 'keep') return {};
  return { expiresAt: end === 'never' ? null : (endAfter(Number(end), Date.now()) ?? null) };
}

function KeyForm({ path, agentKey, onClose }: Omit<KeyDialogProps, 'now'>) {
  const { t } = useLingui();
  const update = useUpdateKey(path);
  const [name, setName] = useState(agentKey.name);
  const [scopes, setScopes] = useState<readonly Scope[]>(agentKey.scopes);
  const [end, setEnd] = useState('keep');
  const [tools, setTools] = useState<string>(agentKey.toolNames ?? 'auto');
  const errors = fieldErrorsOf(update.error);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      {
        name: name.trim(),
        scopes: [...scopes],
        toolNames: toolNames.safeParse(tools).data ?? null,
        ...expiryOf(end),
      },
      {
        onSuccess: () => {
          announce(t`The key is changed`);
          onClose();
        },
      },
    );
  };

  return (
    <form onSubmit={handleSubmit} className={classes['form']} noValidate>
      <div className={classes['pair']}>
        <TextInput
          label={t`Name`}
          value={name}
          maxLength={60}
          required
          error={
            errors['name'] ?? (name.trim() === '' ? t`Name it after the client that will use it` : undefined)
          }
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
        <NativeSelect
          label={t`Ends`}
          value={end}
          disabled={agentKey.replacedAt !== null}
          error={errors['expiresAt']}
          onChange={(event) => setEnd(event.currentTarget.value)}
          data={[
            { value: 'keep', label: t`as it is` },
            { value: 'never', label: t({ message: 'never', context: 'a key ends' }) },
            { value: '1', label: t`in a day` },
            { value: '30', label: t`in 30 days` },
            { value: '90', label: t`in 90 days` },
            { value: '365', label: t`in a year` },
          ]}
        />
        <NativeSelect
          label={t`Tool names`}
          description={t`Some clients refuse names with dots`}
          value={tools}
          onChange={(event) => setTools(event.currentTarget.value)}
          data={[
            { value: 'auto', label: t`as the client needs them` },
            { value: 'dotted', label: t`with dots: search.query` },
            { value: 'underscore', label: t`with underscores: search_query` },
          ]}
        />
      </div>
      <Checkbox.Group
        label={t`What it may do`}
        error={errors['scopes'] ?? (scopes.length === 0 ? t`A key needs at least one right` : undefined)}
        value={[...scopes]}
        onChange={(values) => setScopes(AGENT_SCOPES.filter((scope) => values.includes(scope)))}
      >
        <ScopeFields />
      </Checkbox.Group>
      <FormError error={update.error} fields={['name', 'expiresAt', 'scopes']} />
      <div className={classes['end']}>
        <Button variant="default" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" loading={update.isPending} disabled={name.trim() === '' || scopes.length === 0}>
          <Trans>Save</Trans>
        </Button>
      </div>
    </form>
  );
}
