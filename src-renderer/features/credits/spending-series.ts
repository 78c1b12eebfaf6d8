import type { UsageRow } from '../../../src-server/contract/console/credits';

/** Series a chart draws at most; what is over goes into the last one. */
export const MAX_SERIES = 5;
/** Name of the series that holds all that have no place of their own. */
export const OTHERS = 'others';

export interface Series {
  readonly key: string;
  readonly total: number;
  /** By day, in the order of `days`. */
  readonly values: readonly number[];
}

export interface SpendingSeries {
  readonly days: readonly string[];
  /** The largest first. */
  readonly series: readonly Series[];
  /** Of one day, over all series. */
  readonly totals: readonly number[];
  readonly total: number;
}

const DAY_MS = 86_400_000;

/** Days between two, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  const end = Date.parse(`${to}T00:00:00.000Z`);
  for (let at = Date.parse(`${from}T00:00:00.000Z`); at <= end; at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** Counts rows into one series for each value of `by`, every day of the span included. */
export function toSeries(
  { from, to, items }: { readonly from: string; readonly to: string; readonly items: readonly UsageRow[] },
  by: (row: UsageRow) => string,
): SpendingSeries {
  const days = daysBetween(from, to);
  const place = new Map(days.map((day, index) => [day, index]));
  const sums = new Map<string, number>();
  for (const row of items) sums.set(by(row), (sums.get(by(row)) ?? 0) + row.credits);
  const ranked = [...sums].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const named = ranked.length <= MAX_SERIES ? ranked : ranked.slice(0, MAX_SERIES - 1);
  const own = new Set(named.map(([key]) => key));
  const values = new Map<string, number[]>();
  const totals = days.map(() => 0);
  for (const row of items) {
    const index = place.get(row.day);
    if (index === undefined) continue;
    const key = own.has(by(row)) ? by(row) : OTHERS;
    const line = values.get(key) ?? days.map(() => 0);
    line[index] = (line[index] ?? 0) + row.credits;
    values.set(key, line);
    totals[index] = (totals[index] ?? 0) + row.credits;
  }
  const order = [...named.map(([key]) => key), ...(values.has(OTHERS) ? [OTHERS] : [])];
  return {
    days,
    totals,
    total: totals.reduce((sum, value) => sum + value, 0),
    series: order.map((key) => {
      const line = values.get(key) ?? [];
      return { key, values: line, total: line.reduce((sum, value) => sum + value, 0) };
    }),
  };
}
