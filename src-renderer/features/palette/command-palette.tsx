// Its highlighted matches are of the same package; neither is part of the start.
import '@mantine/core/styles/Mark.css';
import '@mantine/spotlight/styles.css';
import { UnstyledButton } from '@mantine/core';
import { createSpotlight, Spotlight, useSpotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { AgentText } from '../../components/agent-text';
import { Kbd } from '../../components/kbd';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import classes from './command-palette.module.css';
import { type EntryGroup, findEntries, type PaletteEntry } from './entries';
import { keepRecent, readRecent } from './recent';
import { usePaletteEntries } from './use-entries';

/** As the Inbox takes it as a search. */
const MAX_QUERY = 200;

const [store, spotlight] = createSpotlight();

function select(selected: number) {
  store.setState({ ...store.getState(), selected });
}

interface CommandPaletteProps {
  /** What had the focus; it has it again before anything runs. */
  readonly returnTo: Element | null;
  readonly onClosed: () => void;
}

/** Leads to pages, agents, settings and actions by their names. Mounted while it is open. */
export function CommandPalette({ returnTo, onClosed }: CommandPaletteProps) {
  const { t } = useLingui();
  const [query, setQuery] = useState('');
  const chosen = useRef<PaletteEntry>(null);
  const handleChoose = (entry: PaletteEntry) => {
    chosen.current = entry;
    spotlight.close();
    if (entry.isFallback !== true) keepRecent(entry.id);
  };
  // An action may open a dialog or move the focus: it waits until this one is gone.
  const handleExited = () => {
    if (returnTo instanceof HTMLElement && returnTo.isConnected) returnTo.focus();
    else document.getElementById('page')?.focus();
    onClosed();
    chosen.current?.run();
  };
  useEffect(() => {
    spotlight.open();
    select(0);
  }, []);
  useHotkeys([{ id: 'palette.close', run: spotlight.close }]);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      centered={false}
      yOffset="8vh"
      size={620}
      maxHeight="70vh"
      scrollable
      returnFocus={false}
      overlayProps={{ backgroundOpacity: 0.4 }}
      transitionProps={{ duration: 80, transition: 'fade', onExited: handleExited }}
      attributes={{ content: { 'aria-label': t`Command palette` } }}
    >
      <PaletteBody query={query} onChoose={handleChoose} />
    </Spotlight.Root>
  );
}

interface PaletteBodyProps {
  readonly query: string;
  readonly onChoose: (entry: PaletteEntry) => void;
}

function PaletteBody({ query, onChoose }: PaletteBodyProps) {
  const { t, i18n } = useLingui();
  const listId = useId();
  const { selected } = useSpotlight(store);
  const [recentIds] = useState(readRecent);
  const sections = findEntries(usePaletteEntries(query), query, recentIds, i18n.locale);
  const rows = sections.flatMap(({ entries }) => entries);
  const isFound = rows.some(({ isFallback }) => isFallback !== true);
  const sought = query.trim();
  const idOf = (index: number) => `${listId}-${index}`;
  const handleKeyDown = (event: KeyboardEvent) => {
    const target = { Home: 0, End: rows.length - 1 }[event.key];
    if (target === undefined || event.shiftKey) return;
    event.preventDefault();
    select(target);
    document.getElementById(idOf(target))?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      <Spotlight.Search
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- native lists offer neither groups nor keys
        role="combobox"
        aria-label={t`Pages, agents, actions, settings`}
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={idOf(selected)}
        placeholder={t`Pages, agents, actions, settings`}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        maxLength={MAX_QUERY}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        onKeyDown={handleKeyDown}
        data-testid="palette-search"
      />
      {isFound || sought === '' ? null : (
        <p className={classes['nothing']}>
          <Trans>Nothing is called “{sought}”. It may be in a proposal:</Trans>
        </p>
      )}
      <Spotlight.ActionsList
        id={listId}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- as above
        role="listbox"
        aria-label={t`What can be done`}
        className={classes['list'] ?? ''}
      >
        {sections.map(({ group, entries }) => (
          <Section key={group} group={group}>
            {entries.map((entry) => {
              const index = rows.indexOf(entry);
              return (
                <Row
                  key={entry.id}
                  id={idOf(index)}
                  entry={entry}
                  isSelected={index === selected}
                  onChoose={() => onChoose(entry)}
                />
              );
            })}
          </Section>
        ))}
      </Spotlight.ActionsList>
      <output className="sr-only">
        {sought === '' ? null : <Plural value={rows.length} one="# entry" other="# entries" />}
      </output>
    </>
  );
}

function Section({ group, children }: { group: EntryGroup; children: ReactNode }) {
  const { t } = useLingui();
  const headingId = useId();
  const labels: Record<EntryGroup, string> = {
    recent: t`Recent`,
    pages: t`Pages`,
    page: t`On this page`,
    actions: t`Actions`,
    agents: t`Agents`,
    settings: t`Settings`,
    proposals: t`Proposals`,
  };
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a group of options, not of fields
    <div role="group" aria-labelledby={headingId}>
      <div id={headingId} role="presentation" className={classes['heading']}>
        {labels[group]}
      </div>
      {children}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly entry: PaletteEntry;
  readonly isSelected: boolean;
  readonly onChoose: () => void;
}

function Row({ id, entry, isSelected, onChoose }: RowProps) {
  const ariaKeysOf = useAriaKeysOf();
  const { label, detail, foreign, hotkey } = entry;
  return (
    // Spotlight's own action takes no id, which the search field names the chosen one by.
    <UnstyledButton
      id={id}
      data-action
      tabIndex={-1}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of the list above
      role="option"
      aria-selected={isSelected}
      data-selected={isSelected || undefined}
      className={classes['row'] ?? ''}
      // The focus stays in the search field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      {...(hotkey ? ariaKeysOf(hotkey) : {})}
    >
      <Words
        text={label}
        isForeign={foreign === 'label' || foreign === 'both'}
        className={classes['label']}
      />
      {detail === undefined ? null : (
        <Words
          text={detail}
          isForeign={foreign === 'detail' || foreign === 'both'}
          className={classes['detail']}
        />
      )}
      <span className={classes['keys']}>{hotkey ? <Kbd hotkey={hotkey} /> : null}</span>
    </UnstyledButton>
  );
}

function Words({
  text,
  isForeign,
  className,
}: {
  text: string;
  isForeign: boolean;
  className: string | undefined;
}) {
  if (!isForeign) return <span className={className}>{text}</span>;
  return (
    <AgentText form="line" className={className}>
      {text}
    </AgentText>
  );
}
