import { Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconShieldCheck } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { Verification } from '../../../src-server/contract/console/audit';
import { CopyButton } from '../../components/copy-button';
import { Kbd } from '../../components/kbd';
import { useAriaKeysOf } from '../../hotkeys/hotkeys';
import { Notice } from '../../components/notice';
import { useErrorWords } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { type useStartVerification, verificationQuery } from './api';
import classes from './audit-page.module.css';
import { useProblemWords } from './problem-words';

/** Findings shown at first; the others are a press away. */
const SHOWN = 5;

/** Whether the chain is whole: the last answer, and the button that asks anew. */
export function VerifyPanel({ start }: { start: ReturnType<typeof useStartVerification> }) {
  const { t, i18n } = useLingui();
  const errorWords = useErrorWords();
  const ariaKeysOf = useAriaKeysOf();
  const state = useQuery(verificationQuery).data;
  const isRunning = state?.status === 'running' || start.isPending;
  const number = (value: number) => new Intl.NumberFormat(i18n.locale).format(value);
  const walked = number(state?.walked ?? 0);
  const total = number(state?.total ?? 0);
  const percent = state && state.total > 0 ? Math.min(100, (100 * state.walked) / state.total) : 0;
  return (
    <section className={classes['verify']} aria-label={t`Verification`}>
      <div className={classes['verifyLine']}>
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={14} aria-hidden="true" />}
          rightSection={<Kbd hotkey="audit.verify" />}
          {...ariaKeysOf('audit.verify')}
          disabled={isRunning}
          onClick={() => start.mutate()}
        >
          <Trans>Verify the chain</Trans>
        </Button>
        {isRunning ? (
          <div className={classes['progress']}>
            <Progress value={percent} aria-label={t`Progress of the verification`} />
            <span className={classes['dim']} data-numeric="">
              <Trans>
                {walked} of {total} rows
              </Trans>
            </span>
          </div>
        ) : (
          <Outcome state={state} />
        )}
        {state ? (
          <span className={classes['key']}>
            <Trans>Key of this log</Trans>{' '}
            <code title={state.keyFingerprint}>{state.keyFingerprint.slice(0, 12)}…</code>
            <CopyButton text={state.keyFingerprint} label={t`Copy the fingerprint of the key`} />
          </span>
        ) : null}
      </div>
      {start.isError ? (
        <Notice tone="warn" isLive>
          {errorWords(start.error).title}
        </Notice>
      ) : null}
      {state?.result && !state.result.ok ? <Findings result={state.result} /> : null}
    </section>
  );
}

function Outcome({ state }: { state: Verification | undefined }) {
  if (state?.status === 'failed') {
    return (
      <output className={classes['bad']}>
        <Trans>The verification itself failed. Try again.</Trans>
      </output>
    );
  }
  if (!state?.result) {
    return (
      <span className={classes['dim']}>
        <Trans>Names whatever was changed, taken out, put in or cut off.</Trans>
      </span>
    );
  }
  const { ok, rows, checkpoints } = state.result;
  return (
    <output
      className={ok ? classes['good'] : classes['bad']}
      data-testid="verification"
      data-outcome={ok ? 'good' : 'bad'}
    >
      {ok ? (
        <>
          <Trans>The chain is whole:</Trans> <Plural value={rows} one="# row" other="# rows" />,{' '}
          <Plural value={checkpoints} one="# signed checkpoint" other="# signed checkpoints" />
        </>
      ) : (
        <Trans>The log was tampered with or damaged.</Trans>
      )}
      {state.finishedAt ? (
        <>
          {' · '}
          <RelativeTime at={state.finishedAt} />
        </>
      ) : null}
    </output>
  );
}

function Findings({ result }: { result: NonNullable<Verification['result']> }) {
  const problemWord = useProblemWords();
  const { problems } = result;
  const rest = problems.slice(SHOWN);
  const item = (problem: (typeof problems)[number]) => (
    <li key={`${problem.problem} ${problem.seq} ${problem.lastSeq}`}>{problemWord(problem)}</li>
  );
  return (
    <div className={classes['findings']}>
      <ul>{problems.slice(0, SHOWN).map(item)}</ul>
      {rest.length > 0 ? (
        <details>
          <summary>
            <Plural value={rest.length} one="# more" other="# more" />
          </summary>
          <ul>{rest.map(item)}</ul>
        </details>
      ) : null}
      {result.hasMore ? (
        <p>
          <Trans>
            There is more; <code>cli audit verify</code> names up to 1,000.
          </Trans>
        </p>
      ) : null}
      <p>
        <Trans>
          Stop what could write to the data folder, keep a copy of it, and restore a backup from before the
          first of these rows.
        </Trans>
      </p>
    </div>
  );
}
