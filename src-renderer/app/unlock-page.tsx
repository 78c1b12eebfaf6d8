import { Button, PasswordInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { MIN_PASSPHRASE_LENGTH } from '../../src-main/ipc/contract';
import { codePointLength } from '../../src-server/contract/common';
import { BrandMark } from '../components/brand-mark';
import { useFocusOnMount } from '../components/use-focus-on-mount';
import { type KeychainState, type KeyProblem, shell } from '../shell';
import classes from './gates.module.css';

// The shell checks it again; importing the value would pull the shell's module into the page.
const MIN_LENGTH: typeof MIN_PASSPHRASE_LENGTH = 12;

function useKeyProblemWords(): (problem: KeyProblem) => string | null {
  const { t } = useLingui();
  return (problem) => {
    const words: Record<KeyProblem, string | null> = {
      passphrase_wrong: t`This passphrase does not open your data.`,
      passphrase_too_short: t`A passphrase has at least ${MIN_LENGTH} characters.`,
      cancelled: null,
      key_file_wrong: t`This is not the key file of this data.`,
      key_file_missing: t`The key file is not where it was.`,
      key_file_exposed: t`Other accounts of this computer can read the key file. Make it readable by you alone, then try again.`,
      key_file_unreadable: t`The key file could not be read.`,
      keychain_closed: t`The keychain of the system is locked or not running.`,
      keychain_file_damaged: t`The file that says where your key is kept is damaged, or was written by a newer version.`,
      not_saved: t`The key could not be saved on this disk.`,
      not_asked: null,
    };
    return words[problem];
  };
}

/** Asks for the master key where the system's keychain can't give it, and says why it asks. */
export function UnlockPage({ keychain }: { keychain: KeychainState }) {
  const { t } = useLingui();
  const wordsOf = useKeyProblemWords();
  const [passphrase, setPassphrase] = useState('');
  const [repeat, setRepeat] = useState('');
  const [problem, setProblem] = useState<KeyProblem | null>(keychain.problem);
  const [isBusy, setIsBusy] = useState(false);
  const isNew = keychain.status === 'needs_new_secret';
  const asksPassphrase = isNew || keychain.status === 'needs_passphrase';
  const asksKeyFile = isNew || keychain.status === 'needs_key_file';
  const isTooShort = isNew && passphrase !== '' && codePointLength(passphrase) < MIN_LENGTH;
  const differs = isNew && repeat !== '' && repeat !== passphrase;

  const form = useFocusOnMount<HTMLFormElement>('input', keychain.status);

  const unlock = async (secret: Parameters<NonNullable<typeof shell>['unlock']>[0]) => {
    if (!shell) return;
    setIsBusy(true);
    setProblem(null);
    try {
      const result = await shell.unlock(secret);
      if (!result.ok) setProblem(result.problem);
    } finally {
      setIsBusy(false);
    }
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (passphrase === '' || (isNew && (codePointLength(passphrase) < MIN_LENGTH || repeat !== passphrase)))
      return;
    void unlock({ method: 'passphrase', passphrase });
  };
  const handleRetry = () => {
    setIsBusy(true);
    void shell?.retryServer({}).finally(() => setIsBusy(false));
  };

  const title = {
    needs_new_secret: t`Protect your data`,
    needs_passphrase: t`Enter your passphrase`,
    needs_key_file: t`Choose your key file`,
    unavailable: t`Your key can't be reached`,
    ready: '',
  }[keychain.status];
  const why = {
    needs_new_secret: t`This computer has no keychain that Countersign can use. It never keeps your key in plain text, so choose: a passphrase you type at each start, or a key file you keep, for example on a USB stick. Nobody can recover either for you; the recovery code shown next can.`,
    needs_passphrase: t`This computer has no keychain that Countersign can use, so your data is locked with the passphrase you chose.`,
    needs_key_file: t`This computer has no keychain that Countersign can use, so your data is locked with the key file you chose.`,
    unavailable: t`Your key is kept in the keychain of the system, which does not open. Unlock it, then try again.`,
    ready: '',
  }[keychain.status];
  const problemWords = problem === null ? null : wordsOf(problem);

  return (
    <main className={classes['cover']}>
      <form className={classes['card']} onSubmit={handleSubmit} aria-labelledby="unlock" ref={form}>
        <div className={classes['brand']}>
          <BrandMark />
          <span translate="no">Countersign</span>
        </div>
        <h1 className={classes['title']} id="unlock">
          {title}
        </h1>
        <p className={classes['text']}>{why}</p>
        {problemWords ? (
          <p role="alert" className={classes['problem']}>
            {problemWords}
          </p>
        ) : null}
        {asksPassphrase ? (
          <>
            <PasswordInput
              label={isNew ? t`New passphrase` : t`Passphrase`}
              description={
                isNew
                  ? t`At least ${MIN_LENGTH} characters. A few words in a row are easiest to remember.`
                  : null
              }
              autoComplete={isNew ? 'new-password' : 'current-password'}
              value={passphrase}
              maxLength={1024}
              onChange={(event) => setPassphrase(event.currentTarget.value)}
              error={isTooShort ? t`At least ${MIN_LENGTH} characters` : null}
              visibilityToggleButtonProps={{ 'aria-label': t`Show passphrase` }}
            />
            {isNew ? (
              <PasswordInput
                label={t`Once more`}
                autoComplete="new-password"
                value={repeat}
                maxLength={1024}
                onChange={(event) => setRepeat(event.currentTarget.value)}
                error={differs ? t`The two differ` : null}
                visibilityToggleButtonProps={{ 'aria-label': t`Show passphrase` }}
              />
            ) : null}
          </>
        ) : null}
        {keychain.keyFile ? (
          <dl className={classes['facts']}>
            <dt>
              <Trans>Key file</Trans>
            </dt>
            <dd translate="no">{keychain.keyFile}</dd>
          </dl>
        ) : null}
        <div className={classes['actions']}>
          {asksPassphrase ? (
            <Button
              type="submit"
              loading={isBusy}
              disabled={passphrase === '' || isTooShort || (isNew && repeat !== passphrase)}
            >
              {isNew ? <Trans>Use this passphrase</Trans> : <Trans>Unlock</Trans>}
            </Button>
          ) : null}
          {asksKeyFile ? (
            <Button
              variant={asksPassphrase ? 'default' : 'filled'}
              loading={isBusy}
              onClick={() => void unlock({ method: 'keyFile' })}
            >
              {isNew ? <Trans>Use a key file instead…</Trans> : <Trans>Choose key file…</Trans>}
            </Button>
          ) : null}
          {keychain.status === 'unavailable' ? (
            <Button loading={isBusy} onClick={handleRetry}>
              <Trans>Try again</Trans>
            </Button>
          ) : null}
        </div>
      </form>
    </main>
  );
}
