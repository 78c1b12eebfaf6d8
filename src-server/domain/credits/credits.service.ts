import { monthlyOf, tierOf, TIERS, toCredits, type Tier } from '../../contract/nb/costs';
import type { Kind } from '../../contract/common';
import type { Db, Reader, Tx, Writer } from '../../db/open';
import type { CreditRequest, CreditsPort } from '../../gate/credits-port';
import { DAY, toOffsetIso, utcDay, type Clock } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import {
  addToBalance,
  addToDay,
  findBalance,
  findHolder,
  findLastMovement,
  findReservation,
  findSource,
  findWallet,
  insertAlert,
  insertEntry,
  insertReservation,
  insertTransaction,
  listCaps,
  listDay,
  listDueWallets,
  listTransactions,
  openAccount,
  pruneAlerts,
  pruneDays,
  saveWallet,
  settleReservation,
  type AlertRow,
  type HolderRow,
  type ReservationRow,
  type TransactionRow,
} from './credits.repo';
import { anchorDayOf, dueTo, nextGrantAfter, type Period } from './periods';

const GRANTS = 'system:grants';
const SPENT = 'system:spent';
const SALES = 'system:sales';
const availableOf = (agentId: string): string => `${agentId}:available`;
const reservedOf = (agentId: string): string => `${agentId}:reserved`;
const DAYS_KEPT = 62;
const BATCH = 200;

/** What an agent has, in 1/1000 credit; `available` and `monthly` are null without a limit. */
export interface Standing {
  readonly tier: Tier;
  readonly available: number | null;
  readonly reserved: number;
  readonly monthly: number | null;
  readonly resetAt: number;
  readonly ownerId: string | null;
}

/** The ledger: double entry, append-only, integers. Every movement is part of its effect's own transaction. */
export interface CreditsService extends CreditsPort {
  /** Gives an agent its first month at registration. */
  open(tx: Tx, agentId: string): void;
  /** As of now, a month included that is due and not yet written. @throws AppError `not_found` */
  standingOf(db: Db, agentId: string): Standing;
  /** Puts credits that were bought into the balance, and gives the id of the line. */
  topUp(tx: Tx, bought: { readonly agentId: string; readonly amount: number }): string;
  /** Takes bought credits back, as far as they were not spent. */
  takeBack(tx: Tx, bought: { readonly agentId: string; readonly amount: number }): void;
  /** Newest first. */
  history(db: Db, agentId: string, limit: number): TransactionRow[];
  /** Writes down the months that are due, and forgets old days and alerts; nightly. */
  care(): void;
}

/** Percent of a month's credits, or of a cap, at which an owner is told; 100 is when the next one no longer fits. */
export const ALERT_THRESHOLDS = [50, 75, 90, 100] as const;

/** A threshold that was crossed, to be told to the owner in the transaction that crossed it. */
export interface SpendingAlert extends AlertRow {
  readonly ownerId: string;
  readonly traceId: string;
}

/** Movements that an agent's balance gains by. */
const COMES_IN: ReadonlySet<TransactionRow['type']> = new Set(['grant', 'release', 'refund', 'topup']);
const OF_SALES = { costName: null, actionId: null } as const;

interface Movement {
  readonly type: TransactionRow['type'];
  readonly agentId: string;
  readonly costName: TransactionRow['costName'];
  readonly actionId: string | null;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export function createCreditsService({
  writer,
  reader,
  clock,
  ids,
  wantsAlerts,
  onAlert,
  topUpUrlOf,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether this owner wants to hear of thresholds. */
  readonly wantsAlerts: (db: Db, ownerId: string) => boolean;
  readonly onAlert: (tx: Tx, alert: SpendingAlert, now: number) => void;
  /** Where credits are bought for an agent. */
  readonly topUpUrlOf: (agentId: string) => string;
}): CreditsService {
  const standingOf = (
    db: Db,
    agentId: string,
  ): Standing & { readonly due: number; readonly period: Period } => {
    const holder = findHolder(db, agentId);
    if (!holder) throw notFound('agent');
    const tier = tierOfHolder(holder);
    const monthly = monthlyOf(tier);
    const now = clock.now();
    const { amount: due, period } = dueTo(
      findWallet(db, agentId) ?? firstPeriod(holder.createdAt, now),
      monthly,
      now,
    );
    return {
      tier,
      monthly,
      available: monthly === null ? null : findBalance(db, availableOf(agentId)) + due,
      reserved: findBalance(db, reservedOf(agentId)),
      resetAt: period.nextGrantAt,
      ownerId: holder.ownerId,
      due,
      period,
    };
  };

  /** The standing with what is due written down. */
  const settled = (tx: Tx, agentId: string): Standing => {
    const standing = standingOf(tx, agentId);
    const before = findWallet(tx, agentId);
    if (!before) openAccounts(tx, agentId);
    if (standing.due > 0) {
      const grant = { type: 'grant', agentId, costName: null, actionId: null } as const;
      move(tx, { ...grant, from: GRANTS, to: availableOf(agentId), amount: standing.due });
    }
    if (before?.nextGrantAt !== standing.period.nextGrantAt || standing.due > 0) {
      saveWallet(tx, { agentId, ...standing.period });
    }
    return standing;
  };

  /** @throws AppError `payment_required` when `from` would go below its floor */
  const move = (tx: Tx, movement: Movement): string => {
    const { type, agentId, costName, actionId, from, to, amount } = movement;
    if (!Number.isInteger(amount) || amount <= 0) throw new Error(`The ledger can't move ${amount}`);
    if (!addToBalance(tx, from, -amount)) throw exhausted(standingOf(tx, agentId), topUpUrlOf(agentId));
    if (!addToBalance(tx, to, amount)) throw new Error(`There is no account ${to}`);
    const id = ids.prefixed('ctx');
    const own = availableOf(agentId);
    insertTransaction(tx, {
      id,
      agentId,
      type,
      costName,
      actionId,
      amount: COMES_IN.has(type) ? amount : -amount,
      balanceAfter: from === own || to === own ? findBalance(tx, own) : null,
      createdAt: clock.now(),
    });
    insertEntry(tx, { transactionId: id, accountId: from, amount: -amount });
    insertEntry(tx, { transactionId: id, accountId: to, amount });
    return id;
  };

  /** Tells the owner of the highest threshold that this crosses and that they have not heard of in this period. */
  const tellOf = (tx: Tx, { agentId, traceId }: CreditRequest, ownerId: string, use: Use): void => {
    const crossed = crossedBy(use);
    if (crossed.length === 0 || !wantsAlerts(tx, ownerId)) return;
    const now = clock.now();
    const { scope, period } = use;
    const news = crossed.filter((threshold) =>
      insertAlert(tx, { agentId, scope, period, threshold, createdAt: now }),
    );
    const threshold = news.at(-1);
    if (threshold !== undefined) onAlert(tx, { agentId, scope, period, threshold, ownerId, traceId }, now);
  };

  /** The account that pays, once the caps are kept to; null where it costs nothing. */
  const payerOf = (tx: Tx, request: CreditRequest): string | null => {
    if (request.amount === 0) return null;
    const { agentId, kind, amount } = request;
    const { monthly, available, resetAt, ownerId } = settled(tx, agentId);
    const uses = usesOfCaps(tx, request, clock.now());
    addToDay(tx, { agentId, kind, day: utcDay(clock.now()), amount });
    if (ownerId !== null) {
      if (monthly !== null && available !== null && available >= amount) {
        uses.push({
          scope: 'month',
          period: utcDay(resetAt),
          limit: monthly,
          before: monthly - available,
          amount,
        });
      }
      for (const use of uses) tellOf(tx, request, ownerId, use);
    }
    return monthly === null ? GRANTS : availableOf(agentId);
  };

  const settle = (tx: Tx, id: string, outcome: 'captured' | 'released'): ReservationRow => {
    const reservation = findReservation(tx, id);
    if (!reservation || !settleReservation(tx, id, outcome, clock.now())) {
      throw new Error(`Reservation ${id} is settled already, or never was`);
    }
    return reservation;
  };

  return {
    standingOf,
    tierOf: (db, agentId) => standingOf(db, agentId).tier,
    history: listTransactions,
    open: (tx, agentId) => void settled(tx, agentId),

    topUp(tx, { agentId, amount }) {
      settled(tx, agentId);
      openAccount(tx, { id: SALES, agentId: null, type: 'sales', floor: null });
      return move(tx, { ...OF_SALES, type: 'topup', agentId, from: SALES, to: availableOf(agentId), amount });
    },

    takeBack(tx, { agentId, amount }) {
      const left = Math.min(amount, findBalance(tx, availableOf(agentId)));
      if (left <= 0) return;
      const from = availableOf(agentId);
      move(tx, { ...OF_SALES, type: 'takeback', agentId, from, to: SALES, amount: left });
    },

    charge(tx, request) {
      const from = payerOf(tx, request);
      if (from === null) return;
      const { agentId, actionId, costName, amount } = request;
      move(tx, { type: 'charge', agentId, costName, actionId, from, to: SPENT, amount });
    },

    reserve(tx, request) {
      const from = payerOf(tx, request);
      if (from === null) return null;
      const { agentId, actionId, costName, kind, amount } = request;
      const to = reservedOf(agentId);
      const id = move(tx, { type: 'reserve', agentId, costName, actionId, from, to, amount });
      insertReservation(tx, {
        id,
        agentId,
        actionId,
        kind,
        costName,
        amount,
        sourceId: from,
        createdAt: clock.now(),
        settledAt: null,
        outcome: null,
      });
      return id;
    },

    capture(tx, id) {
      const { agentId, actionId, costName, amount } = settle(tx, id, 'captured');
      const from = reservedOf(agentId);
      move(tx, { type: 'capture', agentId, costName, actionId, from, to: SPENT, amount });
    },

    release(tx, id) {
      const { agentId, actionId, costName, amount, kind, sourceId, createdAt } = settle(tx, id, 'released');
      const from = reservedOf(agentId);
      move(tx, { type: 'release', agentId, costName, actionId, from, to: sourceId, amount });
      addToDay(tx, { agentId, kind, day: utcDay(createdAt), amount: -amount });
    },

    refund(tx, { id: actionId, kind }) {
      const last = findLastMovement(tx, actionId);
      if (last?.type !== 'charge' && last?.type !== 'reserve') return;
      if (last.type === 'reserve' && findReservation(tx, last.id)?.outcome !== 'captured') return;
      const to = findSource(tx, last.id);
      if (to === undefined) throw new Error(`Transaction ${last.id} took from no account`);
      const { agentId, costName, createdAt } = last;
      const amount = -last.amount;
      move(tx, { type: 'refund', agentId, costName, actionId, from: SPENT, to, amount });
      addToDay(tx, { agentId, kind, day: utcDay(createdAt), amount: -amount });
    },

    care() {
      for (;;) {
        const due = listDueWallets(reader, clock.now(), BATCH);
        if (due.length === 0) break;
        writer.transaction((tx) => {
          for (const agentId of due) settled(tx, agentId);
        });
      }
      writer.transaction((tx) => {
        const before = clock.now() - DAYS_KEPT * DAY;
        pruneDays(tx, utcDay(before));
        pruneAlerts(tx, before);
      });
    },
  };
}

/** A desktop sets no limits against its own person, whose plan says so (decisions §2). */
export function tierOfHolder({ ownerPlan, tier }: Pick<HolderRow, 'ownerPlan' | 'tier'>): Tier {
  return tierOf(ownerPlan === 'enterprise' ? 'enterprise' : tier);
}

function firstPeriod(registeredAt: number, now: number): Period {
  const anchorDay = anchorDayOf(registeredAt);
  return { anchorDay, nextGrantAt: nextGrantAfter(anchorDay, now), grantedInPeriod: 0 };
}

function openAccounts(tx: Tx, agentId: string): void {
  openAccount(tx, { id: GRANTS, agentId: null, type: 'grants', floor: null });
  openAccount(tx, { id: SPENT, agentId: null, type: 'spent', floor: null });
  openAccount(tx, { id: availableOf(agentId), agentId, type: 'available', floor: 0 });
  openAccount(tx, { id: reservedOf(agentId), agentId, type: 'reserved', floor: 0 });
}

/** How much of a bound was used before a spend, and how much it takes. */
interface Use {
  readonly scope: AlertRow['scope'];
  readonly period: string;
  readonly limit: number;
  readonly before: number;
  readonly amount: number;
}

/** Thresholds that a spend reaches, the lowest first. A bound that one more of the same no longer fits in is used up. */
function crossedBy({ limit, before, amount }: Use): number[] {
  const after = before + amount;
  const isUsedUp = limit - after < amount;
  return ALERT_THRESHOLDS.filter((threshold) => {
    const bound = (limit * threshold) / 100;
    return threshold === 100 ? isUsedUp : before < bound && (after >= bound || isUsedUp);
  });
}

/**
 * What a spend uses of the caps it counts for. An owner's cap blocks whatever the balance (decisions §4).
 * @throws AppError `payment_required` naming the cap
 */
function usesOfCaps(tx: Tx, { agentId, kind, amount }: CreditRequest, now: number): Use[] {
  const caps = listCaps(tx, agentId).filter((cap) => cap.kind === 'all' || cap.kind === kind);
  if (caps.length === 0) return [];
  const day = utcDay(now);
  const spent = listDay(tx, agentId, day);
  return caps.map((cap) => {
    const counted = spent.filter((row) => cap.kind === 'all' || row.kind === cap.kind);
    const before = counted.reduce((sum, row) => sum + row.amount, 0);
    if (before + amount > cap.perDay) throw capped(cap, cap.perDay - before, day);
    return { scope: cap.kind, period: day, limit: cap.perDay, before, amount };
  });
}

function capped(cap: { kind: Kind | 'all'; perDay: number }, left: number, day: string): AppError {
  const what = cap.kind === 'all' ? '' : ` on ${cap.kind}`;
  return new AppError(
    'payment_required',
    `Your owner lets this agent spend ${toCredits(cap.perDay)} credits a day${what}; that is used up until midnight UTC.`,
    {
      details: {
        credits_remaining: toCredits(Math.max(0, left)),
        can_purchase: false,
        reset_at: toOffsetIso(Date.parse(`${day}T00:00:00.000Z`) + DAY),
        cap: { kind: cap.kind, credits_per_day: toCredits(cap.perDay) },
      },
    },
  );
}

/** ERR-5, in the seed's words; where credits can be bought it says where. */
function exhausted({ tier, available, resetAt }: Standing, topUpUrl: string): AppError {
  const next = TIERS[TIERS.indexOf(tier) + 1];
  const offer = next?.creditsMonth ? `${next.creditsMonth} credits/month` : 'unlimited credits';
  return new AppError(
    'payment_required',
    `You've used all ${tier.creditsMonth ?? 0} credits this month. Upgrade to ${next?.label ?? tier.label} for ${offer}.`,
    {
      details: {
        tier: tier.id,
        credits_remaining: toCredits(available ?? 0),
        can_purchase: tier.canTopUp,
        reset_at: toOffsetIso(resetAt),
        ...(tier.canTopUp ? { top_up_url: topUpUrl } : {}),
      },
    },
  );
}
