import type { NotificationPreferences } from '../../../src-server/contract/console/session';

export type QuietHours = NonNullable<NotificationPreferences['quietHours']>;

export const DEFAULT_QUIET_HOURS: QuietHours = { from: '22:00', to: '07:00', days: [0, 1, 2, 3, 4, 5, 6] };

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** What quiet hours mean at one moment. `at`: when they end, or begin next, as an instant in ms. */
export type QuietState =
  | { readonly type: 'quiet'; readonly at: number }
  | { readonly type: 'later'; readonly at: number }
  | { readonly type: 'never' };

/**
 * The wall clock decides, as in the shell that keeps them: `from` belongs to the quiet hours, `to` does not; over
 * midnight the day is the one on which they began; equal times are the whole day.
 */
export function quietStateAt(now: number, quiet: QuietHours): QuietState {
  const from = toMinutes(quiet.from);
  const to = toMinutes(quiet.to);
  const length = to > from ? to - from : to - from + DAY_MINUTES;
  // From yesterday's on, which may still last, to the same weekday next week.
  const spans = Array.from({ length: 9 }, (_, index) => spanOn(now, index - 1, from, length)).filter(
    ({ day }) => quiet.days.includes(day),
  );
  const current = spans.find(({ start, end }) => start <= now && now < end);
  if (current) return { type: 'quiet', at: endOfRun(spans, current.end) };
  const next = spans.find(({ start }) => start > now);
  return next ? { type: 'later', at: next.start } : { type: 'never' };
}

interface Span {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

function spanOn(now: number, offset: number, from: number, length: number): Span {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() + offset);
  const day = start.getDay();
  const end = new Date(start);
  start.setMinutes(from);
  end.setMinutes(from + length);
  return { day, start: start.getTime(), end: end.getTime() };
}

/** Whole days follow each other without a gap. */
function endOfRun(spans: readonly Span[], end: number): number {
  const following = spans.find((span) => Math.abs(span.start - end) < MINUTE);
  return following ? endOfRun(spans, following.end) : end;
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
