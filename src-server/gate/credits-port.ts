import type { Kind } from '../contract/common';
import type { CreditCostName, Tier } from '../contract/nb/costs';
import type { Db, Tx } from '../db/open';

/** One thousandth of a credit: the unit of the ledger (decisions §4). */
export type Millicredits = number;

export interface CreditRequest {
  readonly agentId: string;
  readonly actionId: string;
  readonly kind: Kind;
  readonly costName: CreditCostName;
  readonly amount: Millicredits;
  /** Of the action: what the ledger tells of it is of the same trace. */
  readonly traceId: string;
}

/**
 * Where the ledger plugs in. The gate charges what runs at once; it reserves when it holds, captures when an approved
 * action runs and releases when it does not; all inside its own transaction.
 */
export interface CreditsPort {
  /** What the agent's caps go by. */
  tierOf(db: Db, agentId: string): Tier;
  /** @throws AppError `payment_required` when the agent can't pay, or its owner's cap is reached */
  charge(tx: Tx, request: CreditRequest): void;
  /** As `charge`, for later. Null when it costs nothing. */
  reserve(tx: Tx, request: CreditRequest): string | null;
  capture(tx: Tx, reservationId: string): void;
  release(tx: Tx, reservationId: string): void;
  /** Gives back what an executed action cost, once; nothing where it cost nothing. */
  refund(tx: Tx, action: { readonly id: string; readonly kind: Kind }): void;
}
