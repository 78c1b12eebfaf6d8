import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { LEDGER_EXPORT_PATH } from '../../../src-server/contract/console/credits';
import { download } from '../../api/download';
import { announce } from '../../components/announcer';
import { useErrorWords } from '../../components/states';
import { useNotify } from '../../components/use-notify';

/** The whole ledger, or one agent's, as a file for a spreadsheet. */
export function ExportButton({ agentId }: { agentId: string | undefined }) {
  const { t } = useLingui();
  const notify = useNotify();
  const errorWords = useErrorWords();
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const handleClick = async () => {
    const controller = new AbortController();
    running.current = controller;
    setRunning(true);
    const query = agentId === undefined ? '' : `?${new URLSearchParams({ agentId }).toString()}`;
    try {
      await download(`${LEDGER_EXPORT_PATH}${query}`, 'countersign-credits.csv', controller.signal);
      announce(t`Exported`);
    } catch (error) {
      if (!controller.signal.aborted) {
        const { title, detail } = errorWords(error);
        notify({ title, message: detail });
      }
    }
    setRunning(false);
  };
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden="true" />}
      loading={isRunning}
      onClick={() => void handleClick()}
    >
      <Trans>Export as CSV</Trans>
    </Button>
  );
}
