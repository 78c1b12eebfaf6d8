import { TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useDeferredValue, useRef, useState } from 'react';
import { useMe } from '../../api/session';
import { CopyButton } from '../../components/copy-button';
import { KeyList } from '../../components/key-list';
import { LinkButton } from '../../components/link-button';
import { PageHeader } from '../../components/page-header';
import { HOTKEY_LIST } from '../../hotkeys/catalogue';
import { useHotkeys, useShortcutSettings } from '../../hotkeys/hotkeys';
import { keysInUse } from '../../hotkeys/presets';
import { printKeys } from '../../hotkeys/registry';
import { isMac } from '../../shell';
import { useDiagnosticsLine } from './diagnostics-line';
import { FirstSteps } from './first-steps';
import classes from './help.module.css';
import { useHelpTopics } from './help-topics';

/** What a person may want to know without leaving the window; one field searches all of it. */
export function HelpPage() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const line = useDiagnosticsLine();
  const settings = useShortcutSettings();
  const topics = useHelpTopics();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');
  const sought = useDeferredValue(query.trim().toLocaleLowerCase(i18n.locale));
  useHotkeys([{ id: 'help.search', run: () => field.current?.focus() }]);

  const has = (...texts: readonly string[]) =>
    sought === '' || texts.some((text) => text.toLocaleLowerCase(i18n.locale).includes(sought));
  const hotkeys = HOTKEY_LIST.map((entry) => ({
    ...entry,
    keys: keysInUse(entry.id, entry, settings),
  })).filter(({ label, group, keys }) =>
    has(i18n._(label), i18n._(group), ...keys.map((each) => printKeys(each, isMac).join(' '))),
  );
  const shownTopics = topics.filter(({ title, paragraphs, table = [] }) =>
    has(title, ...paragraphs, ...table.flat()),
  );
  const hasSteps = has(t`First steps`);
  const hasReport = has(t`For a report of a problem`, line);
  const isEmpty = !hasSteps && !hasReport && hotkeys.length === 0 && shownTopics.length === 0;
  return (
    <div className={classes['page']}>
      <PageHeader title={<Trans>Help</Trans>} />
      <search>
        <TextInput
          ref={field}
          type="search"
          className={classes['search'] ?? ''}
          aria-label={t`Search the help`}
          placeholder={t`Search the help`}
          leftSection={<IconSearch size={14} aria-hidden="true" />}
          value={query}
          maxLength={80}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setQuery('');
          }}
        />
      </search>
      {isEmpty ? (
        <output className={classes['dim']}>
          <Trans>Nothing here has these words.</Trans>
        </output>
      ) : null}
      {hasSteps && me.data ? (
        <Topic title={t`First steps`}>
          <FirstSteps me={me.data} />
        </Topic>
      ) : null}
      {hotkeys.length > 0 ? (
        <Topic
          title={t`Shortcuts`}
          actions={
            <LinkButton to="/settings/$section" params={{ section: 'shortcuts' }} variant="default" size="xs">
              <Trans>Change shortcuts</Trans>
            </LinkButton>
          }
        >
          {settings.singleKeys === 'off' ? (
            <p className={classes['dim']}>
              <Trans>Single letters are switched off in Settings; combinations with Ctrl or ⌘ act.</Trans>
            </p>
          ) : null}
          <KeyList hotkeys={hotkeys} />
        </Topic>
      ) : null}
      {shownTopics.map(({ id, title, paragraphs, table, link }) => (
        <Topic key={id} title={title}>
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {table ? (
            <dl className={classes['table']}>
              {table.map(([who, promise]) => (
                <div key={who}>
                  <dt>{who}</dt>
                  <dd>{promise}</dd>
                </div>
              ))}
            </dl>
          ) : null}
          {id === 'connect' && me.data ? (
            <p className={classes['address']}>
              <Trans>
                Agents connect to <code>{me.data.publicUrl}</code>
              </Trans>
              <CopyButton text={me.data.publicUrl} label={t`Copy the address`} />
            </p>
          ) : null}
          {link ? (
            <p>
              <Link to={link.to} className={classes['link']}>
                {link.label}
              </Link>
            </p>
          ) : null}
        </Topic>
      ))}
      {hasReport ? (
        <Topic title={t`For a report of a problem`}>
          <p className={classes['address']}>
            <code data-testid="diagnostics-line">{line}</code>
            <CopyButton text={line} label={t`Copy version and system`} />
          </p>
        </Topic>
      ) : null}
    </div>
  );
}

interface TopicProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

function Topic({ title, actions, children }: TopicProps) {
  return (
    <section className={classes['topic']} aria-label={title}>
      <div className={classes['head']}>
        <h2 className={classes['title']}>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
