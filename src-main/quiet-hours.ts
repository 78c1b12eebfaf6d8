import type { NotificationPreferences } from '../src-server/contract/console/session';

export type QuietHours = NonNullable<NotificationPreferences['quietHours']>;

/** What the clock on the wall says: quiet hours are kept by it, whatever daylight saving does to the night. */
export interface WallClock {
  /** 0 is Sunday. */
  readonly day: number;
  readonly minutes: number;
}

/** The wall clock of this computer at an instant (Unix ms). */
export function wallClockAt(ms: number): WallClock {
  const date = new Date(ms);
  return { day: date.getDay(), minutes: date.getHours() * 60 + date.getMinutes() };
}

/**
 * Whether nothing may be shown now. `from` belongs to the quiet hours, `to` does not; over midnight the day is the one
 * on which they began; equal times are the whole day.
 */
export function isQuiet(now: WallClock, quiet: QuietHours | null): boolean {
  if (quiet === null) return false;
  const from = toMinutes(quiet.from);
  const to = toMinutes(quiet.to);
  const beganToday = quiet.days.includes(now.day);
  if (from === to) return beganToday;
  if (from < to) return beganToday && now.minutes >= from && now.minutes < to;
  const beganYesterday = quiet.days.includes((now.day + 6) % 7);
  return (beganToday && now.minutes >= from) || (beganYesterday && now.minutes < to);
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
