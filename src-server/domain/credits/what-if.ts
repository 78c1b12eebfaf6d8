import type { Kind } from '../../contract/common';
import type { TransactionType } from './credits.tables';

/** A movement as the what-if of a cap reads it, in the order in which they happened. */
export interface PastMovement {
  readonly type: TransactionType;
  readonly actionId: string | null;
  readonly kind: Kind | undefined;
  /** UTC day. */
  readonly day: string;
  /** 1/1000 credit, positive. */
  readonly amount: number;
}

export interface WhatIfResult {
  readonly actions: number;
  readonly blocked: number;
  readonly blockedDays: number;
}

/**
 * Runs a cap over what happened: what it blocks is not spent, and so leaves room for what comes later that day; what
 * was given back gives its room back on the day it was taken, as the real count does.
 */
export function replayCap(
  movements: readonly PastMovement[],
  cap: { readonly kind: Kind | 'all'; readonly perDay: number },
): WhatIfResult {
  const spent = new Map<string, number>();
  /** The day on which an action's credits count; absent where the cap blocked it. */
  const counted = new Map<string, string>();
  const blockedDays = new Set<string>();
  let actions = 0;
  let blocked = 0;
  for (const { type, actionId, kind, day, amount } of movements) {
    if (actionId === null || (cap.kind !== 'all' && kind !== cap.kind)) continue;
    if (type === 'charge' || type === 'reserve') {
      const before = spent.get(day) ?? 0;
      actions += 1;
      if (before + amount > cap.perDay) {
        blocked += 1;
        blockedDays.add(day);
      } else {
        spent.set(day, before + amount);
        counted.set(actionId, day);
      }
    } else {
      const takenOn = counted.get(actionId);
      if (takenOn === undefined) continue;
      counted.delete(actionId);
      spent.set(takenOn, (spent.get(takenOn) ?? 0) - amount);
    }
  }
  return { actions, blocked, blockedDays: blockedDays.size };
}
