import { Button, Modal } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { formatInstant } from '../../components/duration';
import { Kbd } from '../../components/kbd';
import { useFocusBack } from '../../components/use-focus-back';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import classes from './snooze-dialog.module.css';
import { type SnoozeTime, snoozeTimes } from './snooze-times';

const SNOOZE_IDS = ['snooze.1', 'snooze.2', 'snooze.3', 'snooze.4', 'snooze.5'] as const;

interface SnoozeDialogProps {
  readonly detail: Pick<InboxDetail, 'expiresAt'>;
  readonly onSnooze: (until: string) => void;
  readonly onClose: () => void;
}

/** Until when a proposal goes out of sight: number keys choose. Its expiry does not move, and says so. */
export function SnoozeDialog({ detail, onSnooze, onClose }: SnoozeDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`Snooze`}
      size={380}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <SnoozeChoices detail={detail} onSnooze={onSnooze} />
    </Modal>
  );
}

function SnoozeChoices({ detail, onSnooze }: Omit<SnoozeDialogProps, 'onClose'>) {
  const { t, i18n } = useLingui();
  const ariaKeysOf = useAriaKeysOf();
  const [times] = useState(() =>
    snoozeTimes(Date.now(), detail.expiresAt === null ? null : Date.parse(detail.expiresAt)),
  );
  const words: Record<SnoozeTime['code'], string> = {
    hour: t`In an hour`,
    evening: t`This evening`,
    tomorrow: t`Tomorrow morning`,
    monday: t`On Monday`,
    week: t`In a week`,
  };
  const choose = ({ at }: SnoozeTime) => onSnooze(new Date(at).toISOString());
  useHotkeys(
    SNOOZE_IDS.slice(0, times.length).map((id, index) => ({
      id,
      run: () => {
        const time = times[index];
        if (time) choose(time);
      },
    })),
  );
  const end = detail.expiresAt === null ? null : formatInstant(i18n.locale, Date.parse(detail.expiresAt));
  return (
    <div className={classes['snooze']}>
      {times.length === 0 ? (
        <p>
          <Trans>It expires too soon to be put off. Decide on it now, or let it expire: silence is no.</Trans>
        </p>
      ) : (
        <ul className={classes['times']} aria-label={t`Until when`}>
          {times.map((time, index) => (
            <li key={time.code}>
              <Button
                variant="default"
                fullWidth
                justify="space-between"
                onClick={() => choose(time)}
                {...ariaKeysOf(SNOOZE_IDS[index] ?? 'snooze.1')}
                leftSection={<Kbd hotkey={SNOOZE_IDS[index] ?? 'snooze.1'} />}
                rightSection={<span className={classes['at']}>{formatInstant(i18n.locale, time.at)}</span>}
                {...(index === 0 ? { 'data-autofocus': true } : {})}
              >
                {words[time.code]}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {end === null ? null : (
        <p className={classes['dim']}>
          <Trans>Its expiry does not move: without a decision it ends {end}.</Trans>
        </p>
      )}
    </div>
  );
}
