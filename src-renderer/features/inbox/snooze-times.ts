/** One answer to "until when": a moment, and how it is called. */
export interface SnoozeTime {
  readonly code: 'hour' | 'evening' | 'tomorrow' | 'monday' | 'week';
  readonly at: number;
}

const HOUR = 3_600_000;
const EVENING = 18;
const MORNING = 9;

/** The same day at this hour, or `days` later; local time, so that a morning is one after the clocks change too. */
function atHour(now: number, days: number, hour: number): number {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date.getTime();
}

/** Days to the next Monday; a week on a Monday. */
function daysToMonday(now: number): number {
  return (8 - new Date(now).getDay()) % 7 || 7;
}

/**
 * What is offered, soonest first, without doubles and without what lies too close to the end: a proposal never sleeps
 * past its expiry (decisions §3).
 */
export function snoozeTimes(now: number, expiresAt: number | null): SnoozeTime[] {
  const all: SnoozeTime[] = [
    { code: 'hour', at: now + HOUR },
    { code: 'evening', at: atHour(now, 0, EVENING) },
    { code: 'tomorrow', at: atHour(now, 1, MORNING) },
    { code: 'monday', at: atHour(now, daysToMonday(now), MORNING) },
    { code: 'week', at: atHour(now, 7, MORNING) },
  ];
  return all
    .filter(({ at }) => at >= now + HOUR && (expiresAt === null || at < expiresAt))
    .sort((a, b) => a.at - b.at)
    .filter(({ at }, index, sorted) => at !== sorted[index - 1]?.at);
}
