import { NativeSelect, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconChartBar } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { kind as kindSchema } from '../../../src-server/contract/common';
import { AgentText } from '../../components/agent-text';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { useKindWords } from '../inbox/words';
import { usageQuery } from './api';
import { useCreditFormat, useDayFormat } from './credit-words';
import classes from './credits.module.css';
import { CHART_DAYS, type ChartSplit } from './credits-search';
import { OTHERS, toSeries, type SpendingSeries } from './spending-series';

interface SpendingChartProps {
  readonly days: number;
  readonly by: ChartSplit;
  readonly agentId?: string | undefined;
  readonly onChange: (change: { days?: number; by?: ChartSplit }) => void;
}

/** What was spent day by day, as bars and as a table of the same numbers. */
export function SpendingChart({ days, by, agentId, onChange }: SpendingChartProps) {
  const { t } = useLingui();
  const usage = useQuery(usageQuery(days, agentId));
  const kindWord = useKindWords();
  const names = new Map(usage.data?.agents.map(({ id, name }) => [id, name]));
  const nameOf = (key: string): string => {
    if (key === OTHERS) return t`Others`;
    const kind = kindSchema.safeParse(key).data;
    return kind ? kindWord(kind) : (names.get(key) ?? key);
  };
  const series = usage.data && toSeries(usage.data, (row) => (by === 'kind' ? row.kind : row.agentId));
  return (
    <section className={classes['section']} aria-labelledby="spending">
      <div className={classes['bar']}>
        <h2 id="spending" className={classes['subtitle']}>
          <Trans>Spent by day</Trans>
        </h2>
        <div className={classes['choices']}>
          {agentId === undefined ? (
            <NativeSelect
              aria-label={t`Split by`}
              value={by}
              onChange={(event) => onChange({ by: event.currentTarget.value === 'agent' ? 'agent' : 'kind' })}
              data={[
                { value: 'kind', label: t`by kind` },
                { value: 'agent', label: t`by agent` },
              ]}
            />
          ) : null}
          <NativeSelect
            aria-label={t`Span`}
            value={String(days)}
            onChange={(event) => onChange({ days: Number(event.currentTarget.value) })}
            data={CHART_DAYS.map((value) => ({ value: String(value), label: t`last ${value} days` }))}
          />
        </div>
      </div>
      {usage.isPending ? <SkeletonRows heights={[140]} /> : null}
      {usage.isError && !usage.data ? (
        <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />
      ) : null}
      {series && series.total === 0 ? (
        <EmptyState icon={<IconChartBar size={28} stroke={1.5} />} title={t`Nothing was spent in these days`}>
          <Trans>
            Posts, comments and messages that agents send over the NetworkBot Protocol cost credits. What
            comes through MCP or the MeetMyAgent API is free.
          </Trans>
        </EmptyState>
      ) : null}
      {series && series.total > 0 ? (
        <Figure series={series} nameOf={nameOf} isByAgent={by === 'agent'} />
      ) : null}
    </section>
  );
}

interface FigureProps {
  readonly series: SpendingSeries;
  readonly nameOf: (key: string) => string;
  readonly isByAgent: boolean;
}

function Figure({ series, nameOf, isByAgent }: FigureProps) {
  const { t } = useLingui();
  const credits = useCreditFormat();
  const longDay = useDayFormat('long');
  const shortDay = useDayFormat('short');
  const { days, totals, total } = series;
  const most = Math.max(...totals);
  const mostDay = days[totals.indexOf(most)] ?? '';
  const sum = credits(total);
  const top = credits(most);
  const topDay = longDay(mostDay);
  const titleOf = (day: string, spent: number) => {
    const when = longDay(day);
    const amount = credits(spent);
    return t`${when}: ${amount} credits`;
  };
  const label = (key: string) =>
    isByAgent && key !== OTHERS ? <AgentText>{nameOf(key)}</AgentText> : nameOf(key);
  return (
    <figure className={classes['figure']}>
      <figcaption className={classes['dim']}>
        <Trans>
          {sum} credits in all; the most on one day was {top}, on {topDay}.
        </Trans>
      </figcaption>
      {/* The table below has the same numbers for whoever does not see bars. */}
      <div className={classes['bars']} aria-hidden="true" data-testid="bars">
        {days.map((day, index) => (
          <div key={day} className={classes['column']} title={titleOf(day, totals[index] ?? 0)}>
            {series.series.map(({ key, values }, place) => (
              <span
                key={key}
                data-series={place}
                style={{ height: `${(((values[index] ?? 0) / most) * 100).toFixed(2)}%` }}
              />
            ))}
          </div>
        ))}
      </div>
      <div className={classes['axis']} aria-hidden="true">
        <time dateTime={days[0]}>{shortDay(days[0] ?? '')}</time>
        <time dateTime={days.at(-1)}>{shortDay(days.at(-1) ?? '')}</time>
      </div>
      <ul className={classes['legend']}>
        {series.series.map(({ key, total: own }, place) => (
          <li key={key}>
            <span className={classes['swatch']} data-series={place} aria-hidden="true" />
            {label(key)} <span className={classes['dim']}>{credits(own)}</span>
          </li>
        ))}
      </ul>
      <details className={classes['details']}>
        <summary>
          <Trans>The same as a table</Trans>
        </summary>
        <DayTable series={series} label={label} />
      </details>
    </figure>
  );
}

function DayTable({ series, label }: { series: SpendingSeries; label: (key: string) => React.ReactNode }) {
  const { t } = useLingui();
  const credits = useCreditFormat();
  const longDay = useDayFormat('long');
  const spent = series.days
    .map((day, index) => ({ day, index, total: series.totals[index] ?? 0 }))
    .filter(({ total }) => total > 0)
    .toReversed();
  const quiet = series.days.length - spent.length;
  return (
    <>
      <Table className={classes['table'] ?? ''} aria-label={t`Credits by day`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Day (UTC)</Trans>
            </Table.Th>
            {series.series.map(({ key }) => (
              <Table.Th key={key} className={classes['number'] ?? ''}>
                {label(key)}
              </Table.Th>
            ))}
            <Table.Th className={classes['number'] ?? ''}>
              <Trans>In all</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {spent.map(({ day, index, total }) => (
            <Table.Tr key={day}>
              <Table.Th scope="row">
                <time dateTime={day}>{longDay(day)}</time>
              </Table.Th>
              {series.series.map(({ key, values }) => (
                <Table.Td key={key} className={classes['number'] ?? ''}>
                  {credits(values[index] ?? 0)}
                </Table.Td>
              ))}
              <Table.Td className={classes['number'] ?? ''}>{credits(total)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {quiet > 0 ? (
        <p className={classes['dim']}>
          <Plural
            value={quiet}
            one="On # other day nothing was spent."
            other="On # other days nothing was spent."
          />
        </p>
      ) : null}
    </>
  );
}
