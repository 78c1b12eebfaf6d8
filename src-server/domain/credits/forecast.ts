import { DAY } from '../../lib/clock';

/**
 * When an agent runs out at its present pace; null where it lasts until its next month, or has no limit, or spends
 * nothing.
 */
export function runsOutAt({
  available,
  perDay,
  resetAt,
  now,
}: {
  readonly available: number | null;
  /** In the unit of `available`. */
  readonly perDay: number;
  readonly resetAt: number;
  readonly now: number;
}): number | null {
  if (available === null || perDay <= 0) return null;
  const at = now + Math.floor((available / perDay) * DAY);
  return at < resetAt ? at : null;
}
