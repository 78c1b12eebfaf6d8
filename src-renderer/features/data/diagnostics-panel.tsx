import { Button } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { CopyTextButton } from '../../components/copy-text-button';
import { FormError } from '../../components/form-error';
import { saveText } from '../../api/save-file';
import { useDiagnostics } from './api';
import { useHashFocus } from '../../components/use-hash-focus';
import type { SettingId } from '../settings/settings-index';
import classes from './data.module.css';

/** What helps somebody to find a fault; shown whole before it goes anywhere. */
export function DiagnosticsPanel() {
  const { t } = useLingui();
  const diagnostics = useDiagnostics();
  const bundle = diagnostics.data;
  const panel = useHashFocus<HTMLElement>('diagnostics' satisfies SettingId);
  return (
    <section className={classes['panel']} aria-labelledby="data-diagnostics" ref={panel}>
      <h3 className={classes['panelTitle']} id="data-diagnostics">
        <Trans>Diagnostics</Trans>
      </h3>
      <p className={classes['dim']}>
        <Trans>
          Versions, counts, checks of the data, the last lines of the log. No names, no addresses, no texts,
          no keys; you see all of it before you save it, and nothing is sent.
        </Trans>
      </p>
      <div className={classes['tools']}>
        <Button
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          loading={diagnostics.isPending}
          onClick={() => diagnostics.mutate()}
          data-testid="diagnose"
        >
          {bundle ? <Trans>Examine again</Trans> : <Trans>Examine and show</Trans>}
        </Button>
        {bundle ? (
          <>
            <Button onClick={() => saveText(bundle.fileName, bundle.text)}>
              <Trans>Save…</Trans>
            </Button>
            <CopyTextButton text={bundle.text} label={t`Copy`} />
          </>
        ) : null}
      </div>
      <FormError error={diagnostics.error} />
      {bundle ? (
        // A region that scrolls must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section className={classes['bundle']} tabIndex={0} aria-label={t`The whole bundle`}>
          <pre>{bundle.text}</pre>
        </section>
      ) : null}
    </section>
  );
}
