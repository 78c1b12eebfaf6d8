import { Link } from '@tanstack/react-router';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import type { Me } from '../../../src-server/contract/console/session';
import { setupSteps } from '../first-run/setup-steps';
import { useStepWords } from '../first-run/use-step-words';
import classes from './help.module.css';

/** The steps of first run, each done or a link to where it is done. */
export function FirstSteps({ me }: { me: Me }) {
  const words = useStepWords(me.mode);
  const steps = setupSteps(me);
  return (
    <>
      <ul className={classes['steps']}>
        {steps.map(({ id, isDone }) => (
          <li key={id} data-done={isDone}>
            {isDone ? (
              <IconCircleCheck size={16} stroke={1.75} aria-hidden="true" />
            ) : (
              <IconCircle size={16} stroke={1.75} aria-hidden="true" />
            )}
            {isDone ? (
              <span>
                {words(id).short}{' '}
                <span className={classes['dim']}>
                  (<Trans context="step">done</Trans>)
                </span>
              </span>
            ) : (
              <Link to="/welcome" search={{ step: id }} className={classes['link']}>
                {words(id).short}
              </Link>
            )}
          </li>
        ))}
      </ul>
      {steps.every(({ isDone }) => isDone) ? (
        <p className={classes['dim']}>
          <Trans>All of it is done.</Trans>
        </p>
      ) : null}
    </>
  );
}
