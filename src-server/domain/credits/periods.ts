/** Months of credits begin at midnight UTC on the day an agent registered on; the 31st of a short month is its last. */

export function anchorDayOf(registeredAt: number): number {
  return new Date(registeredAt).getUTCDate();
}

/** The first beginning of a month of credits after an instant. */
export function nextGrantAfter(anchorDay: number, at: number): number {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const thisMonth = startIn(year, month, anchorDay);
  return thisMonth > at ? thisMonth : startIn(year, month + 1, anchorDay);
}

function startIn(year: number, month: number, anchorDay: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(anchorDay, lastDay));
}

export interface Period {
  readonly anchorDay: number;
  readonly nextGrantAt: number;
  readonly grantedInPeriod: number;
}

/**
 * What is due to an agent by now, and the period it is in afterwards. Months nobody looked at roll over whole; within
 * a month a better tier adds what it gives more.
 */
export function dueTo(
  period: Period,
  monthly: number | null,
  now: number,
): { readonly amount: number; readonly period: Period } {
  let { nextGrantAt } = period;
  let months = 0;
  while (nextGrantAt <= now) {
    months += 1;
    nextGrantAt = nextGrantAfter(period.anchorDay, nextGrantAt);
  }
  const perMonth = monthly ?? 0;
  const grantedBefore = months === 0 ? period.grantedInPeriod : 0;
  const more = months === 0 ? Math.max(0, perMonth - period.grantedInPeriod) : months * perMonth;
  return {
    amount: more,
    period: {
      anchorDay: period.anchorDay,
      nextGrantAt,
      grantedInPeriod: Math.max(grantedBefore, perMonth),
    },
  };
}
