import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Me } from '../../../src-server/contract/console/session';
import { meQuery, useMe } from '../../api/session';
import { announce } from '../../components/announcer';
import { BrandMark } from '../../components/brand-mark';
import { FormError } from '../../components/form-error';
import { OfflineBanner } from '../../components/offline-banner';
import { AgentStep } from './agent-step';
import { useDismissSetup } from './api';
import { ApprovalStep } from './approval-step';
import { LanguageStep } from './language-step';
import { PersonStep } from './person-step';
import { RecoveryStep } from './recovery-step';
import { setupSteps, stepAfter, type StepId, stepToResume, stepToShow } from './setup-steps';
import { type ChosenScheme, useChosenScheme } from './use-chosen-scheme';
import { useStepWords } from './use-step-words';
import classes from './welcome.module.css';

/** What every step is given. */
export interface StepProps {
  readonly me: Me;
  readonly scheme: ChosenScheme;
  /** Goes on to the next step, or to the Inbox after the last. */
  readonly onNext: () => void;
}

/** First run, step by step. Which are done is read from the server, so it goes on after a restart where it was. */
export function WelcomePage() {
  const me = useMe();
  // SessionGate shows its own loading and error states until `me` is there.
  return me.data ? <Welcome me={me.data} /> : null;
}

function Welcome({ me }: { me: Me }) {
  const { t } = useLingui();
  const navigate = useNavigate({ from: '/welcome' });
  const search = useSearch({ from: '/welcome' });
  const client = useQueryClient();
  const dismiss = useDismissSetup();
  const scheme = useChosenScheme();
  const wordsOf = useStepWords(me.mode);
  const steps = setupSteps(me);
  // Where it goes on is settled once: a step that becomes done stays open until the person moves on.
  const [resumed] = useState(() => stepToResume(me));
  const current = stepToShow(me, search.step ?? resumed);
  const number = steps.findIndex((step) => step.id === current) + 1;
  const total = steps.length;
  const words = wordsOf(current);
  const heading = useRef<HTMLHeadingElement>(null);
  const { title } = words;
  const announcement = t`Step ${number} of ${total}: ${title}`;

  // Each step begins at its heading; the first one on screen leaves the focus to the browser.
  const shown = useRef<StepId | null>(null);
  useEffect(() => {
    const isFirst = shown.current === null;
    const hasMoved = shown.current !== current;
    shown.current = current;
    if (!hasMoved || isFirst) return;
    heading.current?.focus();
    announce(announcement);
  }, [current, announcement, shown]);

  const open = (step: StepId) => void navigate({ search: { step } });
  const leave = () => dismiss.mutate(undefined, { onSuccess: () => void navigate({ to: '/inbox' }) });
  const handleNext = () => {
    // What was just done may have opened the next step after this was drawn.
    const now = client.getQueryData(meQuery.queryKey) ?? me;
    const next = stepAfter(now, current);
    if (next) open(next);
    else if (now.setup.isDismissed) void navigate({ to: '/inbox' });
    else leave();
  };
  const step = { me, scheme, onNext: handleNext };
  const views: Record<StepId, ReactNode> = {
    language: <LanguageStep {...step} />,
    person: <PersonStep {...step} />,
    recovery: <RecoveryStep {...step} />,
    agent: <AgentStep {...step} />,
    approval: <ApprovalStep {...step} />,
  };

  return (
    <div className={classes['window']}>
      <OfflineBanner />
      <div className={classes['layout']}>
        <aside className={classes['aside']}>
          <p className={classes['brand']}>
            <BrandMark size={22} />
            <span translate="no">Countersign</span>
          </p>
          <nav aria-label={t`Steps of the set-up`}>
            <ol className={classes['steps']}>
              {steps.map(({ id, isDone, isOpen }, index) => {
                const { short } = wordsOf(id);
                return (
                  <li key={id}>
                    <button
                      type="button"
                      className={classes['step']}
                      aria-current={id === current ? 'step' : undefined}
                      disabled={!isOpen}
                      onClick={() => open(id)}
                    >
                      <span className={classes['mark']} data-done={isDone} aria-hidden="true">
                        {isDone ? <IconCheck size={12} stroke={3} /> : index + 1}
                      </span>
                      {short}
                      {isDone ? (
                        <span className="sr-only">
                          <Trans>done</Trans>
                        </span>
                      ) : null}
                    </button>
                  </li>
                );
              })}
            </ol>
          </nav>
          {me.setup.hasOwner ? (
            <Button
              variant="subtle"
              color="gray"
              onClick={leave}
              loading={dismiss.isPending}
              className={classes['leave'] ?? ''}
            >
              {steps.every((candidate) => candidate.isDone) ? (
                <Trans>Go to the Inbox</Trans>
              ) : (
                <Trans>Leave the rest for later</Trans>
              )}
            </Button>
          ) : null}
        </aside>
        <main className={classes['main']} id="page">
          <div className={classes['content']}>
            <p className={classes['progress']}>
              <Trans>
                Step {number} of {total}
              </Trans>
            </p>
            <h1 ref={heading} tabIndex={-1} className={classes['title']}>
              {words.title}
            </h1>
            <p className={classes['lead']}>{words.lead}</p>
            {views[current]}
            <FormError error={dismiss.error} />
          </div>
        </main>
      </div>
    </div>
  );
}
