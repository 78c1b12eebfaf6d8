import { and, asc, desc, eq, inArray, isNull, lt, lte, or } from 'drizzle-orm';
import type { PaymentStatus } from '../../contract/console/billing';
import type { Keyset } from '../../db/cursor';
import type { Db, Tx } from '../../db/open';
import { preparedInsert } from '../../db/prepared';
import { agentPlans, paymentEvents, payments } from './billing.tables';

export type PaymentRow = typeof payments.$inferSelect;
export type AgentPlanRow = typeof agentPlans.$inferSelect;

export const insertPayment = preparedInsert(payments) as (tx: Tx, row: PaymentRow) => void;

export function findPayment(db: Db, id: string): PaymentRow | undefined {
  return db.select().from(payments).where(eq(payments.id, id)).get();
}

export function findPaymentBySession(db: Db, sessionId: string): PaymentRow | undefined {
  return db.select().from(payments).where(eq(payments.sessionId, sessionId)).get();
}

export function updatePayment(tx: Tx, id: string, change: Partial<Omit<PaymentRow, 'id'>>): void {
  tx.update(payments).set(change).where(eq(payments.id, id)).run();
}

/** What waits to be paid for an agent: there is one order per pack and plan. */
export function listPendingOf(db: Db, agentId: string): PaymentRow[] {
  return db
    .select()
    .from(payments)
    .where(and(eq(payments.agentId, agentId), eq(payments.status, 'pending')))
    .all();
}

/** What a person ordered, newest first. */
export function listPaymentsOf(
  db: Db,
  buyerId: string,
  {
    agentId,
    after,
    limit,
  }: {
    readonly agentId?: string | undefined;
    readonly after?: Keyset | undefined;
    readonly limit: number;
  },
): PaymentRow[] {
  return db
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.buyerId, buyerId),
        agentId === undefined ? undefined : eq(payments.agentId, agentId),
        after === undefined
          ? undefined
          : or(
              lt(payments.createdAt, after.at),
              and(eq(payments.createdAt, after.at), lt(payments.id, after.id)),
            ),
      ),
    )
    .orderBy(desc(payments.createdAt), desc(payments.id))
    .limit(limit)
    .all();
}

/** Checkouts of ours that nobody paid in time. */
export function listOverdue(db: Db, now: number, limit: number): PaymentRow[] {
  return db
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.status, 'pending'),
        eq(payments.provider, 'sandbox'),
        lte(payments.checkoutExpiresAt, now),
      ),
    )
    .limit(limit)
    .all();
}

/** Orders of an agent whose checkout was never opened: nobody can pay them. */
export function forgetUnopened(tx: Tx, agentId: string): number {
  return tx
    .delete(payments)
    .where(and(eq(payments.agentId, agentId), eq(payments.status, 'pending'), isNull(payments.sessionId)))
    .run().changes;
}

/** What came to nothing, once it is this old. What was paid is kept. */
export function pruneUnpaid(tx: Tx, before: number): void {
  const unpaid: PaymentStatus[] = ['pending', 'expired', 'failed'];
  tx.delete(payments)
    .where(and(inArray(payments.status, unpaid), lt(payments.updatedAt, before)))
    .run();
}

/** Addresses of checkouts are of nobody's who was erased. */
export function blankCheckoutsOf(tx: Tx, buyerId: string): number {
  return tx.update(payments).set({ checkoutUrl: null }).where(eq(payments.buyerId, buyerId)).run().changes;
}

/** False when this event was carried out before. */
export function insertPaymentEvent(tx: Tx, event: typeof paymentEvents.$inferInsert): boolean {
  return tx.insert(paymentEvents).values(event).onConflictDoNothing().run().changes === 1;
}

export function prunePaymentEvents(tx: Tx, before: number): void {
  tx.delete(paymentEvents).where(lt(paymentEvents.receivedAt, before)).run();
}

export function findAgentPlan(db: Db, agentId: string): AgentPlanRow | undefined {
  return db.select().from(agentPlans).where(eq(agentPlans.agentId, agentId)).get();
}

export function saveAgentPlan(tx: Tx, plan: AgentPlanRow): void {
  const { agentId, ...rest } = plan;
  tx.insert(agentPlans)
    .values({ agentId, ...rest })
    .onConflictDoUpdate({ target: agentPlans.agentId, set: rest })
    .run();
}

export function deleteAgentPlan(tx: Tx, agentId: string): void {
  tx.delete(agentPlans).where(eq(agentPlans.agentId, agentId)).run();
}

export function listEndedPlans(db: Db, now: number, limit: number): AgentPlanRow[] {
  return db
    .select()
    .from(agentPlans)
    .where(lte(agentPlans.endsAt, now))
    .orderBy(asc(agentPlans.endsAt))
    .limit(limit)
    .all();
}
