import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useEffect, useState } from 'react';
import type { BackupContents, BackupSource } from '../../../src-server/contract/console/data';
import { ProblemError } from '../../api/problem';
import { formatInstant } from '../../components/duration';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { useFocusBack } from '../../components/use-focus-back';
import { shell } from '../../shell';
import { usePreviewRestore, useRestore } from './api';
import classes from './data.module.css';

/** Shows what is in a backup before anything happens, asks for the code where it takes one, and goes back to it. */
export function RestoreDialog({ source, onClose }: { source: BackupSource; onClose: () => void }) {
  const { t } = useLingui();
  useFocusBack();
  const preview = usePreviewRestore();
  const restore = useRestore();
  const [code, setCode] = useState('');
  const { mutate } = preview;
  useEffect(() => mutate({ source }), [mutate, source]);
  const given = code.trim() === '' ? { source } : { source, recoveryCode: code.trim() };
  const codeError = fieldErrorsOf(preview.error)['recoveryCode'];
  const needsCode = code !== '' || codeError !== undefined;
  const isFirstAsk =
    preview.error instanceof ProblemError && preview.error.problem.details?.['needs'] === 'recoveryCode';
  const handleCode = (event: FormEvent) => {
    event.preventDefault();
    preview.mutate(given);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`Restore a backup`}
      size={520}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <Stack gap="md">
        {preview.isPending || preview.isIdle ? <SkeletonRows heights={[24, 24, 24]} /> : null}
        <FormError error={preview.error} fields={['recoveryCode']} />
        {needsCode && !preview.data ? (
          <form onSubmit={handleCode}>
            <Stack gap="sm">
              <TextInput
                label={t`Recovery code`}
                description={t`This backup was made under another key. The code that was shown with it opens it.`}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
                error={isFirstAsk ? undefined : codeError}
                autoComplete="off"
                spellCheck={false}
                data-autofocus
              />
              <Group justify="flex-end">
                <Button type="submit" loading={preview.isPending} disabled={code.trim() === ''}>
                  <Trans>Open</Trans>
                </Button>
              </Group>
            </Stack>
          </form>
        ) : null}
        {preview.data ? <Contents contents={preview.data.contents} now={preview.data.now} /> : null}
        {preview.data ? (
          <p className={classes['dim']}>
            {shell ? (
              <Trans>
                Countersign restarts its server for it; agents wait some seconds. What is here now is kept
                beside it, and comes back with one click.
              </Trans>
            ) : (
              <Trans>
                It is done when the server starts the next time. What is here now is kept beside it, and comes
                back with one click.
              </Trans>
            )}
          </p>
        ) : null}
        <FormError error={restore.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            color="red.8"
            disabled={!preview.data}
            loading={restore.isPending}
            onClick={() => restore.mutate(given, { onSuccess: onClose })}
            data-testid="restore-now"
          >
            {shell ? <Trans>Restore and restart</Trans> : <Trans>Restore at the next start</Trans>}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Contents({ contents, now }: { contents: BackupContents; now: BackupContents['counts'] }) {
  const { t, i18n } = useLingui();
  const { counts, dataUntil, appVersion, isForeign, sourceName } = contents;
  const until = dataUntil ? formatInstant(i18n.locale, Date.parse(dataUntil)) : t`unknown`;
  const number = new Intl.NumberFormat(i18n.locale);
  const rows = [
    [t`People`, counts.people, now.people],
    [t`Agents`, counts.agents, now.agents],
    [t`Proposals`, counts.proposals, now.proposals],
    [t`Posts`, counts.posts, now.posts],
    [t`Messages`, counts.messages, now.messages],
    [t`Rows of the audit log`, counts.auditRows, now.auditRows],
  ] as const;
  return (
    <Stack gap="sm">
      {isForeign ? (
        <Notice tone="warn">
          <Trans>Another installation made this backup. Its people and agents take the place of yours.</Trans>
        </Notice>
      ) : null}
      <p>
        <Trans>
          The data of <strong>{until}</strong>
        </Trans>
        {appVersion ? (
          <>
            {' · '}
            <Trans>made by version {appVersion}</Trans>
          </>
        ) : null}
      </p>
      <table className={classes['table']} data-testid="contents">
        <caption className="sr-only">{sourceName}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{t`What`}</span>
            </th>
            <th scope="col">
              <Trans>In the backup</Trans>
            </th>
            <th scope="col">
              <Trans>Now</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([what, then, today]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{number.format(then)}</td>
              <td>{number.format(today)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Stack>
  );
}
