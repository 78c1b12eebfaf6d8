import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import type { RefObject } from 'react';
import { ACTIVITY_GROUPS, activityGroup } from '../../../src-server/contract/console/activity';
import { useNow } from '../../components/clock';
import { renderNameOption } from '../../components/name-option';
import { SearchField } from '../../components/search-field';
import { filterAgentsQuery } from '../inbox/api';
import classes from './activity-page.module.css';
import { type ActivitySearch, SPAN_MS, SPANS, type Span } from './activity-search';
import { useGroupWords } from './event-words';

interface ActivityFiltersProps {
  readonly search: ActivitySearch;
  readonly field: RefObject<HTMLInputElement | null>;
  /** A new value empties the text, after all filters were cleared elsewhere. */
  readonly fieldKey: number;
  readonly onChange: (change: Partial<ActivitySearch>) => void;
}

/** Who, what and when; all of it lives in the address. */
export function ActivityFilters({ search, field, fieldKey, onChange }: ActivityFiltersProps) {
  const { t } = useLingui();
  const groupWord = useGroupWords();
  const agents = useQuery(filterAgentsQuery);
  return (
    <div className={classes['filters']}>
      <SearchField
        key={fieldKey}
        initial={search.q ?? ''}
        label={t`Find in activity`}
        placeholder={t`Find`}
        field={field}
        className={classes['find']}
        onSearch={(q) => onChange({ q: q === '' ? undefined : q })}
      />
      <Select
        size="xs"
        className={classes['select'] ?? ''}
        aria-label={t({ message: 'Agent', context: 'filter' })}
        placeholder={t`All agents`}
        data={(agents.data?.items ?? []).map((agent) => ({ value: agent.id, label: agent.name }))}
        renderOption={renderNameOption}
        value={search.agent ?? null}
        onChange={(agent) => onChange({ agent: agent ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t`All agents` }}
        searchable
      />
      <Select
        size="xs"
        className={classes['select'] ?? ''}
        aria-label={t`What happened`}
        placeholder={t`Everything`}
        data={ACTIVITY_GROUPS.map((value) => ({ value, label: groupWord(value) }))}
        value={search.group ?? null}
        onChange={(value) => onChange({ group: activityGroup.safeParse(value).data })}
        clearable
        clearButtonProps={{ 'aria-label': t`Everything` }}
      />
      <SpanSelect from={search.from} onChange={(from) => onChange({ from, to: undefined })} />
    </div>
  );
}

/** The last hour, day, week or month, as an instant in the address. */
export function SpanSelect({
  from,
  onChange,
}: {
  readonly from: string | undefined;
  readonly onChange: (from: string | undefined) => void;
}) {
  const { t } = useLingui();
  const words: Record<Span, string> = {
    hour: t`Last hour`,
    day: t`Last day`,
    week: t`Last 7 days`,
    month: t`Last 30 days`,
  };
  const now = useNow(60_000);
  const age = from === undefined ? undefined : now - Date.parse(from);
  const value = age === undefined ? null : (SPANS.find((span) => age < SPAN_MS[span] * 1.5) ?? 'month');
  return (
    <Select
      size="xs"
      className={classes['select'] ?? ''}
      aria-label={t({ message: 'When', context: 'filter' })}
      placeholder={t`Any time`}
      data={SPANS.map((span) => ({ value: span, label: words[span] }))}
      value={value}
      onChange={(chosen) =>
        onChange(chosen === null ? undefined : new Date(Date.now() - SPAN_MS[chosen]).toISOString())
      }
      clearable
      clearButtonProps={{ 'aria-label': t`Any time` }}
    />
  );
}
