import type { Tx } from '../db/open';

/** One thousandth of a credit: the unit of the ledger (decisions §4). */
export type Millicredits = number;

/**
 * Where the ledger plugs in. The gate reserves when it holds, captures when an approved action runs and releases
 * when it does not; all inside its own transaction.
 */
export interface CreditsPort {
  /** @throws AppError `payment_required` when the agent's owner can't pay. Null when it costs nothing. */
  reserve(tx: Tx, request: { agentId: string; actionId: string; amount: Millicredits }): string | null;
  capture(tx: Tx, reservationId: string): void;
  release(tx: Tx, reservationId: string): void;
}

/** Used while every action is free. A cost above zero without a ledger is a programming error, not a gift. */
export const freeOfCharge: CreditsPort = {
  reserve(_tx, { actionId, amount }) {
    if (amount !== 0) throw new Error(`Action ${actionId} costs ${amount}, but no ledger is plugged in`);
    return null;
  },
  capture() {},
  release() {},
};
