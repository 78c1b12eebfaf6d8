import { Button, NativeSelect, Progress, Switch } from '@mantine/core';
import { IconDatabaseExport, IconFolderOpen } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupSource, DataOverview } from '../../../src-server/contract/console/data';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { FormError } from '../../components/form-error';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { useHashFocus } from '../../components/use-hash-focus';
import { shell } from '../../shell';
import { backupsQuery, useBackupSettings, useMakeBackup } from './api';
import { BackupList } from './backup-list';
import { BackupNotices } from './backup-notices';
import { formatBytes } from './bytes';
import type { SettingId } from '../settings/settings-index';
import classes from './data.module.css';
import { RestoreDialog } from './restore-dialog';

/** Backups there are, how they are made, and the way back to one. */
export function BackupsPanel() {
  const { i18n } = useLingui();
  const query = useQuery(backupsQuery);
  const make = useMakeBackup();
  const [source, setSource] = useState<BackupSource | null>(null);
  const overview = query.data;
  const panel = useHashFocus<HTMLElement>('backups' satisfies SettingId);
  const handleFile = async () => {
    const path = await shell?.chooseBackup();
    if (path) setSource({ type: 'file', path });
  };
  return (
    <section className={classes['panel']} aria-labelledby="data-backups" ref={panel}>
      <h3 className={classes['panelTitle']} id="data-backups">
        <Trans>Backups</Trans>
      </h3>
      <p className={classes['dim']}>
        <Trans>
          One file holds everything: agents, proposals, decisions, the audit log. It opens with the key of
          this installation, or with your recovery code.
        </Trans>
      </p>
      {query.isPending ? <SkeletonRows heights={[32, 48, 48]} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {overview ? (
        <>
          <BackupNotices overview={overview} onRestore={setSource} />
          <div className={classes['tools']}>
            <Button
              leftSection={<IconDatabaseExport size={16} />}
              onClick={() => make.mutate(undefined)}
              disabled={overview.running !== null || make.isPending}
              data-testid="back-up-now"
            >
              <Trans>Back up now</Trans>
            </Button>
            {shell ? (
              <Button
                variant="default"
                leftSection={<IconFolderOpen size={16} />}
                onClick={() => void handleFile()}
                data-testid="restore-file"
              >
                <Trans>Restore from a file…</Trans>
              </Button>
            ) : null}
            {overview.running ? <RunningBackup share={overview.running.share} /> : null}
          </div>
          <FormError error={make.error} />
          <BackupList overview={overview} onRestore={(name) => setSource({ type: 'listed', name })} />
          {overview.items.length > 0 ? (
            <p className={classes['dim']}>
              <Plural value={overview.items.length} one="# backup" other="# backups" />
              {' · '}
              {formatBytes(i18n.locale, overview.bytes)}
              {' · '}
              <Trans>{formatBytes(i18n.locale, overview.freeBytes)} free on this disk</Trans>
            </p>
          ) : null}
          <BackupSettingsForm settings={overview.settings} />
        </>
      ) : null}
      {source ? <RestoreDialog source={source} onClose={() => setSource(null)} /> : null}
    </section>
  );
}

function RunningBackup({ share }: { share: number }) {
  const { t, i18n } = useLingui();
  const percent = new Intl.NumberFormat(i18n.locale, { style: 'percent' }).format(share);
  return (
    <div className={classes['progress']}>
      <Progress.Root className={classes['bar'] ?? ''} size="sm">
        <Progress.Section value={share * 100} aria-label={t`Backing up`} />
      </Progress.Root>
      <span>{percent}</span>
    </div>
  );
}

const DAILY = [3, 7, 14, 30];
const WEEKLY = [0, 4, 8, 26, 52];

function BackupSettingsForm({ settings }: { settings: DataOverview['settings'] }) {
  const { t } = useLingui();
  const change = useBackupSettings();
  const [isAsking, setAsking] = useState(false);
  const daily = useHashFocus<HTMLInputElement>('backup-daily' satisfies SettingId);
  const encrypted = useHashFocus<HTMLInputElement>('backup-encrypted' satisfies SettingId);
  const days = useHashFocus<HTMLSelectElement>('backup-days' satisfies SettingId);
  const weeks = useHashFocus<HTMLSelectElement>('backup-weeks' satisfies SettingId);
  const choicesOf = (offered: readonly number[], current: number) =>
    [...new Set([...offered, current])].toSorted((left, right) => left - right);
  return (
    <>
      <div className={classes['settings']}>
        <Switch
          ref={daily}
          label={t`Back up by itself once a day`}
          description={t`Also after this computer was off.`}
          checked={settings.isAutomatic}
          onChange={(event) => change.mutate({ isAutomatic: event.currentTarget.checked })}
        />
        <Switch
          ref={encrypted}
          label={t`Encrypt backups`}
          description={t`Without it whoever has the file reads it.`}
          checked={settings.isEncrypted}
          onChange={(event) =>
            event.currentTarget.checked ? change.mutate({ isEncrypted: true }) : setAsking(true)
          }
        />
        <NativeSelect
          ref={days}
          label={t`Days to keep`}
          description={t`The newest of each day`}
          value={String(settings.keepDaily)}
          data={choicesOf(DAILY, settings.keepDaily).map(String)}
          onChange={(event) => change.mutate({ keepDaily: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          ref={weeks}
          label={t`Weeks to keep`}
          description={t`The newest of each week`}
          value={String(settings.keepWeekly)}
          data={choicesOf(WEEKLY, settings.keepWeekly).map(String)}
          onChange={(event) => change.mutate({ keepWeekly: Number(event.currentTarget.value) })}
        />
      </div>
      <FormError error={change.error} />
      <ConfirmDialog
        isOpen={isAsking}
        title={t`Leave backups unencrypted?`}
        confirmLabel={t`Do not encrypt`}
        isDanger
        onConfirm={() => {
          setAsking(false);
          change.mutate({ isEncrypted: false });
        }}
        onClose={() => setAsking(false)}
      >
        <Trans>
          Backups made from now on can be read by whoever has the file: names, addresses, everything your
          agents wrote. Those made before stay encrypted.
        </Trans>
      </ConfirmDialog>
    </>
  );
}
