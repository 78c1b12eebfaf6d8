import { CloseButton, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import type { RefObject } from 'react';
import { useMe } from '../../api/session';
import { renderNameOption } from '../../components/name-option';
import { SearchField } from '../../components/search-field';
import { SpanSelect } from '../activity/activity-filters';
import { filterAgentsQuery } from '../inbox/api';
import classes from './audit-page.module.css';
import type { AuditSearch } from './audit-search';

interface AuditFiltersProps {
  readonly search: AuditSearch;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly fieldKey: number;
  readonly onChange: (change: Partial<AuditSearch>) => void;
}

/** Type, agent, time; what a row names is chosen there and stands here as chips. */
export function AuditFilters({ search, field, fieldKey, onChange }: AuditFiltersProps) {
  const { t } = useLingui();
  const me = useMe();
  const agents = useQuery(filterAgentsQuery);
  const chips = [
    { name: 'actor', label: t`Done by`, value: search.actor },
    {
      name: 'subject',
      label: t({ message: 'About', context: 'what a row is about' }),
      value: search.subject,
    },
    { name: 'trace', label: t`Trace`, value: search.trace },
  ] as const;
  return (
    <>
      <div className={classes['filters']}>
        <SearchField
          key={fieldKey}
          initial={search.type ?? ''}
          label={t`Type begins with`}
          placeholder={t`Type, e.g. action.`}
          field={field}
          className={classes['find']}
          onSearch={(type) => onChange({ type: type === '' ? undefined : type })}
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
        <SpanSelect from={search.from} onChange={(from) => onChange({ from, to: undefined })} />
        {me.data?.user?.role === 'admin' ? (
          <Select
            size="xs"
            className={classes['select'] ?? ''}
            aria-label={t`Whose rows`}
            data={[
              { value: 'own', label: t`My rows` },
              { value: 'system', label: t`System rows` },
            ]}
            value={search.scope ?? 'own'}
            allowDeselect={false}
            onChange={(scope) => onChange({ scope: scope === 'system' ? 'system' : undefined })}
          />
        ) : null}
      </div>
      {chips.some(({ value }) => value !== undefined) ? (
        <ul className={classes['chips']} aria-label={t`More filters`}>
          {chips.map(({ name, label, value }) =>
            value === undefined ? null : (
              <li key={name} className={classes['chip']}>
                {label}: <code>{value}</code>
                <CloseButton
                  size="sm"
                  aria-label={t`Remove the filter ${label}`}
                  onClick={() => onChange({ [name]: undefined })}
                />
              </li>
            ),
          )}
        </ul>
      ) : null}
    </>
  );
}
