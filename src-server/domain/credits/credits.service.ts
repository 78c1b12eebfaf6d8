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
  findReservation,
  findWallet,
  insertEntry,
  insertReservation,
  insertTransaction,
  listCaps,
  listDay,
  listDueWallets,
  listTransactions,
  openAccount,
  pruneDays,
  saveWallet,
  settleReservation,
  type ReservationRow,
  type TransactionRow,
} from './credits.repo';
import { anchorDayOf, dueTo, nextGrantAfter, type Period } from './periods';

const GRANTS = 'system:grants';
const SPENT = 'system:spent';
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
}

/** The ledger: double entry, append-only, integers. Every movement is part of its effect's own transaction. */
export interface CreditsService extends CreditsPort {
  /** Gives an agent its first month at registration. */
  open(tx: Tx, agentId: string): void;
  /** As of now, a month included that is due and not yet written. @throws AppError `not_found` */
  standingOf(db: Db, agentId: string): Standing;
  /** Newest first. */
  history(db: Db, agentId: string, limit: number): TransactionRow[];
  /** Writes down the months that are due, and forgets old days; nightly. */
  care(): void;
}

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
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
}): CreditsService {
  const standingOf = (
    db: Db,
    agentId: string,
  ): Standing & { readonly due: number; readonly period: Period } => {
    const holder = findHolder(db, agentId);
    if (!holder) throw notFound('agent');
    // A desktop sets no limits against its own person, whose plan says so (decisions §2).
    const tier = tierOf(holder.ownerPlan === 'enterprise' ? 'enterprise' : holder.tier);
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
    if (!addToBalance(tx, from, -amount)) throw exhausted(standingOf(tx, agentId));
    if (!addToBalance(tx, to, amount)) throw new Error(`There is no account ${to}`);
    const id = ids.prefixed('ctx');
    const own = availableOf(agentId);
    insertTransaction(tx, {
      id,
      agentId,
      type,
      costName,
      actionId,
      amount: type === 'grant' || type === 'release' ? amount : -amount,
      balanceAfter: from === own || to === own ? findBalance(tx, own) : null,
      createdAt: clock.now(),
    });
    insertEntry(tx, { transactionId: id, accountId: from, amount: -amount });
    insertEntry(tx, { transactionId: id, accountId: to, amount });
    return id;
  };

  /** The account that pays, once the caps are kept to; null where it costs nothing. */
  const payerOf = (tx: Tx, request: CreditRequest): string | null => {
    if (request.amount === 0) return null;
    const { agentId, kind, amount } = request;
    const standing = settled(tx, agentId);
    assertCaps(tx, request, clock.now());
    addToDay(tx, { agentId, kind, day: utcDay(clock.now()), amount });
    return standing.monthly === null ? GRANTS : availableOf(agentId);
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

    care() {
      for (;;) {
        const due = listDueWallets(reader, clock.now(), BATCH);
        if (due.length === 0) break;
        writer.transaction((tx) => {
          for (const agentId of due) settled(tx, agentId);
        });
      }
      writer.transaction((tx) => pruneDays(tx, utcDay(clock.now() - DAYS_KEPT * DAY)));
    },
  };
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

/** An owner's cap blocks whatever the balance (decisions §4). @throws AppError `payment_required` naming the cap */
function assertCaps(tx: Tx, { agentId, kind, amount }: CreditRequest, now: number): void {
  const caps = listCaps(tx, agentId).filter((cap) => cap.kind === 'all' || cap.kind === kind);
  if (caps.length === 0) return;
  const day = utcDay(now);
  const spent = listDay(tx, agentId, day);
  for (const cap of caps) {
    const counted = spent.filter((row) => cap.kind === 'all' || row.kind === cap.kind);
    const total = counted.reduce((sum, row) => sum + row.amount, 0);
    if (total + amount > cap.perDay) throw capped(cap, cap.perDay - total, day);
  }
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

/** ERR-5, in the seed's words. */
function exhausted({ tier, available, resetAt }: Standing): AppError {
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
      },
    },
  );
}
