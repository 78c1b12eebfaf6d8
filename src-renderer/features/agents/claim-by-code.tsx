import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { ProblemError } from '../../api/problem';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { useHashFocus } from '../../components/use-hash-focus';
import { usePreviewClaim } from './api';
import { readClaimInput } from './claim-code';
import { JoiningCard } from './joining-card';
import classes from './joining.module.css';
import { NewKeyDialog } from './new-key-dialog';
import { useClaimFlow } from './use-claim-flow';
import { useClaimKey } from './use-claim-key';

/** Claims an agent by the code or token it was given when it registered, after showing who stands behind it. */
export function ClaimByCode({
  initialCode = '',
  onClaimed,
}: {
  /** From a link: filled in, for the person to look up. */
  initialCode?: string;
  onClaimed?: (agent: AgentDetail) => void;
}) {
  const { t } = useLingui();
  const place = useHashFocus<HTMLDivElement>('claim');
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(initialCode);
  useEffect(() => {
    if (initialCode !== '') input.current?.focus();
  }, [initialCode]);
  const [problem, setProblem] = useState<string | null>(null);
  const preview = usePreviewClaim();
  const [code, setCode] = useState('');

  const handleClear = () => {
    preview.reset();
    setCode('');
    setTyped('');
    setProblem(null);
    input.current?.focus();
  };
  const flow = useClaimFlow((agent) => {
    handleClear();
    onClaimed?.(agent);
  });

  const problemOf = (): string | null => {
    const read = readClaimInput(typed);
    if (read.state === 'empty') return t`Type the code the agent was given when it registered.`;
    if (read.state === 'unreadable') return t`A code looks like MMA-XXXX-XXXX, a token starts with ct_.`;
    const { have = 0, need = 0 } = 'have' in read ? read : {};
    if (read.state === 'incomplete')
      return t`A code has ${need} letters and digits after MMA; here are ${have}.`;
    if (read.state === 'too_long') return t`This has ${have} characters, ${need} at most are read.`;
    return null;
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setProblem(problemOf());
    const read = readClaimInput(typed);
    if (read.state !== 'ready') {
      input.current?.focus();
      return;
    }
    setCode(read.value);
    preview.mutate(read.value, { onError: () => input.current?.focus() });
  };
  useClaimKey(preview.data !== undefined);

  // Whoever stands behind the code comes next: the focus goes to the card, where one key claims it.
  const found = useRef<HTMLElement>(null);
  const foundId = preview.data?.id;
  useEffect(() => {
    if (foundId !== undefined) found.current?.querySelector<HTMLElement>('[data-joining]')?.focus();
  }, [foundId]);

  const notFound =
    preview.error instanceof ProblemError && [404, 410].includes(preview.error.status)
      ? t`No agent waits for this code. It may be mistyped, used already, or too old.`
      : undefined;
  return (
    <div className={classes['claim']} ref={place}>
      <form onSubmit={handleSubmit} className={classes['row']} noValidate>
        <TextInput
          ref={input}
          label={t`Claim by code`}
          description={t`MMA-XXXX-XXXX or ct_…; case, spaces and dashes don't matter.`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="off"
          spellCheck={false}
          maxLength={2000}
          value={typed}
          error={problem ?? notFound ?? fieldErrorsOf(preview.error)['claimCode']}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setProblem(null);
            if (preview.status !== 'idle') preview.reset();
          }}
        />
        <Button type="submit" variant="default" loading={preview.isPending}>
          <Trans>Look it up</Trans>
        </Button>
      </form>
      {notFound === undefined ? <FormError error={preview.error} fields={['claimCode']} /> : null}
      {preview.data ? (
        <section ref={found} className={classes['preview']} aria-label={t`Who stands behind the code`}>
          <JoiningCard agent={preview.data} flow={flow} claimCode={code} onDismiss={handleClear} />
        </section>
      ) : null}
      {flow.shown ? <NewKeyDialog made={flow.shown} onClose={flow.forgetKey} /> : null}
    </div>
  );
}
