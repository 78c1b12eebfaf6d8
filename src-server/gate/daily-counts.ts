import { lt, sql } from 'drizzle-orm';
import type { Tier } from '../contract/nb/costs';
import type { Tx } from '../db/open';
import { DAY, toOffsetIso, utcDay } from '../lib/clock';
import { AppError } from '../lib/errors';
import { dailyCounts } from './gate.tables';
import { DAILY_CAPS, perDayOf, type DailyCapName } from './limits';

/**
 * Counts one of today; the count rolls back with its transaction.
 * @throws AppError `cap_reached` naming the cap and its reset
 */
export function countToday(tx: Tx, subjectId: string, cap: DailyCapName, now: number, tier?: Tier): void {
  const day = utcDay(now);
  const { of } = DAILY_CAPS[cap];
  const perDay = perDayOf(cap, tier?.id);
  const row = tx
    .insert(dailyCounts)
    .values({ subjectId, cap, day, count: 1 })
    .onConflictDoUpdate({
      target: [dailyCounts.subjectId, dailyCounts.cap, dailyCounts.day],
      set: { count: sql`${dailyCounts.count} + 1` },
    })
    .returning({ count: dailyCounts.count })
    .get();
  if (row.count > perDay) {
    const reset = Date.parse(`${day}T00:00:00.000Z`) + DAY;
    const resetAt = toOffsetIso(reset);
    throw new AppError(
      'cap_reached',
      `Daily cap reached: ${perDay} ${of} a day${tier ? ` on ${tier.label}` : ''}. It starts anew at ${resetAt}.`,
      {
        details: { cap, limit: perDay, reset_at: resetAt },
        retryAfterSeconds: Math.ceil((reset - now) / 1_000),
      },
    );
  }
}

export function pruneDailyCounts(tx: Tx, now: number): void {
  tx.delete(dailyCounts)
    .where(lt(dailyCounts.day, utcDay(now - 2 * DAY)))
    .run();
}
