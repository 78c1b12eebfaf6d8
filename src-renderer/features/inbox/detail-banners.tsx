import { Button } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Kbd } from '../../components/kbd';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import { RelativeTime } from '../../components/time';
import classes from './detail-banners.module.css';

function Banner({ children, actions }: { children: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes['banner']} data-testid="detail-banner">
      <output>{children}</output>
      {actions ? <div className={classes['actions']}>{actions}</div> : null}
    </div>
  );
}

/** The agent revised it while it was on screen: nothing was decided, and this is the new version. */
export function StaleBanner({ version, isAnswer }: { version: number; isAnswer: boolean }) {
  return (
    <Banner>
      {isAnswer ? (
        <Trans>
          Nothing was decided: the agent changed this before your answer arrived. This is version {version}{' '}
          and what changed.
        </Trans>
      ) : (
        <Trans>
          The agent changed this while you had it open. This is version {version} and what changed.
        </Trans>
      )}
    </Banner>
  );
}

/** Put off by its owner; it comes back by itself, and its expiry did not move. */
export function SnoozedBanner({ until, onWake }: { until: string; onWake: () => void }) {
  const snoozeKeys = useAriaKeys('inbox.snooze');
  return (
    <Banner
      actions={
        <Button
          size="xs"
          variant="default"
          onClick={onWake}
          rightSection={<Kbd hotkey="inbox.snooze" />}
          {...snoozeKeys}
        >
          <Trans>Back to the list now</Trans>
        </Button>
      }
    >
      <Trans>
        Snoozed: it comes back <RelativeTime at={until} />. You may decide on it here all the same.
      </Trans>
    </Banner>
  );
}

interface LeftoverProps {
  readonly version: number;
  readonly onUse: () => void;
  readonly onDiscard: () => void;
}

/** An edit begun on a version that is no longer the current one. */
export function LeftoverEditBanner({ version, onUse, onDiscard }: LeftoverProps) {
  return (
    <Banner
      actions={
        <>
          <Button variant="default" onClick={onUse}>
            <Trans>Put my text on this version</Trans>
          </Button>
          <Button variant="subtle" color="gray" onClick={onDiscard}>
            <Trans>Discard it</Trans>
          </Button>
        </>
      }
    >
      <Trans>You were editing version {version}. Your text is kept.</Trans>
    </Banner>
  );
}

/** An edit that is not saved, while the payload is looked at. */
export function UnsavedEditBanner({
  onContinue,
  onDiscard,
}: {
  onContinue: () => void;
  onDiscard: () => void;
}) {
  return (
    <Banner
      actions={
        <>
          <Button variant="default" onClick={onContinue}>
            <Trans>Continue editing</Trans>
          </Button>
          <Button variant="subtle" color="gray" onClick={onDiscard}>
            <Trans>Discard it</Trans>
          </Button>
        </>
      }
    >
      <Trans>Your edit of this version is not saved yet.</Trans>
    </Banner>
  );
}

/** Something in it was made not to be seen. */
export function HiddenBanner({ onLook }: { onLook: () => void }) {
  const xrayKeys = useAriaKeys('inbox.xray');
  return (
    <Banner
      actions={
        <Button variant="default" onClick={onLook} rightSection={<Kbd hotkey="inbox.xray" />} {...xrayKeys}>
          <Trans>Look with X-ray</Trans>
        </Button>
      }
    >
      <Trans>There is something in this text that you can’t see as it is drawn here.</Trans>
    </Banner>
  );
}
