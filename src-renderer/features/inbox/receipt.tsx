import { Button, CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconClockPause,
  IconClockPlay,
  IconMessageCheck,
  IconX,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { AgentText } from '../../components/agent-text';
import { Kbd } from '../../components/kbd';
import { Countdown, RelativeTime } from '../../components/time';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import { inboxItemQuery } from './api';
import classes from './receipt.module.css';
import { useIsInGrace } from './use-is-in-grace';
import type { Receipt as ReceiptData, Triage } from './use-triage';

interface ReceiptProps {
  readonly receipt: ReceiptData;
  readonly triage: Triage;
  readonly onSelect: (id: string) => void;
}

/**
 * What the last decision did, where the row just left. It stays until the next decision instead of vanishing on a
 * timer, and follows what happens: published, failed, undone.
 */
export function Receipt({ receipt, triage, onSelect }: ReceiptProps) {
  const { t } = useLingui();
  const undoKeys = useAriaKeys('inbox.undo');
  const { data: detail } = useQuery(inboxItemQuery(receipt.id));
  const isInGrace = useIsInGrace(detail?.runAt ?? null);
  const isFailed = detail?.status === 'failed' || receipt.did === 'error';
  const words: ReactNode = {
    approved: isFailed ? (
      <Trans>Approved, but it failed</Trans>
    ) : isInGrace && detail?.runAt ? (
      <Trans>
        Approved: runs in <Countdown until={detail.runAt} isPlain />
      </Trans>
    ) : detail?.status === 'executed' ? (
      <Trans>Approved and done</Trans>
    ) : (
      <Trans>Approved</Trans>
    ),
    rejected:
      isInGrace && detail?.runAt ? (
        <Trans>
          Rejected: the agent hears it in <Countdown until={detail.runAt} isPlain />
        </Trans>
      ) : (
        <Trans>Rejected</Trans>
      ),
    snoozed: detail?.snoozedUntil ? (
      <Trans>
        Snoozed: back <RelativeTime at={detail.snoozedUntil} />
      </Trans>
    ) : (
      <Trans>Snoozed</Trans>
    ),
    unsnoozed: <Trans>Back in the list</Trans>,
    told: <Trans>Kept as guidance</Trans>,
    undone: <Trans>Taken back</Trans>,
    retried: isFailed ? <Trans>It failed again</Trans> : <Trans>Runs again</Trans>,
    error: receipt.detail ?? <Trans>That did not work.</Trans>,
  }[receipt.did];
  const Icon = isFailed
    ? IconAlertTriangle
    : {
        approved: IconCheck,
        rejected: IconX,
        snoozed: IconClockPause,
        unsnoozed: IconClockPlay,
        told: IconMessageCheck,
        undone: IconArrowBackUp,
        retried: IconCheck,
        error: IconAlertTriangle,
      }[receipt.did];
  const isUndoable = ['approved', 'rejected'].includes(receipt.did) && detail?.canUndo === true;
  return (
    <div className={classes['receipt']} data-failed={isFailed} data-testid="receipt">
      <Icon size={16} aria-hidden="true" />
      <button type="button" className={classes['words']} onClick={() => onSelect(receipt.id)}>
        <span className={classes['did']}>{words}</span>
        <AgentText form="line" className={classes['title']}>
          {receipt.title}
        </AgentText>
      </button>
      {isUndoable ? (
        <Button
          variant="default"
          onClick={() => void triage.undo(receipt)}
          data-testid="receipt-undo"
          loading={triage.isBusy(receipt.id)}
          rightSection={<Kbd hotkey="inbox.undo" />}
          {...undoKeys}
        >
          <Trans>Undo</Trans>
        </Button>
      ) : null}
      <CloseButton size={24} aria-label={t`Close`} onClick={triage.closeReceipt} />
    </div>
  );
}
