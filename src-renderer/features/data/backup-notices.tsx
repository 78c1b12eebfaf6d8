import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { BackupSource, DataOverview } from '../../../src-server/contract/console/data';
import { formatInstant } from '../../components/duration';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { shell } from '../../shell';
import { useCancelRestore, useRestart } from './api';

/** What of the backups wants to be known: too old, failed, a restore that waits or was done. */
export function BackupNotices({
  overview,
  onRestore,
}: {
  overview: DataOverview;
  onRestore: (source: BackupSource) => void;
}) {
  const { last, isOverdue, staged, lastRestore, hasRecoveryCode, settings, items } = overview;
  const hasFailed = last !== null && last.problem !== null;
  const replaced = items.find(({ name }) => name === lastRestore?.replacedName);
  return (
    <>
      {staged ? <StagedNotice staged={staged} /> : null}
      {hasFailed ? (
        <Notice tone="warn">
          <Trans>
            The last backup failed: <span lang="en">{last.problem}</span>
          </Trans>
        </Notice>
      ) : isOverdue ? (
        <Notice tone="warn">
          <Trans>There is no backup of the last two days. Make one now.</Trans>
        </Notice>
      ) : null}
      {!hasRecoveryCode && settings.isEncrypted ? (
        <Notice tone="warn">
          <Trans>
            Without a recovery code these backups open on this computer alone. First steps, under Help, make
            one.
          </Trans>
        </Notice>
      ) : null}
      {lastRestore?.problem ? (
        <Notice tone="warn">
          <Trans>
            {lastRestore.sourceName} was not restored, and everything is as it was:{' '}
            <span lang="en">{lastRestore.problem}</span>
          </Trans>
        </Notice>
      ) : null}
      {replaced ? (
        <Notice
          tone="ok"
          actions={
            <Button
              size="xs"
              variant="default"
              onClick={() => onRestore({ type: 'listed', name: replaced.name })}
              data-testid="bring-back"
            >
              <Trans>Bring it back…</Trans>
            </Button>
          }
        >
          <Trans>Restored. What was here before is kept, whole.</Trans>
        </Notice>
      ) : null}
    </>
  );
}

function StagedNotice({ staged }: { staged: NonNullable<DataOverview['staged']> }) {
  const { i18n } = useLingui();
  const cancel = useCancelRestore();
  const restart = useRestart();
  const until = staged.dataUntil
    ? formatInstant(i18n.locale, Date.parse(staged.dataUntil))
    : staged.sourceName;
  return (
    <>
      <Notice
        tone="warn"
        isLive
        actions={
          <>
            {shell ? (
              <Button size="xs" onClick={() => void restart()}>
                <Trans>Restart now</Trans>
              </Button>
            ) : null}
            <Button
              size="xs"
              variant="default"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(undefined)}
            >
              <Trans>Do not restore</Trans>
            </Button>
          </>
        }
      >
        <Trans>
          The next start goes back to the data of {until}. What changes until then is kept beside it.
        </Trans>
      </Notice>
      <FormError error={cancel.error} />
    </>
  );
}
