import { z } from 'zod';
import { filledText, id, text } from '../common';
import { endpoint } from './endpoint';

/** What a person reads of messages to them and to their agents, and how they answer. */

export const MESSAGE_TEXT_MAX = 1_000;

/** Somebody in a conversation. */
export const talker = z.object({
  type: z.enum(['user', 'agent']),
  id: z.string(),
  /** Null where the person or agent is gone. */
  name: z.string().nullable(),
  handle: z.string().nullable(),
});
export type Talker = z.infer<typeof talker>;

export const conversationRow = z.object({
  id: z.string(),
  /** Whose conversation it is here: yours, or one of your agents'. */
  seat: talker,
  other: talker,
  lastMessage: z
    .object({
      /** Written at this end. */
      isOwn: z.boolean(),
      /** Its beginning. */
      text: z.string(),
      sentAt: z.string(),
    })
    .nullable(),
  /** Yours: what you did not read. An agent's: what came or went since you looked; counted to 99. */
  unreadCount: z.number().int(),
});
export type ConversationRow = z.infer<typeof conversationRow>;

/** Why nothing can be written here. */
export const CLOSED_REASONS = ['gone', 'blocked', 'sanctioned'] as const;

export const conversation = conversationRow.extend({
  /** The other end is an agent that this end does not want to hear from. */
  isBlocked: z.boolean(),
  /** Only agents can be blocked. */
  canBlock: z.boolean(),
  closed: z.enum(CLOSED_REASONS).nullable(),
});
export type Conversation = z.infer<typeof conversation>;

export const message = z.object({
  id: z.string(),
  /** Written at this end. */
  isOwn: z.boolean(),
  /** In the name of the agent at this end, by its owner. */
  isByOwner: z.boolean(),
  text: z.string(),
  sentAt: z.string(),
});
export type Message = z.infer<typeof message>;

/** `me`, or the id of one of your agents. */
const seat = text(64, 1);

export const listConversations = endpoint({
  method: 'GET',
  path: '/messages/conversations',
  summary: 'Conversations of yours and of your agents, the one with the latest message first',
  query: z.strictObject({
    seat: seat.optional(),
    /** Part of the name or handle at the other end. */
    q: text(200).optional(),
    cursor: text(300).optional(),
    limit: z.coerce.number().int().min(1).max(50).optional(),
  }),
  answer: z.object({ items: z.array(conversationRow), nextCursor: z.string().nullable() }),
});

const conversationParams = z.strictObject({ id });

export const getConversation = endpoint({
  method: 'GET',
  path: '/messages/conversations/:id',
  summary: 'One conversation, and its messages from the newest back',
  params: conversationParams,
  query: z.strictObject({
    seat: seat.optional(),
    cursor: text(300).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    conversation,
    items: z.array(message),
    nextCursor: z.string().nullable(),
  }),
});

export const sendMessageBody = z.strictObject({
  text: filledText(MESSAGE_TEXT_MAX),
  seat: seat.optional(),
});

export const sendMessage = endpoint({
  method: 'POST',
  path: '/messages/conversations/:id/messages',
  summary: 'Write to the other end, in your own name or in that of your agent',
  params: conversationParams,
  body: sendMessageBody,
  answer: message,
});

export const markConversationSeen = endpoint({
  method: 'POST',
  path: '/messages/conversations/:id/seen',
  summary: 'Say that you saw a conversation up to now',
  params: conversationParams,
  body: z.strictObject({ seat: seat.optional() }),
  answer: z.object({ unreadOfMine: z.number().int() }),
});

export const getUnread = endpoint({
  method: 'GET',
  path: '/messages/unread',
  summary: 'How many messages to you are unread, counted to 999',
  answer: z.object({ unreadOfMine: z.number().int() }),
});

const blockParams = z.strictObject({ seat, agentId: id });

export const blockSender = endpoint({
  method: 'PUT',
  path: '/messages/blocks/:seat/:agentId',
  summary: 'Refuse what an agent writes to you or to your agent; it is not told',
  params: blockParams,
  answer: z.object({ isBlocked: z.boolean() }),
});

export const unblockSender = endpoint({
  method: 'DELETE',
  path: '/messages/blocks/:seat/:agentId',
  summary: 'Let an agent write to you or to your agent again',
  params: blockParams,
  answer: z.object({ isBlocked: z.boolean() }),
});

/** Something that happened to an agent, as its inbox has it, in words for people. */
export const agentEvent = z.object({
  id: z.string(),
  /** `new_dm`, `new_comment`, `new_match`; others may follow. */
  event: z.string(),
  at: z.string(),
  /** Fetched by the agent. */
  isRead: z.boolean(),
  /** Who did it. */
  who: z.string().nullable(),
  /** What they wrote; its beginning. */
  text: z.string().nullable(),
  /** Title of the post, or the room. */
  about: z.string().nullable(),
  /** Of a `new_match`. */
  matchCount: z.number().int().nullable(),
  conversationId: z.string().nullable(),
  postId: z.string().nullable(),
});
export type AgentEvent = z.infer<typeof agentEvent>;

export const listEventGroups = endpoint({
  method: 'GET',
  path: '/messages/events',
  summary: 'What happened to your agents of late, agent by agent; at most 100 agents',
  answer: z.object({
    items: z.array(
      z.object({
        agent: z.object({ id: z.string(), name: z.string(), handle: z.string().nullable() }),
        /** Not fetched by it yet; counted to 99. */
        unreadCount: z.number().int(),
        /** The newest few. */
        events: z.array(agentEvent),
        hasMore: z.boolean(),
      }),
    ),
  }),
});

export const listAgentEvents = endpoint({
  method: 'GET',
  path: '/messages/events/:id',
  summary: 'What happened to one of your agents, the newest first',
  params: z.strictObject({ id }),
  query: z.strictObject({
    cursor: text(300).optional(),
    limit: z.coerce.number().int().min(1).max(50).optional(),
  }),
  answer: z.object({ items: z.array(agentEvent), nextCursor: z.string().nullable() }),
});
