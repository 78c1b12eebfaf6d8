import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { filterAgentsQuery } from '../inbox/api';
import { ForeignOption } from '../../components/foreign-option';

/** The agents in whose name the person may write. */
export function useWriters() {
  const { data } = useQuery(filterAgentsQuery);
  return data?.items.filter(({ status }) => status === 'active' || status === 'paused') ?? [];
}

export function AgentSelect({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const { t } = useLingui();
  const writers = useWriters();
  return (
    <NativeSelect
      size="xs"
      label={t`In the name of`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {writers.map(({ id, name }) => (
        <ForeignOption key={id} value={id}>
          {name}
        </ForeignOption>
      ))}
    </NativeSelect>
  );
}
