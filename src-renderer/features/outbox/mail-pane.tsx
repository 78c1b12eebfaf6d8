import { Button, CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSend } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { MailDetail, MailRow } from '../../../src-server/contract/console/outbox';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import { formatInstant } from '../../components/duration';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { mailQuery, useResendMail } from './api';
import { findMailParts } from './mail-parts';
import { MailStateChip } from './mail-state';
import classes from './outbox.module.css';

interface MailPaneProps {
  readonly id: string;
  /** The same mail in the list, which is read again while its state changes. */
  readonly row: MailRow | undefined;
  readonly onClose: () => void;
}

/** One mail as text, with what can be copied out of it. Opening it is written to the audit log. */
export function MailPane({ id, row, onClose }: MailPaneProps) {
  const { t } = useLingui();
  const mail = useQuery(mailQuery(id));
  return (
    <section className={classes['pane']} aria-label={t`Mail`} data-pane="" data-testid="mail">
      <div className={classes['bar']}>
        <p className={classes['dim']}>
          <Trans>That you opened it is in the audit log: there may be a code in it.</Trans>
        </p>
        <CloseButton size={24} aria-label={t`Close`} onClick={onClose} />
      </div>
      {mail.isPending ? <SkeletonRows heights={[24, 24, 160]} /> : null}
      {mail.isError ? <ErrorState error={mail.error} onRetry={() => void mail.refetch()} /> : null}
      {mail.data ? <MailView mail={row ? { ...mail.data, ...row } : mail.data} /> : null}
    </section>
  );
}

function MailView({ mail }: { mail: MailDetail }) {
  const { t, i18n } = useLingui();
  const resend = useResendMail();
  const parts = findMailParts(mail.text);
  return (
    <>
      <h2 className={classes['title']}>
        <AgentText>{mail.subject}</AgentText>
      </h2>
      <dl className={classes['facts']}>
        <div>
          <dt>
            <Trans context="mail">To</Trans>
          </dt>
          <dd>
            <AgentText>{mail.to}</AgentText>
            <CopyButton text={mail.to} label={t`Copy the address`} />
          </dd>
        </div>
        <div>
          <dt>
            <Trans>Written</Trans>
          </dt>
          <dd>
            <time dateTime={mail.createdAt}>{formatInstant(i18n.locale, Date.parse(mail.createdAt))}</time>
          </dd>
        </div>
        <div>
          <dt>
            <Trans>State</Trans>
          </dt>
          <dd>
            <MailStateChip state={mail.state} />
            {mail.sentAt ? (
              <span className={classes['dim']}>
                <time dateTime={mail.sentAt}>{formatInstant(i18n.locale, Date.parse(mail.sentAt))}</time>
              </span>
            ) : null}
          </dd>
        </div>
      </dl>
      {mail.state === 'failed' ? (
        <Notice
          tone="warn"
          actions={
            mail.canResend ? (
              <Button
                leftSection={<IconSend size={14} aria-hidden="true" />}
                loading={resend.isPending}
                onClick={() => resend.mutate(mail.id)}
              >
                <Trans>Send again</Trans>
              </Button>
            ) : null
          }
        >
          <Trans>
            It was given up after several attempts. The mail server said: <code>{mail.error}</code>
          </Trans>{' '}
          {mail.canResend ? null : <Trans>No mail server is set now, so it can’t be sent again.</Trans>}
        </Notice>
      ) : null}
      <FormError error={resend.error} />
      {parts.length > 0 ? (
        <ul className={classes['parts']} aria-label={t`To copy`}>
          {parts.map(({ type, text }) => (
            <li key={text}>
              <span className={classes['dim']}>
                {type === 'code' ? <Trans>Code</Trans> : <Trans>Link</Trans>}
              </span>
              <AgentText className={classes['part']}>{text}</AgentText>
              <CopyButton text={text} label={type === 'code' ? t`Copy the code` : t`Copy the link`} />
            </li>
          ))}
        </ul>
      ) : null}
      {/* What scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={classes['text']} tabIndex={0} aria-label={t`Text of the mail`}>
        <AgentText form="block">{mail.text}</AgentText>
      </section>
    </>
  );
}
