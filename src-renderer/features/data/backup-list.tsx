import { Button } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Backup, BackupKind, DataOverview } from '../../../src-server/contract/console/data';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { formatInstant } from '../../components/duration';
import { FormError } from '../../components/form-error';
import { RelativeTime } from '../../components/time';
import { backupPath, useRemoveBackup, useSaveFile } from './api';
import { formatBytes } from './bytes';
import classes from './data.module.css';

export function useKindWords(): (kind: BackupKind) => string {
  const { t } = useLingui();
  return (kind) => {
    if (kind === 'auto') return t`by itself`;
    if (kind === 'hand') return t`by hand`;
    if (kind === 'update') return t`before an update`;
    if (kind === 'replaced') return t`before the restore`;
    return t`from elsewhere`;
  };
}

/** Newest first, each with what can be done with it. */
export function BackupList({
  overview,
  onRestore,
}: {
  overview: DataOverview;
  onRestore: (name: string) => void;
}) {
  const { t } = useLingui();
  const save = useSaveFile();
  const remove = useRemoveBackup();
  const [leaving, setLeaving] = useState<Backup | null>(null);
  if (overview.items.length === 0) {
    return (
      <p className={classes['dim']}>
        <Trans>There is none yet. The first one is made within the hour, or now, if you ask.</Trans>
      </p>
    );
  }
  return (
    <>
      <ul className={classes['list']} data-testid="backups">
        {overview.items.map((backup) => (
          <BackupItem
            key={backup.name}
            backup={backup}
            onRestore={() => onRestore(backup.name)}
            onSave={() => save.mutate({ path: backupPath(backup.name), name: backup.name })}
            onRemove={() => setLeaving(backup)}
          />
        ))}
      </ul>
      <FormError error={save.error ?? remove.error} />
      <ConfirmDialog
        isOpen={leaving !== null}
        title={t`Remove this backup?`}
        confirmLabel={t`Remove`}
        isDanger
        isBusy={remove.isPending}
        onConfirm={() => leaving && remove.mutate(leaving.name, { onSettled: () => setLeaving(null) })}
        onClose={() => setLeaving(null)}
      >
        <Trans>It is removed for good. Copies that you saved elsewhere stay.</Trans>
      </ConfirmDialog>
    </>
  );
}

interface BackupItemProps {
  readonly backup: Backup;
  readonly onRestore: () => void;
  readonly onSave: () => void;
  readonly onRemove: () => void;
}

function BackupItem({ backup, onRestore, onSave, onRemove }: BackupItemProps) {
  const { t, i18n } = useLingui();
  const kindWord = useKindWords();
  const at = formatInstant(i18n.locale, Date.parse(backup.createdAt));
  return (
    <li className={classes['item']} data-kind={backup.kind}>
      <div className={classes['itemWords']}>
        <p className={classes['itemTitle']}>{at}</p>
        <p className={classes['itemMeta']}>
          <span>{kindWord(backup.kind)}</span>
          <span>{formatBytes(i18n.locale, backup.bytes)}</span>
          <RelativeTime at={backup.createdAt} />
          <span>
            {backup.isEncrypted ? (
              <>
                <IconLock size={12} aria-hidden="true" /> <Trans>encrypted</Trans>
              </>
            ) : (
              <>
                <IconLockOpen size={12} aria-hidden="true" /> <Trans>not encrypted</Trans>
              </>
            )}
          </span>
        </p>
      </div>
      <div className={classes['tools']}>
        <Button size="xs" variant="default" onClick={onRestore} aria-label={t`Restore the backup of ${at}`}>
          <Trans>Restore…</Trans>
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={onSave}
          aria-label={t`Save a copy of the backup of ${at}`}
        >
          <Trans>Save a copy…</Trans>
        </Button>
        <Button size="xs" variant="default" onClick={onRemove} aria-label={t`Remove the backup of ${at}`}>
          <Trans>Remove…</Trans>
        </Button>
      </div>
    </li>
  );
}
