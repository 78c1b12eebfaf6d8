import { and, eq, isNull } from 'drizzle-orm';
import type { Tx } from '../db/open';
import { guidance, policies } from './gate.tables';

/** Everything an owner had settled for an agent goes with the owner; how much that was. */
export function clearStanding(
  tx: Tx,
  agentId: string,
  now: number,
): { readonly policies: number; readonly guidance: number } {
  return {
    policies: tx.delete(policies).where(eq(policies.agentId, agentId)).run().changes,
    guidance: tx
      .update(guidance)
      .set({ retiredAt: now })
      .where(and(eq(guidance.agentId, agentId), isNull(guidance.retiredAt)))
      .run().changes,
  };
}
