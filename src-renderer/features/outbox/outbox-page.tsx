import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { IconMailOff, IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { emailAddress } from '../../../src-server/contract/common';
import { mailState, type MailRow } from '../../../src-server/contract/console/outbox';
import { AgentText } from '../../components/agent-text';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { mailsQuery } from './api';
import { MailPane } from './mail-pane';
import { MailStateChip, useMailStateWord } from './mail-state';
import classes from './outbox.module.css';
import type { OutboxSearch } from './outbox-search';

/** The mails the platform wrote: what left, what waits, and, where nothing leaves, what it would have said. */
export function OutboxPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/outbox' });
  const navigate = useNavigate({ from: '/outbox' });
  const filterField = useRef<HTMLInputElement>(null);
  const mails = useInfiniteQuery(mailsQuery(search));
  const items = mails.data?.pages.flatMap((page) => page.items) ?? [];
  const delivery = mails.data?.pages[0]?.delivery;
  const isFiltered = search.state !== undefined || search.to !== undefined;
  const change = (next: OutboxSearch) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const step = (by: 1 | -1) => {
    const links = [...document.querySelectorAll<HTMLElement>('[data-mail-link]')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useHotkeys([
    { id: 'outbox.next', run: () => step(1) },
    { id: 'outbox.previous', run: () => step(-1) },
    { id: 'outbox.filter', run: () => filterField.current?.focus() },
    { id: 'outbox.close', isEnabled: search.mail !== undefined, run: () => change({ mail: undefined }) },
  ]);

  return (
    <div className={classes['page']}>
      <PageHeader
        title={<Trans>Outbox</Trans>}
        description={<Trans>Mails that Countersign wrote. They are kept sealed, for 30 days.</Trans>}
      />
      {delivery === 'local' ? <LocalNotice /> : null}
      {mails.isError && !mails.data ? (
        <ErrorState error={mails.error} onRetry={() => void mails.refetch()} />
      ) : (
        <div className={classes['columns']} data-open={search.mail !== undefined}>
          <section className={classes['list']} aria-label={t`Mails`} aria-busy={mails.isPending} data-pane="">
            <Filters search={search} field={filterField} onChange={change} />
            {mails.isPending ? <SkeletonRows heights={[44, 44, 44]} /> : null}
            {mails.data && items.length === 0 ? (
              <Nothing isFiltered={isFiltered} onClear={() => change({ state: undefined, to: undefined })} />
            ) : null}
            <ul className={classes['mails']}>
              {items.map((mail) => (
                <MailItem key={mail.id} mail={mail} isOpen={mail.id === search.mail} search={search} />
              ))}
            </ul>
            {mails.hasNextPage ? (
              <Button
                variant="default"
                loading={mails.isFetchingNextPage}
                onClick={() => void mails.fetchNextPage()}
              >
                <Trans>Show older mails</Trans>
              </Button>
            ) : null}
          </section>
          {search.mail === undefined ? null : (
            <MailPane
              key={search.mail}
              id={search.mail}
              row={items.find(({ id }) => id === search.mail)}
              onClose={() => change({ mail: undefined })}
            />
          )}
        </div>
      )}
    </div>
  );
}

function LocalNotice() {
  return (
    <Notice>
      <Trans>
        No mail leaves this machine, because no mail server is set. What would have been sent is kept here to
        be read. To deliver it, start the server with <code>COUNTERSIGN_SMTP_URL</code>.
      </Trans>
    </Notice>
  );
}

interface FiltersProps {
  readonly search: OutboxSearch;
  readonly field: React.RefObject<HTMLInputElement | null>;
  readonly onChange: (next: OutboxSearch) => void;
}

function Filters({ search, field, onChange }: FiltersProps) {
  const { t } = useLingui();
  const wordOf = useMailStateWord();
  const [typed, setTyped] = useState<string | null>(null);
  const [isWrong, setIsWrong] = useState(false);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    const to = (typed ?? search.to ?? '').trim();
    const isAddress = to === '' || emailAddress.safeParse(to).success;
    setIsWrong(!isAddress);
    if (!isAddress) return;
    setTyped(null);
    onChange({ to: to === '' ? undefined : to });
  };
  return (
    <search>
      <form className={classes['filters']} onSubmit={handleSubmit} noValidate>
        <TextInput
          ref={field}
          type="search"
          aria-label={t`Recipient’s whole address`}
          placeholder={t`Recipient’s whole address`}
          leftSection={<IconSearch size={14} aria-hidden="true" />}
          className={classes['grow'] ?? ''}
          maxLength={254}
          value={typed ?? search.to ?? ''}
          error={isWrong ? t`Enter a whole address, such as anna@example.org` : null}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            // The field's own cross empties it without a submit.
            if (event.currentTarget.value === '' && search.to !== undefined) onChange({ to: undefined });
          }}
        />
        <NativeSelect
          aria-label={t`Filter by state`}
          value={search.state ?? ''}
          onChange={(event) => {
            const state = mailState.safeParse(event.currentTarget.value);
            onChange({ state: state.success ? state.data : undefined });
          }}
          data={[
            { value: '', label: t`Every state` },
            ...mailState.options.map((value) => ({ value, label: wordOf(value) })),
          ]}
        />
      </form>
    </search>
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const { t } = useLingui();
  if (isFiltered) return <NoMatchState onClear={onClear} />;
  return (
    <EmptyState icon={<IconMailOff size={28} stroke={1.5} />} title={t`No mail was written yet`}>
      <Trans>
        Codes to sign in or to claim an agent, and word of an agent that registered with an address, appear
        here.
      </Trans>
    </EmptyState>
  );
}

interface MailItemProps {
  readonly mail: MailRow;
  readonly isOpen: boolean;
  readonly search: OutboxSearch;
}

function MailItem({ mail, isOpen, search }: MailItemProps) {
  return (
    <li>
      <Link
        to="/outbox"
        search={{ ...search, mail: mail.id }}
        replace
        preload={false}
        className={classes['mail']}
        data-mail-link=""
        data-open={isOpen}
        aria-current={isOpen ? 'true' : undefined}
      >
        <span className={classes['top']}>
          <AgentText form="line" className={classes['subject']}>
            {mail.subject}
          </AgentText>
          <span className={classes['when']}>
            <RelativeTime at={mail.createdAt} />
          </span>
        </span>
        <span className={classes['top']}>
          <AgentText form="line" className={classes['dim']}>
            {mail.to}
          </AgentText>
          <MailStateChip state={mail.state} />
        </span>
      </Link>
    </li>
  );
}
