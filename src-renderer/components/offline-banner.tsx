import { IconPlugConnectedX } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useLiveState } from '../api/live-context';
import { useShellState } from '../shell';
import classes from './offline-banner.module.css';

/** A restart shorter than this is not worth a word, ms. */
const PATIENCE_MS = 900;

/** Says that the server is away, above a page that stays as it is: what is being typed is not lost. */
export function OfflineBanner() {
  const live = useLiveState();
  const shell = useShellState();
  const isAway = live === 'reconnecting' || shell?.server === 'restarting';
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!isAway) return;
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [isAway]);
  if (!isAway || !isLong) return null;
  return (
    <output className={classes['banner']}>
      <IconPlugConnectedX size={16} aria-hidden="true" />
      {shell?.server === 'restarting' ? (
        <Trans>The server stopped and is being started again. What you typed stays here.</Trans>
      ) : (
        <Trans>The connection to the server is lost; trying again. What you typed stays here.</Trans>
      )}
    </output>
  );
}
