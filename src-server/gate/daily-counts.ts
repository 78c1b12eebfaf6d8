import { lt, sql } from 'drizzle-orm';
import type { Tx } from '../db/open';
import { utcDay, DAY } from '../lib/clock';
import { AppError } from '../lib/errors';
import { dailyCounts } from './gate.tables';
import { DAILY_CAPS, type DailyCapName } from './limits';

/**
 * Counts one of today; the count rolls back with its transaction.
 * @throws AppError `cap_reached` naming the cap and its reset
 */
export function countToday(tx: Tx, subjectId: string, cap: DailyCapName, now: number): void {
  const day = utcDay(now);
  const { perDay, of } = DAILY_CAPS[cap];
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
    throw new AppError(
      'cap_reached',
      `Daily cap reached: ${perDay} ${of} a day. It starts anew at ${new Date(reset).toISOString()}.`,
      {
        details: { cap, limit: perDay, reset_at: new Date(reset).toISOString() },
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
