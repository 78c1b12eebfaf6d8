import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { Kbd } from '../../components/kbd';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import classes from './decision-bar.module.css';
import type { Reading } from './use-read-coverage';

export interface DecisionActions {
  readonly approve: () => void;
  /** By the pointer: an irreversible approval is armed by the first click and made by the second. */
  readonly approveByPointer: () => void;
  readonly edit: () => void;
  readonly reject: () => void;
  readonly snooze: () => void;
  readonly guide: () => void;
  readonly next: () => void;
  readonly save: (thenApprove: boolean) => void;
  readonly discard: () => void;
  readonly undo: () => void;
  readonly retry: () => void;
}

interface DecisionBarProps {
  readonly detail: InboxDetail;
  readonly reading: Reading;
  readonly actions: DecisionActions;
  readonly isEditing: boolean;
  readonly canSave: boolean;
  readonly isArmed: boolean;
  readonly isBusy: boolean;
  /** The item took the place of one just decided: the approve key is not heard yet. */
  readonly isSettling: boolean;
  readonly mayDecide: boolean;
  readonly hasNext: boolean;
  /** What stands in the way, in words. */
  readonly hint: string | null;
}

/** The decisions a person can make now, each with its key. It stays in place whatever the payload's length. */
export function DecisionBar(props: DecisionBarProps) {
  const { detail, actions, isEditing, isBusy, mayDecide, hint, hasNext } = props;
  const { t } = useLingui();
  const nextKeys = useAriaKeys('inbox.next');
  const isPending = detail.status === 'pending';
  return (
    <div className={classes['bar']} role="toolbar" aria-label={t`Decide`} data-testid="decision-bar">
      {isPending ? <Progress reading={props.reading} /> : null}
      {hint === null ? null : (
        <output className={classes['hint']} data-testid="decision-hint">
          {hint}
        </output>
      )}
      <div className={classes['buttons']}>
        {isPending && !mayDecide ? (
          <p className={classes['only']}>
            <Trans>Decide in the Countersign window: this session may only look.</Trans>
          </p>
        ) : null}
        {isPending && mayDecide ? (
          isEditing ? (
            <EditButtons {...props} />
          ) : (
            <PendingButtons {...props} />
          )
        ) : null}
        {isPending ? null : <DecidedButtons detail={detail} actions={actions} isBusy={isBusy} />}
        <span className={classes['shown']} data-numeric="">
          {isPending && !isEditing && !props.reading.isComplete ? (
            <Trans>{percentOf(props.reading)} % shown</Trans>
          ) : null}
        </span>
        <Button
          variant="subtle"
          color="gray"
          disabled={!hasNext}
          onClick={actions.next}
          rightSection={<Kbd hotkey="inbox.next" />}
          {...nextKeys}
        >
          <Trans>Next</Trans>
        </Button>
      </div>
    </div>
  );
}

function PendingButtons({ detail, actions, isBusy, isSettling, isArmed }: DecisionBarProps) {
  const isIrreversible = detail.risk === 'irreversible';
  const approve = isIrreversible ? 'inbox.approveForGood' : 'inbox.approve';
  const approveKeys = useAriaKeys(approve);
  const editKeys = useAriaKeys('inbox.edit');
  const rejectKeys = useAriaKeys('inbox.reject');
  const snoozeKeys = useAriaKeys('inbox.snooze');
  const guideKeys = useAriaKeys('inbox.guide');
  return (
    <>
      <Button
        onClick={actions.approveByPointer}
        loading={isBusy}
        rightSection={<Kbd hotkey={approve} />}
        {...approveKeys}
        className={classes['approve']}
        data-settling={isSettling}
        data-testid="approve"
      >
        {isArmed ? <Trans>Approve for good</Trans> : <Trans>Approve</Trans>}
      </Button>
      {detail.versions
        .find((version) => version.version === detail.version)
        ?.fields.some((f) => f.isEditable) ? (
        <Button
          variant="default"
          onClick={actions.edit}
          rightSection={<Kbd hotkey="inbox.edit" />}
          {...editKeys}
          data-testid="edit"
        >
          <Trans>Edit</Trans>
        </Button>
      ) : null}
      <Button
        variant="default"
        onClick={actions.reject}
        rightSection={<Kbd hotkey="inbox.reject" />}
        {...rejectKeys}
        data-testid="reject"
      >
        <Trans>Reject</Trans>
      </Button>
      <Button
        variant="default"
        onClick={actions.snooze}
        rightSection={<Kbd hotkey="inbox.snooze" />}
        {...snoozeKeys}
        data-testid="snooze"
      >
        {detail.snoozedUntil === null ? <Trans>Snooze</Trans> : <Trans>Wake</Trans>}
      </Button>
      <Button
        variant="subtle"
        color="gray"
        onClick={actions.guide}
        rightSection={<Kbd hotkey="inbox.guide" />}
        {...guideKeys}
        data-testid="guide"
      >
        <Trans>Always…</Trans>
      </Button>
    </>
  );
}

function EditButtons({ actions, isBusy, canSave }: DecisionBarProps) {
  const approveKeys = useAriaKeys('inbox.approveForGood');
  const saveKeys = useAriaKeys('inbox.save');
  return (
    <>
      <Button
        onClick={() => actions.save(true)}
        loading={isBusy}
        disabled={!canSave}
        rightSection={<Kbd hotkey="inbox.approveForGood" />}
        {...approveKeys}
        data-testid="save-approve"
      >
        <Trans>Save and approve</Trans>
      </Button>
      <Button
        variant="default"
        onClick={() => actions.save(false)}
        disabled={!canSave || isBusy}
        rightSection={<Kbd hotkey="inbox.save" />}
        {...saveKeys}
        data-testid="save"
      >
        <Trans>Save</Trans>
      </Button>
      <Button variant="subtle" color="gray" onClick={actions.discard} disabled={isBusy}>
        <Trans>Discard</Trans>
      </Button>
    </>
  );
}

function DecidedButtons({
  detail,
  actions,
  isBusy,
}: Pick<DecisionBarProps, 'detail' | 'actions' | 'isBusy'>) {
  const undoKeys = useAriaKeys('inbox.undo');
  const retryKeys = useAriaKeys('inbox.retry');
  return (
    <>
      {detail.canUndo ? (
        <Button
          variant="default"
          onClick={actions.undo}
          loading={isBusy}
          rightSection={<Kbd hotkey="inbox.undo" />}
          {...undoKeys}
          data-testid="undo"
        >
          <Trans>Undo</Trans>
        </Button>
      ) : null}
      {canRetry(detail) ? (
        <Button
          onClick={actions.retry}
          loading={isBusy}
          rightSection={<Kbd hotkey="inbox.retry" />}
          {...retryKeys}
        >
          <Trans>Run again</Trans>
        </Button>
      ) : null}
    </>
  );
}

/** Failed, and still within the time in which it may run again. */
export function canRetry(detail: InboxDetail): boolean {
  const until = detail.failure?.canRetryUntil;
  return detail.status === 'failed' && until != null && Date.parse(until) > Date.now();
}

function percentOf(reading: Reading): number {
  return Math.round(reading.fraction * 100);
}

function Progress({ reading }: { reading: Reading }) {
  const { t } = useLingui();
  return (
    <progress
      className={classes['progress']}
      aria-label={t`Share of the payload that was shown`}
      value={percentOf(reading)}
      max={100}
      data-complete={reading.isComplete}
      data-testid="reading"
    />
  );
}
