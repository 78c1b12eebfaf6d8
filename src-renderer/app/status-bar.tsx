import { Trans, useLingui } from '@lingui/react/macro';
import { useLiveState } from '../api/live-context';
import { useMe } from '../api/session';
import classes from './status-bar.module.css';

/** Always there: is the server with us, where agents reach it, which version this is. */
export function StatusBar() {
  const { t } = useLingui();
  const live = useLiveState();
  const me = useMe();
  const words = {
    idle: t`Connecting`,
    connecting: t`Connecting`,
    live: t`Live`,
    reconnecting: t`Connection lost, trying again`,
  }[live];
  return (
    <footer className={classes['bar']}>
      <span className={classes['live']} data-state={live} data-testid="live-state">
        <span className={classes['dot']} aria-hidden="true" />
        {words}
      </span>
      {me.data ? (
        <>
          <span className={classes['url']}>
            <Trans>
              Agents connect to <code>{me.data.publicUrl}</code>
            </Trans>
          </span>
          <span className={classes['spacer']} />
          <span>{t`Version ${me.data.version}`}</span>
        </>
      ) : null}
    </footer>
  );
}
