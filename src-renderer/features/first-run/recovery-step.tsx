import { Button, TextInput } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { CopyTextButton } from '../../components/copy-text-button';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { useConfirmRecoveryCode, useCreateRecoveryCode } from './api';
import { groupsOf, isLastGroup, readGroup } from './recovery-code';
import { saveText } from '../../api/save-file';
import type { StepProps } from './welcome-page';
import classes from './welcome.module.css';

/** Shows the recovery code once and asks for its last group, so that it is really kept somewhere. */
export function RecoveryStep({ me, onNext }: StepProps) {
  const create = useCreateRecoveryCode();
  const [code, setCode] = useState<string | null>(null);
  const handleCreate = () =>
    create.mutate(undefined, { onSuccess: (answer) => setCode(answer.recoveryCode) });
  const handleConfirmed = () => {
    setCode(null);
    create.reset();
    onNext();
  };
  if (code !== null) return <ShownCode code={code} onConfirmed={handleConfirmed} onLater={onNext} />;
  const hasOne = me.setup.hasRecoveryCode;
  return (
    <div className={classes['form']}>
      {hasOne ? (
        <Notice tone="ok" icon={<IconShieldCheck size={16} />} isLive>
          <Trans>
            You have a recovery code. If it is lost, make a new one: the old one then stops working.
          </Trans>
        </Notice>
      ) : null}
      <FormError error={create.error} />
      <div className={classes['actions']}>
        {hasOne ? (
          <Button onClick={onNext}>
            <Trans>Continue</Trans>
          </Button>
        ) : null}
        <Button variant={hasOne ? 'default' : 'filled'} onClick={handleCreate} loading={create.isPending}>
          {hasOne ? <Trans>Make a new code</Trans> : <Trans>Show my recovery code</Trans>}
        </Button>
        {hasOne ? null : (
          <Button variant="default" onClick={onNext}>
            <Trans>Later</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}

interface ShownCodeProps {
  readonly code: string;
  readonly onConfirmed: () => void;
  readonly onLater: () => void;
}

function ShownCode({ code, onConfirmed, onLater }: ShownCodeProps) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const confirm = useConfirmRecoveryCode();
  const [typed, setTyped] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const groups = groupsOf(code);
  const error = isWrong
    ? t`This is not the last group of the code`
    : fieldErrorsOf(confirm.error)['lastGroup'];

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isLastGroup(code, typed)) {
      setIsWrong(true);
      input.current?.focus();
      return;
    }
    confirm.mutate(readGroup(typed), { onSuccess: onConfirmed, onError: () => input.current?.focus() });
  };
  const handleSave = () =>
    saveText(
      'countersign-recovery-code.txt',
      [
        t`Recovery code of Countersign`,
        '',
        code,
        '',
        t`Whoever has it can open your data. Keep it offline.`,
        '',
      ].join('\n'),
    );

  return (
    <form className={classes['form']} onSubmit={handleSubmit} noValidate>
      <div className={classes['code']}>
        <p className="sr-only" id="recovery-code-label">
          <Trans>Your recovery code</Trans>
        </p>
        <ol
          className={classes['groups']}
          translate="no"
          aria-labelledby="recovery-code-label"
          data-testid="recovery-code"
        >
          {groups.map((group, index) => (
            // Groups may repeat and never change places.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>{group}</li>
          ))}
        </ol>
        <div className={classes['actions']}>
          <CopyTextButton text={code} label={t`Copy the code`} />
          <Button
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden="true" />}
            onClick={handleSave}
          >
            <Trans>Save as text</Trans>
          </Button>
        </div>
      </div>
      <Notice tone="warn">
        <Trans>
          It is shown this once. Write it down or keep it in a password manager, not on this computer alone.
        </Trans>
      </Notice>
      <TextInput
        ref={input}
        name="lastGroup"
        label={t`Type its last group`}
        description={t`From where you saved it, not from the screen.`}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={8}
        value={typed}
        error={error}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setIsWrong(false);
          if (confirm.isError) confirm.reset();
        }}
        className={classes['short'] ?? ''}
      />
      <FormError error={confirm.error} fields={['lastGroup']} />
      <div className={classes['actions']}>
        <Button type="submit" loading={confirm.isPending} disabled={typed.trim() === ''}>
          <Trans>I have saved it</Trans>
        </Button>
        <Button variant="default" onClick={onLater}>
          <Trans>Later</Trans>
        </Button>
      </div>
      <p className={classes['dim']}>
        <Trans>With “Later” this code is dropped; a new one is made when you come back.</Trans>
      </p>
    </form>
  );
}
