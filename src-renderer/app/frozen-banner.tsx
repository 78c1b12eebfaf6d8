import { Button } from '@mantine/core';
import { IconSnowflake } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { useMe } from '../api/session';
import { ConfirmDialog } from '../components/confirm-dialog';
import { useErrorWords } from '../components/states';
import { RelativeTime } from '../components/time';
import classes from './frozen-banner.module.css';
import { useFreeze } from './use-freeze';

interface FrozenBannerProps {
  /** The button that froze them had the focus and is gone: the one that thaws them takes it. */
  readonly takesFocus: boolean;
}

/** While agents are frozen every page says so, and how it ends. */
export function FrozenBanner({ takesFocus }: FrozenBannerProps) {
  const { t } = useLingui();
  const me = useMe();
  const wordsOf = useErrorWords();
  const { thaw } = useFreeze();
  const [isAsking, setIsAsking] = useState(false);
  const thawButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus && document.activeElement === document.body) thawButton.current?.focus();
  }, [takesFocus]);
  const frozenAt = me.data?.frozenAt;
  if (frozenAt == null) return null;
  const error = thaw.error ? wordsOf(thaw.error) : null;
  return (
    <section className={classes['banner']} aria-label={t`All agents are frozen`} data-testid="frozen">
      <IconSnowflake size={16} aria-hidden="true" />
      <p className={classes['words']}>
        <strong>
          <Trans>All agents are frozen</Trans>
        </strong>{' '}
        <Trans>
          since <RelativeTime at={frozenAt} />. Every call of them is refused but reading their own proposals;
          what was approved a moment before waits again.
        </Trans>{' '}
        {error ? <span role="alert">{error.detail || error.title}</span> : null}
      </p>
      {me.data?.mayDecide ? (
        <Button
          ref={thawButton}
          size="compact-sm"
          variant="default"
          loading={thaw.isPending}
          onClick={() => setIsAsking(true)}
          id="thaw-all"
          data-testid="thaw-all"
        >
          <Trans>Thaw</Trans>
        </Button>
      ) : (
        <span>
          <Trans>Thaw in the Countersign window.</Trans>
        </span>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t`Let the agents call again?`}
        confirmLabel={t`Thaw all agents`}
        isBusy={thaw.isPending}
        onClose={() => setIsAsking(false)}
        onConfirm={() => thaw.mutate(undefined, { onSettled: () => setIsAsking(false) })}
      >
        <Trans>Those you paused one by one stay paused. What waits for you is unchanged.</Trans>
      </ConfirmDialog>
    </section>
  );
}
