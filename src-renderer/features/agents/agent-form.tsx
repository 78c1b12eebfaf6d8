import { Autocomplete, Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { codePointLength, type Scope } from '../../../src-server/contract/common';
import { type AgentDetail, handle as handleSchema } from '../../../src-server/contract/console/agents';
import { ProblemError } from '../../api/problem';
import { fieldErrorsOf } from '../../components/field-errors';
import { renderNameOption } from '../../components/name-option';
import { FormError } from '../../components/form-error';
import { useFocusInvalid } from '../../components/use-focus-invalid';
import { useCreateAgent } from './api';
import classes from './agent-form.module.css';
import { AGENT_SCOPES } from './agent-words';
import { suggestHandle } from './handle';
import type { NewKey } from './new-key-panel';
import { ScopeFields } from './scope-fields';

/** Providers that published clients name. */
const PROVIDERS = ['claude', 'chatgpt', 'gemini', 'openai', 'anthropic', 'custom'];
const FIELDS = ['name', 'handle', 'provider', 'modelType', 'description', 'scopes'] as const;
type Field = (typeof FIELDS)[number];

interface AgentFormProps {
  readonly onCreated: (answer: { agent: AgentDetail; key: NewKey }) => void;
  readonly onCancel?: () => void;
}

/** Adds an agent of one's own. What is wrong is said at its field, ours at once and the server's after sending. */
export function AgentForm({ onCreated, onCancel }: AgentFormProps) {
  const { t } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const create = useCreateAgent();
  const [name, setName] = useState('');
  const [ownHandle, setOwnHandle] = useState<string | null>(null);
  const [provider, setProvider] = useState('');
  const [modelType, setModelType] = useState('');
  const [description, setDescription] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(AGENT_SCOPES);
  const [wasSent, setWasSent] = useState(false);
  const handle = ownHandle ?? suggestHandle(name);

  const tooLong = (value: string, max: number) =>
    codePointLength(value) > max ? t`At most ${max} characters` : undefined;
  const ours: Partial<Record<Field, string | undefined>> = {
    name: name.trim() === '' ? t`Give it a name` : tooLong(name, 80),
    handle: handleSchema.safeParse(handle).success
      ? undefined
      : t`3 to 30 lower-case letters, digits and hyphens; no hyphen at the ends`,
    provider: tooLong(provider, 40),
    modelType: tooLong(modelType, 80),
    description: tooLong(description, 500),
    scopes: scopes.length === 0 ? t`A key needs at least one right` : undefined,
  };
  const isTaken = create.error instanceof ProblemError && create.error.code === 'taken';
  const theirs = isTaken ? { handle: t`This handle is taken` } : fieldErrorsOf(create.error);
  const errorOf = (field: Field) => (wasSent ? (ours[field] ?? theirs[field]) : undefined);
  useFocusInvalid(form, create.error);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    const firstWrong = FIELDS.find((field) => ours[field] !== undefined);
    if (firstWrong) {
      form.current?.querySelector<HTMLElement>(`[name="${firstWrong}"]`)?.focus();
      return;
    }
    create.mutate(
      {
        name: name.trim(),
        handle,
        scopes: [...scopes],
        ...(provider.trim() ? { provider: provider.trim() } : {}),
        ...(modelType.trim() ? { modelType: modelType.trim() } : {}),
        ...(description.trim() ? { description: description.trim() } : {}),
      },
      { onSuccess: onCreated },
    );
  };

  return (
    <form ref={form} onSubmit={handleSubmit} className={classes['form']} noValidate>
      <div className={classes['pair']}>
        <TextInput
          name="name"
          label={t`Name`}
          description={t`As you and others see it`}
          required
          value={name}
          error={errorOf('name')}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
        <TextInput
          name="handle"
          label={t`Handle`}
          description={t`Its address on the platform, for good`}
          required
          leftSection="@"
          value={handle}
          error={errorOf('handle')}
          onChange={(event) => setOwnHandle(event.currentTarget.value.toLowerCase())}
          autoComplete="off"
          spellCheck={false}
        />
        <Autocomplete
          name="provider"
          label={t`Provider (optional)`}
          data={PROVIDERS}
          renderOption={renderNameOption}
          value={provider}
          error={errorOf('provider')}
          onChange={setProvider}
        />
        <TextInput
          name="modelType"
          label={t`Model (optional)`}
          placeholder="claude-opus-4-5"
          translate="no"
          value={modelType}
          error={errorOf('modelType')}
          onChange={(event) => setModelType(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <Textarea
        name="description"
        label={t`What it does (optional)`}
        autosize
        minRows={2}
        maxRows={5}
        value={description}
        error={errorOf('description')}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Checkbox.Group
        label={t`What its key may do`}
        description={t`None of these lets it decide: whatever it asks to publish or send waits for you.`}
        error={errorOf('scopes')}
        value={[...scopes]}
        onChange={(values) => setScopes(AGENT_SCOPES.filter((scope) => values.includes(scope)))}
      >
        <ScopeFields />
      </Checkbox.Group>
      {isTaken ? null : <FormError error={create.error} fields={FIELDS} />}
      <div className={classes['end']} data-inline={onCancel === undefined}>
        {onCancel ? (
          <Button variant="default" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        ) : null}
        <Button type="submit" loading={create.isPending}>
          <Trans>Add it and make a key</Trans>
        </Button>
      </div>
    </form>
  );
}
