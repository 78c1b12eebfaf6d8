import { Button, CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconArrowBackUp, IconCheck, IconX } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { AgentText } from '../../components/agent-text';
import { Kbd } from '../../components/kbd';
import { useAriaKeysOf } from '../../hotkeys/hotkeys';
import classes from './bulk-bar.module.css';
import type { Marks } from './use-marks';

/** What is marked, and the decision on all of it; below the list while something is. */
export function BulkBar({ marks, onReject }: { marks: Marks; onReject: () => void }) {
  const { t } = useLingui();
  const ariaKeysOf = useAriaKeysOf();
  const count = marks.marked.length;
  if (count === 0 && marks.hint === null) return null;
  return (
    <div className={classes['bar']} role="toolbar" aria-label={t`Marked proposals`} data-testid="bulk-bar">
      {marks.hint === null ? null : (
        <output className={classes['hint']} data-testid="bulk-hint">
          {marks.hint}
        </output>
      )}
      {count === 0 ? null : (
        <div className={classes['buttons']}>
          <span className={classes['count']} data-numeric="">
            <Plural value={count} one="# marked" other="# marked" />
          </span>
          <Button
            size="xs"
            loading={marks.isBusy}
            onClick={() => void marks.decide('approve')}
            rightSection={<Kbd hotkey="inbox.approveMarked" />}
            {...ariaKeysOf('inbox.approveMarked')}
          >
            <Trans>Approve {count}</Trans>
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={marks.isBusy}
            onClick={onReject}
            rightSection={<Kbd hotkey="inbox.rejectMarked" />}
            {...ariaKeysOf('inbox.rejectMarked')}
          >
            <Trans>Reject {count}</Trans>
          </Button>
          <CloseButton size={24} aria-label={t`Unmark all`} onClick={marks.clear} />
        </div>
      )}
    </div>
  );
}

/** What the decision on several did, and what of it was refused, each with its reason. */
export function BulkReceipt({ marks }: { marks: Marks }) {
  const { t } = useLingui();
  const { receipt } = marks;
  if (receipt === null) return null;
  const { verdict, done, refused, isUndone } = receipt;
  const n = done.length;
  const Icon = isUndone ? IconArrowBackUp : verdict === 'approve' ? IconCheck : IconX;
  return (
    <div className={classes['receipt']} data-testid="bulk-receipt">
      <p className={classes['line']}>
        <Icon size={16} aria-hidden="true" />
        <span className={classes['did']}>
          {isUndone ? (
            <Plural value={n} one="# taken back" other="# taken back" />
          ) : verdict === 'approve' ? (
            <Plural value={n} one="# approved" other="# approved" />
          ) : (
            <Plural value={n} one="# rejected" other="# rejected" />
          )}
        </span>
        {n > 0 && isUndone !== true ? (
          <Button
            variant="default"
            size="xs"
            onClick={() => void marks.undo()}
            rightSection={<Kbd hotkey="inbox.undo" />}
          >
            <Trans>Undo all</Trans>
          </Button>
        ) : null}
        <CloseButton size={24} aria-label={t`Close`} onClick={marks.closeReceipt} />
      </p>
      {refused.length === 0 ? null : (
        <ul className={classes['refused']} aria-label={t`Refused`}>
          {refused.map(({ title, detail }) => (
            <li key={title}>
              <IconAlertTriangle size={14} aria-hidden="true" />
              <span>
                <AgentText form="line">{title}</AgentText>
                <span className={classes['why']}>{detail}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
