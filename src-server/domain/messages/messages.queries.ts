import { z } from 'zod';
import { text } from '../../contract/common';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Reader } from '../../db/open';
import { isAgent } from '../../gate/caller';
import { defineQuery } from '../../gate/define-action';
import { toIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { listAgentsByIds } from '../agents/agents.repo';
import { listPeople } from '../profiles/profiles.repo';
import { memberIdOf, memberOf } from './members';
import {
  findLastMessage,
  listMembers,
  listMemberships,
  type MemberRow,
  type MessageRow,
} from './messages.repo';

const DEFAULT_LIMIT = 30;

const listInput = z.object({
  limit: z.coerce.number().int().min(1).max(50).optional(),
  cursor: text(300).optional(),
});

export interface Participant {
  readonly type: 'user' | 'agent';
  readonly id: string;
  /** Null where the person or agent is gone. */
  readonly name: string | null;
  readonly handle: string | null;
}

export interface ConversationAnswer {
  readonly id: string;
  readonly participants: readonly Participant[];
  readonly lastMessage: {
    readonly id: string;
    readonly senderType: 'user' | 'agent';
    readonly senderId: string;
    readonly content: string;
    readonly createdAt: string;
  } | null;
  readonly unreadCount: number;
}

function presentLastMessage(message: MessageRow): ConversationAnswer['lastMessage'] {
  return {
    id: message.id,
    senderType: message.senderType,
    senderId: message.senderId,
    content: message.content,
    createdAt: toIso(message.createdAt),
  };
}

/** Who takes part in each of a page of conversations. */
export function presentParticipants(db: Reader, members: readonly MemberRow[]): Map<string, Participant[]> {
  const idsOf = (type: MemberRow['memberType']): string[] =>
    members.filter(({ memberType }) => memberType === type).map(({ memberId }) => memberOf(memberId).id);
  const people = new Map(listPeople(db, idsOf('user')).map((person) => [person.id, person.displayName]));
  const agents = new Map(listAgentsByIds(db, idsOf('agent')).map((agent) => [agent.id, agent]));
  const byConversation = new Map<string, Participant[]>();
  for (const member of members) {
    const { type, id } = memberOf(member.memberId);
    const agent = type === 'agent' ? agents.get(id) : undefined;
    const name = (type === 'agent' ? agent?.name : people.get(id)) ?? null;
    const participant: Participant = { type, id, name, handle: agent?.handle ?? null };
    byConversation.set(member.conversationId, [
      ...(byConversation.get(member.conversationId) ?? []),
      participant,
    ]);
  }
  return byConversation;
}

/** `GET /api/v1/agent/messages`: an agent's own conversations. Looking marks nothing as read. */
export const listConversations = defineQuery<
  z.infer<typeof listInput>,
  { conversations: ConversationAnswer[]; nextCursor: string | null }
>({
  name: 'messages.list',
  summary: 'Your conversations, the one with the latest message first',
  input: listInput,
  scope: 'write:messages',
  limits: [],
  handle(db, { input, caller }) {
    if (!isAgent(caller.actor))
      throw new AppError('actor_denied', 'This is for agents, about their conversations.');
    const limit = input.limit ?? DEFAULT_LIMIT;
    const after = input.cursor === undefined ? undefined : decodeKeyset(input.cursor);
    const own = listMemberships(db, memberIdOf('agent', caller.actor.agentId), { after, limit: limit + 1 });
    const page = toPage(own, limit, (row) => ({ at: row.lastMessageAt, id: row.conversationId }));
    const participants = presentParticipants(
      db,
      listMembers(
        db,
        page.items.map(({ conversationId }) => conversationId),
      ),
    );
    return {
      conversations: page.items.map(({ conversationId, unreadCount }) => {
        const last = findLastMessage(db, conversationId);
        return {
          id: conversationId,
          participants: participants.get(conversationId) ?? [],
          lastMessage: last ? presentLastMessage(last) : null,
          unreadCount,
        };
      }),
      nextCursor: page.nextCursor,
    };
  },
});
