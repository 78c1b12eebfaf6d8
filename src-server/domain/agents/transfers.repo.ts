import { and, desc, eq, gt, isNull, or } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { agentTransfers } from './agents.tables';

export type TransferRow = typeof agentTransfers.$inferSelect;

const MAX_OFFERS = 100;

export function insertTransfer(tx: Tx, row: typeof agentTransfers.$inferInsert): void {
  tx.insert(agentTransfers).values(row).run();
}

export function findTransfer(db: Db, id: string): TransferRow | undefined {
  return db.select().from(agentTransfers).where(eq(agentTransfers.id, id)).get();
}

export function isOpen(transfer: TransferRow, now: number): boolean {
  return transfer.endedAt === null && transfer.expiresAt > now;
}

/** The open offer of an agent; there is at most one. */
export function findOpenTransfer(db: Db, agentId: string, now: number): TransferRow | undefined {
  return db
    .select()
    .from(agentTransfers)
    .where(
      and(
        eq(agentTransfers.agentId, agentId),
        isNull(agentTransfers.endedAt),
        gt(agentTransfers.expiresAt, now),
      ),
    )
    .orderBy(desc(agentTransfers.createdAt))
    .limit(1)
    .get();
}

/** Open offers to an address, newest first. */
export function listOpenTransfersTo(db: Db, email: string, now: number): TransferRow[] {
  return db
    .select()
    .from(agentTransfers)
    .where(
      and(
        eq(agentTransfers.toEmail, email),
        isNull(agentTransfers.endedAt),
        gt(agentTransfers.expiresAt, now),
      ),
    )
    .orderBy(desc(agentTransfers.createdAt))
    .limit(MAX_OFFERS)
    .all();
}

export function endTransfer(
  tx: Tx,
  id: string,
  end: {
    readonly outcome: NonNullable<TransferRow['outcome']>;
    readonly toUserId?: string;
    readonly now: number;
  },
): void {
  const { outcome, toUserId, now } = end;
  tx.update(agentTransfers)
    .set({ outcome, endedAt: now, ...(toUserId === undefined ? {} : { toUserId }) })
    .where(eq(agentTransfers.id, id))
    .run();
}

/** Ends what is not ended of an agent: open offers, and those whose time ran out unsaid. How many were open. */
export function endTransfersOf(tx: Tx, agentId: string, now: number): number {
  const open = findOpenTransfer(tx, agentId, now) ? 1 : 0;
  const unended = and(eq(agentTransfers.agentId, agentId), isNull(agentTransfers.endedAt));
  tx.update(agentTransfers)
    .set({ outcome: 'cancelled', endedAt: now })
    .where(and(unended, gt(agentTransfers.expiresAt, now)))
    .run();
  tx.update(agentTransfers).set({ outcome: 'expired', endedAt: now }).where(unended).run();
  return open;
}

/** Offers to a person who is erased end, and none of them, however old, keeps the address. How many were open. */
export function forgetOffersTo(
  tx: Tx,
  person: { readonly id: string; readonly email: string },
  now: number,
): number {
  const isTheirs = or(eq(agentTransfers.toEmail, person.email), eq(agentTransfers.toUserId, person.id));
  const open = tx
    .update(agentTransfers)
    .set({ outcome: 'declined', endedAt: now })
    .where(and(isTheirs, isNull(agentTransfers.endedAt), gt(agentTransfers.expiresAt, now)))
    .run().changes;
  tx.update(agentTransfers).set({ toEmail: '' }).where(isTheirs).run();
  return open;
}
