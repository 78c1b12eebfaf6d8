import { Button, Loader } from '@mantine/core';
import { IconPackageExport } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { formatInstant } from '../../components/duration';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { ErrorState } from '../../components/states';
import { exportPath, exportsQuery, useMakeExport, useRemoveExport, useSaveFile } from './api';
import { formatBytes } from './bytes';
import { useHashFocus } from '../../components/use-hash-focus';
import type { SettingId } from '../settings/settings-index';
import classes from './data.module.css';

/** Everything kept about the person who asks, to take along. */
export function ExportPanel() {
  const { t, i18n } = useLingui();
  const query = useQuery(exportsQuery);
  const make = useMakeExport();
  const remove = useRemoveExport();
  const save = useSaveFile();
  const { items = [], running = null, problem = null } = query.data ?? {};
  const panel = useHashFocus<HTMLElement>('data-copy' satisfies SettingId);
  return (
    <section className={classes['panel']} aria-labelledby="data-export" ref={panel}>
      <h3 className={classes['panelTitle']} id="data-export">
        <Trans>A copy of your data</Trans>
      </h3>
      <p className={classes['dim']}>
        <Trans>
          One archive of text files: your profile and settings, agents, proposals with every version and
          decision, posts, messages, connections, guidance, and the audit log with what it keeps sealed about
          you. No keys.
        </Trans>
      </p>
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      <div className={classes['tools']}>
        <Button
          variant="default"
          leftSection={<IconPackageExport size={16} />}
          onClick={() => make.mutate(undefined)}
          disabled={running !== null || make.isPending}
          data-testid="make-export"
        >
          <Trans>Gather my data</Trans>
        </Button>
        {running ? (
          <output className={classes['tools']}>
            <Loader size="xs" aria-hidden="true" />
            <Plural value={running.rows} one="# row gathered" other="# rows gathered" />
          </output>
        ) : null}
      </div>
      <FormError error={make.error ?? remove.error ?? save.error} />
      {problem ? (
        <Notice tone="warn">
          <Trans>
            Your data was not gathered: <span lang="en">{problem}</span>
          </Trans>
        </Notice>
      ) : null}
      {items.length > 0 ? (
        <ul className={classes['list']} data-testid="exports">
          {items.map(({ id, createdAt, bytes, expiresAt }) => {
            const at = formatInstant(i18n.locale, Date.parse(createdAt));
            const until = formatInstant(i18n.locale, Date.parse(expiresAt));
            const name = `countersign-data-${createdAt.slice(0, 10)}.zip`;
            return (
              <li key={id} className={classes['item']}>
                <div className={classes['itemWords']}>
                  <p className={classes['itemTitle']}>{at}</p>
                  <p className={classes['itemMeta']}>
                    <span>{formatBytes(i18n.locale, bytes)}</span>
                    <span>
                      <Trans>removed on {until}</Trans>
                    </span>
                  </p>
                </div>
                <div className={classes['tools']}>
                  <Button
                    size="xs"
                    onClick={() => save.mutate({ path: exportPath(id), name })}
                    aria-label={t`Save the archive of ${at}`}
                  >
                    <Trans>Save…</Trans>
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => remove.mutate(id)}
                    aria-label={t`Remove the archive of ${at}`}
                  >
                    <Trans>Remove</Trans>
                  </Button>
                </div>
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}
