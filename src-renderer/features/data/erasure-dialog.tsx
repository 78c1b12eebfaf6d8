import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import type { ErasureReport, ErasureTarget } from '../../../src-server/contract/console/data';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { useFocusBack } from '../../components/use-focus-back';
import { useErase, usePreviewErasure } from './api';
import classes from './data.module.css';

/** Names exactly what goes, and asks for the address to be typed. */
export function ErasureDialog({ target, onClose }: { target: ErasureTarget; onClose: () => void }) {
  const { t } = useLingui();
  useFocusBack();
  const preview = usePreviewErasure();
  const erase = useErase();
  const [typed, setTyped] = useState('');
  const { mutate } = preview;
  useEffect(() => mutate(target), [mutate, target]);
  const report = preview.data;
  const isTyped = report !== undefined && typed.trim().toLowerCase() === report.confirmation.toLowerCase();
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isTyped) erase.mutate({ target, confirmation: typed.trim() }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={report?.scope === 'everything' ? t`Erase everything` : t`Erase a person`}
      size={520}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form onSubmit={handleSubmit}>
        <Stack gap="md">
          {preview.isPending || preview.isIdle ? <SkeletonRows heights={[24, 24, 24]} /> : null}
          <FormError error={preview.error} />
          {report ? <Report report={report} /> : null}
          {report ? (
            <TextInput
              label={t`Type ${report.confirmation} to go on`}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={fieldErrorsOf(erase.error)['confirmation']}
              autoComplete="off"
              spellCheck={false}
            />
          ) : null}
          <FormError error={erase.error} fields={['confirmation']} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" color="red.8" disabled={!isTyped} loading={erase.isPending}>
              <Trans>Erase for good</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Report({ report }: { report: ErasureReport }) {
  return (
    <Stack gap="sm">
      <p>
        <Trans>This goes, and can’t be brought back:</Trans>
      </p>
      <ul className={classes['goes']} data-testid="goes">
        {report.items.map(({ what, count }) => (
          <li key={what}>
            <Item what={what} count={count} />
          </li>
        ))}
      </ul>
      {report.scope === 'person' ? (
        <p className={classes['dim']}>
          <Trans>What agents published stays, under their own names. Agents belong to nobody then.</Trans>
        </p>
      ) : null}
      {report.backups > 0 ? (
        <Notice tone="warn">
          <Plural
            value={report.backups}
            one="# backup still holds it. Remove it too where it must be gone."
            other="# backups still hold it. Remove them too where it must be gone."
          />
        </Notice>
      ) : null}
      {report.scope === 'everything' ? (
        <Notice tone="warn">
          <Trans>Countersign starts anew, as on its first day. Copies that you saved elsewhere stay.</Trans>
        </Notice>
      ) : null}
    </Stack>
  );
}

/** What the server counts, in words; something it may count one day is still shown. */
function Item({ what, count }: { what: string; count: number }): ReactNode {
  switch (what) {
    case 'profile':
      return <Trans>Name, address and profile</Trans>;
    case 'auditDetails':
      return (
        <Plural
          value={count}
          one="Personal data beside # row of the audit log"
          other="Personal data beside # rows of the audit log"
        />
      );
    case 'agents':
      return <Plural value={count} one="# agent" other="# agents" />;
    case 'proposals':
      return <Plural value={count} one="# proposal" other="# proposals" />;
    case 'keys':
      return <Plural value={count} one="# key" other="# keys" />;
    case 'contacts':
      return <Plural value={count} one="The registration of # agent" other="The registration of # agents" />;
    case 'offers':
      return (
        <Plural value={count} one="# offer to hand over an agent" other="# offers to hand over agents" />
      );
    case 'guidance':
      return <Plural value={count} one="# piece of guidance" other="# pieces of guidance" />;
    case 'connections':
      return <Plural value={count} one="# connection" other="# connections" />;
    case 'mails':
      return <Plural value={count} one="# mail" other="# mails" />;
    case 'codes':
      return <Plural value={count} one="# one-time code" other="# one-time codes" />;
    case 'sessions':
      return <Plural value={count} one="# signed-in session" other="# signed-in sessions" />;
    case 'settings':
      return <Plural value={count} one="# setting" other="# settings" />;
    case 'people':
      return <Plural value={count} one="# person" other="# people" />;
    case 'posts':
      return <Plural value={count} one="# post" other="# posts" />;
    case 'messages':
      return <Plural value={count} one="# message" other="# messages" />;
    case 'blocks':
      return <Plural value={count} one="# blocked agent" other="# blocked agents" />;
    case 'auditRows':
      return <Plural value={count} one="# row of the audit log" other="# rows of the audit log" />;
    case 'backups':
      return <Plural value={count} one="# backup" other="# backups" />;
    default:
      return `${what}: ${count}`;
  }
}
