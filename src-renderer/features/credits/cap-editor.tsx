import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconTrash } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useDeferredValue, useState } from 'react';
import {
  type AgentCredits,
  CAP_MAX,
  type CapKind,
  capKind,
} from '../../../src-server/contract/console/credits';
import { announce } from '../../components/announcer';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { useSetCap, whatIfQuery } from './api';
import { useCapKindWords, useCreditFormat } from './credit-words';
import classes from './credits.module.css';

/** What costs credits; a cap on anything else would never bind. */
const CAPPED: readonly CapKind[] = ['all', 'post.publish', 'comment.publish', 'message.send', 'market.offer'];

/** The caps of one agent, and a form for another with what it would have done in the last days. */
export function CapEditor({ credits }: { credits: AgentCredits }) {
  const { t } = useLingui();
  const format = useCreditFormat();
  const kindWord = useCapKindWords();
  const setCap = useSetCap(credits.agent.id);
  const handleRemove = (kind: CapKind) =>
    setCap.mutate({ kind, creditsPerDay: null }, { onSuccess: () => announce(t`The cap is gone`) });
  return (
    <div className={classes['section']}>
      {credits.caps.length === 0 ? (
        <p className={classes['dim']}>
          <Trans>
            No cap binds this agent. A cap is what it may spend in a day, on one kind or in all; what goes
            beyond is refused until midnight UTC, and it is told why.
          </Trans>
        </p>
      ) : (
        <ul className={classes['caps']} aria-label={t`Caps of this agent`}>
          {credits.caps.map((cap) => {
            const kind = kindWord(cap.kind);
            const [spent, most] = [format(cap.spentToday), format(cap.creditsPerDay)];
            return (
              <li key={cap.kind}>
                <span>
                  <strong>{kind}</strong>{' '}
                  <Trans>
                    {spent} of {most} credits today
                  </Trans>
                </span>
                <meter
                  min={0}
                  max={Math.max(cap.creditsPerDay, 0.001)}
                  value={cap.spentToday}
                  aria-label={t`Used of the cap: ${kind}`}
                />
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconTrash size={14} aria-hidden="true" />}
                  onClick={() => handleRemove(cap.kind)}
                  aria-label={t`Remove the cap: ${kind}`}
                >
                  <Trans>Remove</Trans>
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <CapForm credits={credits} setCap={setCap} />
    </div>
  );
}

function CapForm({ credits, setCap }: { credits: AgentCredits; setCap: ReturnType<typeof useSetCap> }) {
  const { t } = useLingui();
  const kindWord = useCapKindWords();
  const [kind, setKind] = useState<CapKind>('all');
  // What is typed may not be a number yet: `0.` on its way to `0.2`.
  const [typed, setTyped] = useState<number | string>('');
  const amount = typeof typed === 'number' ? typed : null;
  const errors = fieldErrorsOf(setCap.error);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (amount === null) return;
    setCap.mutate(
      { kind, creditsPerDay: amount },
      {
        onSuccess: () => {
          announce(t`The cap is set`);
          setTyped('');
        },
      },
    );
  };
  return (
    <form onSubmit={handleSubmit} className={classes['form']} noValidate>
      <div className={classes['choices']}>
        <NativeSelect
          label={t`What it counts`}
          value={kind}
          onChange={(event) => setKind(capKind.parse(event.currentTarget.value))}
          data={CAPPED.map((value) => ({ value, label: kindWord(value) }))}
        />
        <NumberInput
          label={t`Credits a day`}
          value={typed}
          onChange={setTyped}
          min={0}
          max={CAP_MAX}
          decimalScale={3}
          allowNegative={false}
          step={1}
          error={errors['creditsPerDay']}
          hideControls
          data-testid="cap-amount"
        />
        <Button
          type="submit"
          loading={setCap.isPending}
          disabled={amount === null}
          className={classes['atEnd'] ?? ''}
        >
          <Trans>Set cap</Trans>
        </Button>
      </div>
      <WhatIf agentId={credits.agent.id} kind={kind} amount={amount} />
      <FormError error={setCap.error} fields={['creditsPerDay', 'kind']} />
    </form>
  );
}

/** What this cap would have blocked: read out as it changes, so that it can be tried before it is set. */
function WhatIf({ agentId, kind, amount }: { agentId: string; kind: CapKind; amount: number | null }) {
  const settled = useDeferredValue(amount);
  const whatIf = useQuery(whatIfQuery(agentId, kind, settled));
  if (amount === null || !whatIf.data) {
    return (
      <output className={classes['dim']}>
        <Trans>Enter a number to see what such a cap would have blocked in the last seven days.</Trans>
      </output>
    );
  }
  const { actions, blocked, blockedDays } = whatIf.data;
  return (
    <output data-testid="what-if">
      {actions === 0 ? (
        <Trans>Nothing that it counts was paid for in the last seven days.</Trans>
      ) : blocked === 0 ? (
        <Plural
          value={actions}
          one="It would have blocked nothing: the # paid action of the last seven days fits."
          other="It would have blocked none of the # paid actions of the last seven days."
        />
      ) : (
        <>
          <Plural
            value={blocked}
            one="It would have blocked # action in the last seven days"
            other="It would have blocked # actions in the last seven days"
          />{' '}
          <Plural value={blockedDays} one="(on # day)." other="(on # days)." />
        </>
      )}
    </output>
  );
}
