import { Button, CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconArrowBackUp, IconCheck, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { AgentText } from '../../components/agent-text';
import { Kbd } from '../../components/kbd';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import { inboxItemQuery } from './api';
import classes from './receipt.module.css';
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
  const isFailed = detail?.status === 'failed' || receipt.did === 'error';
  const words: ReactNode = {
    approved: isFailed ? (
      <Trans>Approved, but it failed</Trans>
    ) : detail?.status === 'executed' ? (
      <Trans>Approved and done</Trans>
    ) : (
      <Trans>Approved</Trans>
    ),
    rejected: <Trans>Rejected</Trans>,
    undone: <Trans>Undone</Trans>,
    retried: isFailed ? <Trans>It failed again</Trans> : <Trans>Runs again</Trans>,
    error: receipt.detail ?? <Trans>That did not work.</Trans>,
  }[receipt.did];
  const Icon = isFailed
    ? IconAlertTriangle
    : {
        approved: IconCheck,
        rejected: IconX,
        undone: IconArrowBackUp,
        retried: IconCheck,
        error: IconAlertTriangle,
      }[receipt.did];
  const isUndoable = receipt.did === 'approved' && detail?.canUndo === true;
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
