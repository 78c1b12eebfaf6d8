import { Loader } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { BrandMark } from '../components/brand-mark';
import { shell, useShellState } from '../shell';
import classes from './gates.module.css';

const StartFailurePage = lazy(async () => ({
  default: (await import('./start-failure-page')).StartFailurePage,
}));
const UnlockPage = lazy(async () => ({ default: (await import('./unlock-page')).UnlockPage }));

/**
 * What the desktop shell has to say before there is a page: unlocking, starting, not able to start. Once the page was
 * up it stays mounted under everything that comes later; a first start mounts it already while the server comes up, so
 * that its calls wait in the shell and not its first frame. In a browser there is nothing to say.
 */
export function ShellGate({ children }: { children: ReactNode }) {
  const state = useShellState();
  const [wasUp, setWasUp] = useState(false);
  const isUp = state?.server === 'up';
  if (isUp && !wasUp) setWasUp(true);
  if (!shell) return children;

  const isLocked = state !== null && state.keychain.status !== 'ready';
  const isFailed = state?.server === 'failed';
  const isComing = state?.server === 'starting' && !isLocked;
  const isCovered = isLocked || isFailed || !wasUp;
  return (
    <>
      {wasUp || isComing ? (
        <div className={classes['page']} hidden={isCovered} inert={isCovered}>
          {children}
        </div>
      ) : null}
      <Suspense>
        {isLocked ? <UnlockPage keychain={state.keychain} /> : null}
        {isFailed && !isLocked ? <StartFailurePage failure={state.failure} /> : null}
      </Suspense>
      {!wasUp && !isLocked && !isFailed ? <StartingPage /> : null}
    </>
  );
}

function StartingPage() {
  return (
    <main className={classes['wait']} aria-busy="true">
      <output className={`${classes['brand']} ${classes['late']}`}>
        <BrandMark />
        <Trans>Countersign is starting</Trans>
        <Loader size={14} />
      </output>
    </main>
  );
}
