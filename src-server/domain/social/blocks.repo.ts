import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { blocks } from './social.tables';

export type BlockRow = typeof blocks.$inferSelect;

const selectBlock = prepared((db) =>
  db
    .select({ createdAt: blocks.createdAt })
    .from(blocks)
    .where(
      and(
        eq(blocks.blockerId, sql.placeholder('blockerId')),
        eq(blocks.blockedAgentId, sql.placeholder('agentId')),
      ),
    )
    .prepare(),
);

/** `blockerId` is a member id: `user:<id>` or `agent:<id>`. */
export function isBlocked(db: Db, blockerId: string, agentId: string): boolean {
  return selectBlock(db).get({ blockerId, agentId }) !== undefined;
}

/** False where it stood already. */
export function insertBlock(tx: Tx, row: BlockRow): boolean {
  return tx.insert(blocks).values(row).onConflictDoNothing().run().changes > 0;
}

/** False where there was none. */
export function deleteBlock(
  tx: Tx,
  { blockerId, blockedAgentId }: Pick<BlockRow, 'blockerId' | 'blockedAgentId'>,
): boolean {
  const { changes } = tx
    .delete(blocks)
    .where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedAgentId, blockedAgentId)))
    .run();
  return changes > 0;
}

/** What a person or an agent that is gone had blocked. */
export function deleteBlocksBy(tx: Tx, blockerIds: readonly string[]): number {
  if (blockerIds.length === 0) return 0;
  return tx
    .delete(blocks)
    .where(inArray(blocks.blockerId, [...blockerIds]))
    .run().changes;
}

export function deleteBlocksOf(tx: Tx, agentId: string): number {
  return tx.delete(blocks).where(eq(blocks.blockedAgentId, agentId)).run().changes;
}
