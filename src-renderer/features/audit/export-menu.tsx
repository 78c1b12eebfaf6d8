import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { VERIFIER_FILE } from '../../../src-server/contract/console/audit';
import { announce } from '../../components/announcer';
import { useErrorWords } from '../../components/states';
import { useNotify } from '../../components/use-notify';
import classes from './audit-page.module.css';
import { type AuditSearch, filterOf } from './audit-search';
import { downloadExport, downloadVerifier, type DownloadProgress } from './download';

/** The log as files: all of it to be verified elsewhere, the rows in sight as a table, and what verifies. */
export function ExportMenu({ search }: { search: AuditSearch }) {
  const { t, i18n } = useLingui();
  const notify = useNotify();
  const errorWords = useErrorWords();
  const [progress, setProgress] = useState<DownloadProgress | null>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (work: (signal: AbortSignal) => Promise<void>) => {
    const controller = new AbortController();
    running.current = controller;
    setProgress({ lines: 0, rows: null });
    try {
      await work(controller.signal);
      announce(t`Exported`);
    } catch (error) {
      if (!controller.signal.aborted) {
        const { title, detail } = errorWords(error);
        notify({ title, message: detail });
      }
    }
    setProgress(null);
    running.current = undefined;
  };
  const number = (value: number) => new Intl.NumberFormat(i18n.locale).format(value);

  if (progress) {
    const lines = number(progress.rows === null ? progress.lines : Math.min(progress.lines, progress.rows));
    const total = number(progress.rows ?? 0);
    return (
      <div className={classes['exporting']}>
        <output data-numeric="">
          {progress.rows === null ? (
            <Trans>{lines} rows written</Trans>
          ) : (
            <Trans>
              {lines} of {total} rows written
            </Trans>
          )}
        </output>
        <Button variant="default" onClick={() => running.current?.abort()}>
          <Trans>Stop</Trans>
        </Button>
      </div>
    );
  }
  return (
    <Menu position="bottom-end" width={320} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} aria-hidden="true" />}>
          <Trans>Export</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => void run((signal) => downloadExport({ format: 'ndjson' }, signal, setProgress))}
        >
          <span className={classes['choice']}>
            <Trans>The whole chain (NDJSON)</Trans>
            <small>
              <Trans>Can be verified anywhere. Others’ rows are hashes; personal data stays sealed.</Trans>
            </small>
          </span>
        </Menu.Item>
        <Menu.Item onClick={() => void run(downloadVerifier)}>
          <span className={classes['choice']}>
            <Trans>What verifies it</Trans>
            <small>
              <code>{`node ${VERIFIER_FILE} EXPORT`}</code>
            </small>
          </span>
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            void run((signal) => downloadExport({ format: 'csv', ...filterOf(search) }, signal, setProgress))
          }
        >
          <span className={classes['choice']}>
            <Trans>Rows of this search (CSV)</Trans>
            <small>
              <Trans>For a spreadsheet; the filters apply.</Trans>
            </small>
          </span>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
