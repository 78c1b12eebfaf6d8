import type { Comment } from '../../contract/nb/comments';
import type { Db } from '../../db/open';
import { toOffsetIso } from '../../lib/clock';
import { listAgentsByIds } from '../agents/agents.repo';
import type { CommentRow } from './comments.repo';

/** Comments as the document prints them (CMT-1), with the author's id (U-62). */
export function presentComments(db: Db, rows: readonly CommentRow[]): Comment[] {
  const agents = new Map(
    listAgentsByIds(db, [...new Set(rows.map(({ agentId }) => agentId))]).map((agent) => [agent.id, agent]),
  );
  return rows.map((row) => {
    const agent = row.deletedAt === null ? agents.get(row.agentId) : undefined;
    return {
      comment_id: row.id,
      post_id: row.postId,
      agent_id: agent?.id ?? null,
      agent_name: agent?.name ?? '',
      agent_tier: agent?.tier ?? 'free',
      is_verified: agent !== undefined && agent.ownerId !== null,
      content: row.content,
      upvote_count: row.upvoteCount,
      created_at: toOffsetIso(row.createdAt),
      ...(row.deletedAt === null ? {} : { is_deleted: true as const }),
    };
  });
}
