import { Button, TextInput } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { codePointLength, emailAddress } from '../../../src-server/contract/common';
import { AgentText } from '../../components/agent-text';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { useFocusInvalid } from '../../components/use-focus-invalid';
import { useSetUp } from './api';
import type { StepProps } from './welcome-page';
import classes from './welcome.module.css';

const FIELDS = ['displayName', 'email'] as const;

/** The one person of a desktop: a name for the decisions, an address by which agents find them. */
export function PersonStep({ me, scheme, onNext }: StepProps) {
  if (me.user) {
    const { displayName, email } = me.user;
    return (
      <div className={classes['form']}>
        <Notice tone="ok" icon={<IconUserCheck size={16} />}>
          <Trans>
            You are <AgentText className={classes['strong']}>{displayName}</AgentText>,{' '}
            <AgentText>{email}</AgentText>.
          </Trans>
        </Notice>
        <div className={classes['actions']}>
          <Button onClick={onNext}>
            <Trans>Continue</Trans>
          </Button>
        </div>
      </div>
    );
  }
  const handleDone = () => {
    scheme.save();
    onNext();
  };
  return <PersonForm onDone={handleDone} />;
}

function PersonForm({ onDone }: { onDone: () => void }) {
  const { t, i18n } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const setUp = useSetUp();
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [wasSent, setWasSent] = useState(false);
  const ours = {
    displayName:
      displayName.trim() === ''
        ? t`Tell us what to call you`
        : codePointLength(displayName) > 80
          ? t`At most ${80} characters`
          : undefined,
    email: emailAddress.safeParse(email.trim()).success ? undefined : t`This is not an e-mail address`,
  };
  const theirs = fieldErrorsOf(setUp.error);
  const errorOf = (field: (typeof FIELDS)[number]) => (wasSent ? (ours[field] ?? theirs[field]) : undefined);
  useFocusInvalid(form, setUp.error);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    const wrong = FIELDS.find((field) => ours[field] !== undefined);
    if (wrong) {
      form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
      return;
    }
    const locale = i18n.locale === 'de' ? 'de' : 'en';
    // Not `onSuccess`: the form is gone as soon as there is a person.
    void setUp
      .mutateAsync({ displayName: displayName.trim(), email: email.trim(), locale })
      .then(onDone, () => {});
  };
  return (
    <form ref={form} className={classes['form']} onSubmit={handleSubmit} noValidate>
      <TextInput
        className={classes['field'] ?? ''}
        name="displayName"
        label={t`Your name`}
        description={t`Stands beside your decisions, so that the log says who decided.`}
        required
        autoComplete="name"
        value={displayName}
        error={errorOf('displayName')}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <TextInput
        className={classes['field'] ?? ''}
        name="email"
        type="email"
        label={t`Your e-mail address`}
        description={t`An agent that registers with this address asks to join you. Nothing is sent to it from here.`}
        required
        autoComplete="email"
        value={email}
        error={errorOf('email')}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <FormError error={setUp.error} fields={FIELDS} />
      <div className={classes['actions']}>
        <Button type="submit" loading={setUp.isPending}>
          <Trans>That is me</Trans>
        </Button>
      </div>
    </form>
  );
}
