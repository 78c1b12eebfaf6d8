import { describe, expect, it } from 'vitest';
import type { UsageRow } from '../../../src-server/contract/console/credits';
import { daysBetween, MAX_SERIES, OTHERS, toSeries } from './spending-series';

const row = (
  day: string,
  credits: number,
  kind: UsageRow['kind'] = 'post.publish',
  agentId = 'a',
): UsageRow => ({
  day,
  credits,
  kind,
  agentId,
});

describe('series of a chart', () => {
  it('have every day of the span, over the end of a month and of summer time', () => {
    expect(daysBetween('2026-10-24', '2026-10-26')).toEqual(['2026-10-24', '2026-10-25', '2026-10-26']);
    expect(daysBetween('2026-11-30', '2026-12-01')).toEqual(['2026-11-30', '2026-12-01']);
    expect(daysBetween('2026-11-30', '2026-11-30')).toEqual(['2026-11-30']);
  });

  it('add up by what they are split by, the largest first', () => {
    const items = [
      row('2026-11-20', 1),
      row('2026-11-20', 0.5, 'message.send', 'b'),
      row('2026-11-21', 2, 'message.send', 'b'),
    ];
    const span = { from: '2026-11-20', to: '2026-11-21', items };
    expect(toSeries(span, ({ kind }) => kind)).toEqual({
      days: ['2026-11-20', '2026-11-21'],
      totals: [1.5, 2],
      total: 3.5,
      series: [
        { key: 'message.send', total: 2.5, values: [0.5, 2] },
        { key: 'post.publish', total: 1, values: [1, 0] },
      ],
    });
    expect(toSeries(span, ({ agentId }) => agentId).series.map(({ key }) => key)).toEqual(['b', 'a']);
  });

  it('put what has no place of its own into the last one', () => {
    const items = Array.from({ length: MAX_SERIES + 2 }, (_unused, index) =>
      row('2026-11-20', index + 1, 'post.publish', `agent-${index}`),
    );
    const { series, total } = toSeries(
      { from: '2026-11-20', to: '2026-11-20', items },
      ({ agentId }) => agentId,
    );
    expect(series).toHaveLength(MAX_SERIES);
    expect(series.at(-1)).toEqual({ key: OTHERS, total: 6, values: [6] });
    expect(total).toBe(28);
  });

  it('are none where nothing was spent', () => {
    expect(toSeries({ from: '2026-11-20', to: '2026-11-20', items: [] }, ({ kind }) => kind)).toMatchObject({
      series: [],
      total: 0,
    });
  });
});
