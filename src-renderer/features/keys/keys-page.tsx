import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconFilterOff, IconKey, IconSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { keyStateOf } from '../../../src-server/contract/console/keys';
import { useNow } from '../../components/clock';
import { ForeignOption } from '../../components/foreign-option';
import { LinkButton } from '../../components/link-button';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { keysQuery } from './api';
import { filterKeys, hasEnded } from './key-filter';
import { useKeyStateWord } from './key-state';
import classes from './keys.module.css';
import { KEY_FILTERS, type KeySort, type KeysSearch, validateKeysSearch } from './keys-search';
import { KeysTable } from './keys-table';
import { LeakNotices } from './leak-notices';

/** How often the calls on a key in overlap are counted anew while somebody looks. */
const OVERLAP_REFRESH_MS = 3_000;
/** Calls send no event: who used a key last is read again this often. */
const REFRESH_MS = 10_000;

/** The keys of all agents: who uses them, which end, which wait to be replaced. */
export function KeysPage() {
  const { t } = useLingui();
  const now = useNow(30_000);
  const { data, error, isPending, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery({
      ...keysQuery,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ items }) => items.some((key) => keyStateOf(key, Date.now()) === 'overlap'))
          ? OVERLAP_REFRESH_MS
          : REFRESH_MS,
    });
  const search = useSearch({ from: '/frame/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const keys = data?.pages.flatMap((page) => page.items) ?? [];
  const shown = filterKeys(keys, search, now);
  const setSearch = (next: KeysSearch) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });

  // Filters and order look through all keys, not only through those that happen to be loaded.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  const by = search.sort ?? 'used';
  const handleSort = (next: KeySort) => {
    const desc = next === by && search.desc !== true ? true : undefined;
    setSearch({ sort: next === 'used' ? undefined : next, desc });
  };
  const clear = () => setSearch({ q: undefined, agent: undefined, state: undefined });
  const ended = keys.filter((key) => hasEnded(key, now)).length;

  return (
    <div className={classes['page']}>
      <PageHeader
        title={<Trans>Keys</Trans>}
        description={
          <Trans>
            A key lets a client call as one of your agents. One for each client: then one can be replaced or
            ended without breaking the others.
          </Trans>
        }
      />
      <LeakNotices keys={keys} />
      <section className={classes['section']} aria-busy={isPending} aria-label={t`All keys`}>
        {keys.length > 0 ? <Filters keys={keys} search={search} onChange={setSearch} /> : null}
        {isPending ? <SkeletonRows heights={[44, 44, 44]} /> : null}
        {isError && keys.length === 0 ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {data && keys.length === 0 ? (
          <EmptyState
            icon={<IconKey size={28} stroke={1.5} />}
            title={t`No agent of yours has a key`}
            actions={
              <LinkButton to="/agents">
                <Trans>Go to your agents</Trans>
              </LinkButton>
            }
          >
            <Trans>
              An agent that registers brings its own; you make more on its page, under Keys. Each is shown
              once, and Countersign keeps only its fingerprint. Here you then see which client used it last,
              from where, and who would break if you ended it.
            </Trans>
          </EmptyState>
        ) : null}
        {keys.length > 0 && shown.length === 0 ? (
          <EmptyState
            icon={<IconFilterOff size={28} stroke={1.5} />}
            title={t`No key fits these filters`}
            actions={
              <Button variant="default" onClick={clear}>
                <Trans>Clear filters</Trans>
              </Button>
            }
          >
            <Plural value={keys.length} one="There is # key." other="There are # keys." />
          </EmptyState>
        ) : null}
        {shown.length > 0 ? (
          <KeysTable
            keys={shown}
            label={t`Keys`}
            hasAgents
            sort={{ by, desc: search.desc === true, onSort: handleSort }}
          />
        ) : null}
        {search.state === undefined && ended > 0 ? (
          <p className={classes['dim']}>
            <Plural
              value={ended}
              one="# key has ended; the filter by state shows it."
              other="# keys have ended; the filter by state shows them."
            />
          </p>
        ) : null}
      </section>
    </div>
  );
}

interface FiltersProps {
  readonly keys: readonly { readonly agent: { readonly id: string; readonly name: string } }[];
  readonly search: KeysSearch;
  readonly onChange: (next: KeysSearch) => void;
}

function Filters({ keys, search, onChange }: FiltersProps) {
  const { t } = useLingui();
  const wordOf = useKeyStateWord();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([
    {
      id: 'keys.filter',
      run: () => input.current?.focus(),
    },
  ]);
  const agents = [...new Map(keys.map(({ agent }) => [agent.id, agent.name]))].toSorted((a, b) =>
    a[1].localeCompare(b[1]),
  );
  return (
    <search className={classes['filters']}>
      <TextInput
        ref={input}
        type="search"
        aria-label={t`Filter by name, beginning, agent or client`}
        placeholder={t`Name, beginning, agent or client`}
        leftSection={<IconSearch size={14} aria-hidden="true" />}
        maxLength={80}
        value={search.q ?? ''}
        onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <NativeSelect
        aria-label={t`Filter by agent`}
        value={search.agent ?? ''}
        onChange={(event) => onChange({ agent: event.currentTarget.value || undefined })}
      >
        <option value="">{t`Any agent`}</option>
        {agents.map(([id, name]) => (
          <ForeignOption key={id} value={id}>
            {name}
          </ForeignOption>
        ))}
      </NativeSelect>
      <NativeSelect
        aria-label={t`Filter by state`}
        value={search.state ?? ''}
        onChange={(event) =>
          onChange({ state: validateKeysSearch({ state: event.currentTarget.value }).state })
        }
        data={[
          { value: '', label: t`Any that has not ended` },
          ...KEY_FILTERS.map((value) => ({ value, label: wordOf(value) })),
        ]}
      />
    </search>
  );
}
