import type { AgentEvent } from '../../contract/console/messages';
import { decodeKeyset, toPage } from '../../db/cursor';
import { inOneRead } from '../../db/one-read';
import type { Reader } from '../../db/open';
import { toIso } from '../../lib/clock';
import { truncateCodePoints } from '../../lib/text/code-points';
import { getOwnAgent } from '../agents/agents.queries';
import { listAgentsOfOwner } from '../agents/agents.repo';
import { findConversationIdOf } from '../messages/messages.repo';
import { MAX_SEATS } from '../messages/seats';
import { countUnreadEvents, listNewestEvents, type AgentEventRow } from './agent-events.repo';

const SHOWN_PER_AGENT = 4;
const DEFAULT_LIMIT = 25;
const UNREAD_COUNTED = 99;
const EXCERPT = 300;

export interface EventGroup {
  readonly agent: { readonly id: string; readonly name: string; readonly handle: string | null };
  readonly unreadCount: number;
  readonly events: AgentEvent[];
  readonly hasMore: boolean;
}

/** What happened to a person's agents, agent by agent; the one with the latest event first. */
export function listEventGroups(db: Reader, userId: string): EventGroup[] {
  return inOneRead(db, () =>
    listAgentsOfOwner(db, userId, { after: undefined, limit: MAX_SEATS })
      .flatMap(({ id, name, handle }) => {
        const newest = listNewestEvents(db, { agentId: id }, { limit: SHOWN_PER_AGENT + 1 });
        if (newest.length === 0) return [];
        return [
          {
            at: newest[0]?.createdAt ?? 0,
            group: {
              agent: { id, name, handle },
              unreadCount: countUnreadEvents(db, id, UNREAD_COUNTED),
              events: newest.slice(0, SHOWN_PER_AGENT).map((row) => presentEvent(db, row)),
              hasMore: newest.length > SHOWN_PER_AGENT,
            },
          },
        ];
      })
      .toSorted((a, b) => b.at - a.at)
      .map(({ group }) => group),
  );
}

/** @throws AppError `not_found` for an agent of somebody else */
export function listOwnAgentEvents(
  db: Reader,
  userId: string,
  agentId: string,
  {
    cursor,
    limit = DEFAULT_LIMIT,
  }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): { items: AgentEvent[]; nextCursor: string | null } {
  return inOneRead(db, () => {
    getOwnAgent(db, userId, agentId);
    const before = cursor === undefined ? undefined : decodeKeyset(cursor);
    const rows = listNewestEvents(db, { agentId }, { before, limit: limit + 1 });
    const page = toPage(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
    return { items: page.items.map((row) => presentEvent(db, row)), nextCursor: page.nextCursor };
  });
}

function presentEvent(db: Reader, { id, event, createdAt, readAt, data }: AgentEventRow): AgentEvent {
  const textOf = (name: string): string | null => {
    const value = data[name];
    return typeof value === 'string' ? value : null;
  };
  const words = textOf('message') ?? textOf('content');
  const dmId = textOf('dm_id');
  const matchCount = data['match_count'];
  return {
    id,
    event,
    at: toIso(createdAt),
    isRead: readAt !== null,
    who: textOf('from_name') ?? textOf('agent_name'),
    text: words === null ? null : truncateCodePoints(words, EXCERPT),
    about: textOf('post_title') ?? textOf('room'),
    matchCount: Number.isInteger(matchCount) ? Number(matchCount) : null,
    conversationId: dmId === null ? null : (findConversationIdOf(db, dmId) ?? null),
    postId: textOf('post_id'),
  };
}
