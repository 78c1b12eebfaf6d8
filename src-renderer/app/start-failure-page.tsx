import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import type { FailedMessage } from '../../src-server/contract/process';
import { BrandMark } from '../components/brand-mark';
import { shell } from '../shell';
import classes from './gates.module.css';

/** The server can't start: what is in the way, and the ways on. */
export function StartFailurePage({ failure }: { failure: FailedMessage | null }) {
  const { t, i18n } = useLingui();
  const [isBusy, setIsBusy] = useState(false);
  const details = failure?.details ?? {};
  const copy = details.updateCopy;
  const nextPort = failure?.code === 'port_taken' ? details.nextFreePort : undefined;

  const retry = (port?: number) => {
    setIsBusy(true);
    void shell?.retryServer(port === undefined ? {} : { port }).finally(() => setIsBusy(false));
  };
  const restore = () => {
    setIsBusy(true);
    void shell?.restoreUpdateCopy().finally(() => setIsBusy(false));
  };
  const recover = (recoveryCode: string) => {
    setIsBusy(true);
    void shell?.retryServer({ recoveryCode }).finally(() => setIsBusy(false));
  };

  const port = details.port ?? 0;
  const holder = details.holder;
  const words = {
    port_taken: {
      title: t`Port ${port} is taken`,
      text: holder
        ? t`${holder} already listens there. Agents reach Countersign on this port; quit that program, or use another port. Agents you have connected must then be told the new address.`
        : t`Another program already listens there. Agents reach Countersign on this port; quit that program, or use another port. Agents you have connected must then be told the new address.`,
    },
    data_locked: {
      title: t`Another Countersign uses this data`,
      text: holder
        ? t`${holder} holds the data folder. Quit it, then try again. Nothing was changed.`
        : t`Another server holds the data folder. Quit it, then try again. Nothing was changed.`,
    },
    wrong_key: {
      title: t`The key does not open this data`,
      text: t`The data folder was sealed with another key than the one this computer holds. Your data is untouched; it needs the key it was made with, or its recovery code.`,
    },
    migration_failed: {
      title: t`Your data could not be brought to this version`,
      text: t`The update of the database stopped. A copy was made before it: put it back, then start the version you used before; or try again.`,
    },
    data_newer: {
      title: t`This data is of a newer version`,
      text: t`A newer Countersign has changed it. Start that version again, or put back the copy that was made before its update: what happened since then stays in the newer file, which is kept.`,
    },
    restored: {
      title: t`Your data is as it was before the update`,
      text: t`The newer file is kept beside it. Start the version of Countersign that you used before; trying again with this one makes a new copy and updates the data once more.`,
    },
    unexpected: {
      title: t`The server could not start`,
      text: t`It stopped before it was ready. Your data is untouched.`,
    },
  }[failure?.code ?? 'unexpected'];

  return (
    <main className={classes['cover']}>
      <section className={classes['card']} role="alert" aria-labelledby="start-failure">
        <div className={classes['brand']}>
          <BrandMark />
          <span translate="no">Countersign</span>
        </div>
        <h1 className={classes['title']} id="start-failure">
          {words.title}
        </h1>
        <p className={classes['text']}>{words.text}</p>
        <dl className={classes['facts']}>
          {holder ? (
            <>
              <dt>
                <Trans>Held by</Trans>
              </dt>
              <dd>{holder}</dd>
            </>
          ) : null}
          {details.dataFolder ? (
            <>
              <dt>
                <Trans>Data folder</Trans>
              </dt>
              <dd>{details.dataFolder}</dd>
            </>
          ) : null}
          {copy ? (
            <>
              <dt>
                <Trans>Copy made</Trans>
              </dt>
              <dd>
                <time dateTime={copy.madeAt}>
                  {i18n.date(copy.madeAt, { dateStyle: 'medium', timeStyle: 'short' })}
                </time>
              </dd>
            </>
          ) : null}
          {details.keptFile ? (
            <>
              <dt>
                <Trans>Newer file</Trans>
              </dt>
              <dd>{details.keptFile}</dd>
            </>
          ) : null}
          {failure?.message ? (
            <>
              <dt>
                <Trans>Message</Trans>
              </dt>
              <dd lang="en">{failure.message}</dd>
            </>
          ) : null}
        </dl>
        {failure?.code === 'wrong_key' ? <RecoveryForm isBusy={isBusy} onRecover={recover} /> : null}
        <div className={classes['actions']}>
          {nextPort === undefined ? null : (
            <Button onClick={() => retry(nextPort)} loading={isBusy}>
              <Trans>Use port {nextPort}</Trans>
            </Button>
          )}
          {copy ? (
            <Button variant="default" onClick={restore} loading={isBusy}>
              <Trans>Put back the copy made before the update</Trans>
            </Button>
          ) : null}
          <Button
            variant={nextPort === undefined && failure?.code !== 'wrong_key' ? 'filled' : 'default'}
            onClick={() => retry()}
            loading={isBusy}
          >
            <Trans>Try again</Trans>
          </Button>
        </div>
      </section>
    </main>
  );
}

/** The code of first run opens the data for this computer's key; it goes to the server once and is not kept. */
function RecoveryForm({ isBusy, onRecover }: { isBusy: boolean; onRecover: (code: string) => void }) {
  const { t } = useLingui();
  const [code, setCode] = useState('');
  const letters = code.replaceAll(/[^a-z0-9]/gi, '').length;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (letters >= CODE_LETTERS) onRecover(code);
  };
  return (
    <form onSubmit={handleSubmit} className={classes['form']}>
      <TextInput
        label={t`Recovery code`}
        description={t`Six groups of four letters and digits, from first run. Case, spaces and dashes don't matter.`}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
      />
      <div className={classes['actions']}>
        <Button type="submit" loading={isBusy} disabled={letters < CODE_LETTERS}>
          <Trans>Open my data with it</Trans>
        </Button>
      </div>
    </form>
  );
}

const CODE_LETTERS = 24;
