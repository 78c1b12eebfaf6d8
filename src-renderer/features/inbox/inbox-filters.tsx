import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { KINDS, kind as kindSchema, risk as riskSchema } from '../../../src-server/contract/common';
import { renderNameOption } from '../../components/name-option';
import { filterAgentsQuery } from './api';
import type { InboxSearch } from './inbox-search';
import { useKindWords, useRiskWords } from './words';

interface InboxFiltersProps {
  readonly search: InboxSearch;
  readonly onChange: (change: Partial<InboxSearch>) => void;
  readonly onClose: () => void;
}

/** Which agent, which kind of action and which risk the list shows. */
export function InboxFilters({ search, onChange, onClose }: InboxFiltersProps) {
  const { t } = useLingui();
  const agents = useQuery(filterAgentsQuery);
  const kindWord = useKindWords();
  const riskWord = useRiskWords();
  return (
    <>
      <Select
        label={t({ message: 'Agent', context: 'filter' })}
        placeholder={t`All agents`}
        data={(agents.data?.items ?? []).map((agent) => ({ value: agent.id, label: agent.name }))}
        renderOption={renderNameOption}
        value={search.agent ?? null}
        onChange={(agent) => onChange({ agent: agent ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t`All agents` }}
        searchable
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t`Kind`}
        placeholder={t`All kinds`}
        data={KINDS.map((value) => ({ value, label: kindWord(value) }))}
        value={search.kind ?? null}
        onChange={(value) => onChange({ kind: kindSchema.safeParse(value).data })}
        clearable
        clearButtonProps={{ 'aria-label': t`All kinds` }}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t`Risk`}
        placeholder={t`Any risk`}
        data={riskSchema.options.map((value) => ({ value, label: riskWord(value).name }))}
        value={search.risk ?? null}
        onChange={(value) => onChange({ risk: riskSchema.safeParse(value).data })}
        clearable
        clearButtonProps={{ 'aria-label': t`Any risk` }}
        comboboxProps={{ withinPortal: false }}
      />
      <Button variant="default" onClick={onClose}>
        <Trans>Close</Trans>
      </Button>
    </>
  );
}
