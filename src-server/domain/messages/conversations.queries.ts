import type * as contract from '../../contract/console/messages';
import { decodeKeyset, encodeKeyset, toPage, type Keyset } from '../../db/cursor';
import { inOneRead } from '../../db/one-read';
import type { Db, Reader } from '../../db/open';
import { toIso } from '../../lib/clock';
import { truncateCodePoints } from '../../lib/text/code-points';
import { findAgent } from '../agents/agents.repo';
import { findPerson } from '../profiles/profiles.repo';
import { isBlocked } from '../social/blocks.repo';
import { memberIdOf, memberOf, type Member } from './members';
import { presentParticipants } from './messages.queries';
import {
  countMessagesSince,
  countUnread,
  findLastMessage,
  listMembers,
  listMemberships,
  listMessages,
  type MemberRow,
  type MessageRow,
} from './messages.repo';
import { getSeat, seatsOf, type SeatedAt } from './seats';

const DEFAULT_LIMIT = 25;
const THREAD_LIMIT = 50;
const EXCERPT = 160;
const UNREAD_COUNTED = 99;
const UNREAD_CONVERSATIONS = 999;
/** Conversations read at once, and at most, while a name is looked for. */
const SEARCHED_AT_ONCE = 50;
const SEARCHED_AT_MOST = 1_000;

export interface ConversationsRequest {
  readonly seat?: string | undefined;
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface ConversationsPage {
  readonly items: contract.ConversationRow[];
  readonly nextCursor: string | null;
}

const keyOf = (row: MemberRow): Keyset => ({ at: row.lastMessageAt, id: row.conversationId });

/** A person's own conversations and those of their agents, the latest first; each once. */
export function listOwnConversations(
  db: Reader,
  userId: string,
  { seat, q = '', cursor, limit = DEFAULT_LIMIT }: ConversationsRequest,
): ConversationsPage {
  return inOneRead(db, () => {
    const seats = seatsOf(db, userId, seat);
    let after = cursor === undefined ? undefined : decodeKeyset(cursor);
    const wanted = fold(q.trim());
    if (wanted === '') {
      const page = toPage(listOfSeats(db, seats, { after, limit: limit + 1 }), limit, keyOf);
      return { items: presentRows(db, page.items), nextCursor: page.nextCursor };
    }
    const items: contract.ConversationRow[] = [];
    for (let looked = 0; looked < SEARCHED_AT_MOST; looked += SEARCHED_AT_ONCE) {
      const rows = listOfSeats(db, seats, { after, limit: SEARCHED_AT_ONCE });
      for (const [index, row] of presentRows(db, rows).entries()) {
        const member = rows[index];
        if (!member || !isNamed(row.other, wanted)) continue;
        items.push(row);
        if (items.length === limit) return { items, nextCursor: encodeKeyset(keyOf(member)) };
      }
      const last = rows.at(-1);
      if (!last || rows.length < SEARCHED_AT_ONCE) return { items, nextCursor: null };
      after = keyOf(last);
    }
    return { items, nextCursor: after ? encodeKeyset(after) : null };
  });
}

/** One conversation with a page of its messages. @throws AppError `not_found` */
export function getOwnConversation(
  db: Reader,
  userId: string,
  conversationId: string,
  { seat: wanted, cursor, limit = THREAD_LIMIT }: Omit<ConversationsRequest, 'q'>,
): { conversation: contract.Conversation; items: contract.Message[]; nextCursor: string | null } {
  return inOneRead(db, () => {
    const at = getSeat(db, userId, conversationId, wanted);
    const own = memberIdOf(at.seat.type, at.seat.id);
    const members = listMembers(db, [conversationId]).filter(({ memberId }) => memberId === own);
    const [row] = presentRows(db, members);
    if (!row) throw new Error(`Nobody sits at ${conversationId}`);
    const after = cursor === undefined ? undefined : decodeKeyset(cursor);
    const page = toPage(
      listMessages(db, conversationId, { after, limit: limit + 1 }),
      limit,
      ({ createdAt, id }) => ({ at: createdAt, id }),
    );
    const isAgent = at.other.type === 'agent';
    const conversation: contract.Conversation = {
      ...row,
      isBlocked: isAgent && isBlocked(db, own, at.other.id),
      canBlock: isAgent,
      closed: findClosed(db, at),
    };
    return {
      conversation,
      items: page.items.map((message) => presentMessage(message, at.seat)),
      nextCursor: page.nextCursor,
    };
  });
}

export function unreadOfMine(db: Reader, userId: string): number {
  return Math.min(UNREAD_CONVERSATIONS, countUnread(db, memberIdOf('user', userId), UNREAD_CONVERSATIONS));
}

/** Why the person at this seat can write nothing now; null where they can. */
export function findClosed(db: Db, { seat, other }: SeatedAt): contract.Conversation['closed'] {
  if (!isThere(db, other)) return 'gone';
  const agent = seat.type === 'agent' ? findAgent(db, seat.id) : undefined;
  if (agent?.status === 'suspended' || agent?.status === 'banned') return 'sanctioned';
  return other.type === 'agent' && isBlocked(db, memberIdOf(seat.type, seat.id), other.id) ? 'blocked' : null;
}

/** An agent that rests will read it when it is back; one that is banned or ended will not. */
function isThere(db: Db, { type, id }: Member): boolean {
  if (type === 'user') {
    const person = findPerson(db, id);
    return person !== undefined && person.erasedAt === null;
  }
  const agent = findAgent(db, id);
  return agent !== undefined && agent.deletedAt === null && agent.status !== 'banned';
}

export function presentMessage(
  { id, senderType, senderId, authorUserId, content, createdAt }: MessageRow,
  seat: Member,
): contract.Message {
  const isOwn = senderType === seat.type && senderId === seat.id;
  return { id, isOwn, isByOwner: isOwn && authorUserId !== null, text: content, sentAt: toIso(createdAt) };
}

/** Pages of several members as one: a conversation between two of them is in it once, at the first one's end. */
function listOfSeats(
  db: Reader,
  seats: readonly Member[],
  page: { readonly after: Keyset | undefined; readonly limit: number },
): MemberRow[] {
  const seen = new Set<string>();
  return seats
    .flatMap(({ type, id }) => listMemberships(db, memberIdOf(type, id), page))
    .filter(({ conversationId }) => !seen.has(conversationId) && seen.add(conversationId))
    .toSorted((a, b) => b.lastMessageAt - a.lastMessageAt || (a.conversationId < b.conversationId ? 1 : -1))
    .slice(0, page.limit);
}

function presentRows(db: Reader, rows: readonly MemberRow[]): contract.ConversationRow[] {
  const everybody = listMembers(
    db,
    rows.map(({ conversationId }) => conversationId),
  );
  const talkers = presentParticipants(db, everybody);
  return rows.flatMap((row) => {
    const own = memberOf(row.memberId);
    const both = talkers.get(row.conversationId) ?? [];
    const seat = both.find(({ type, id }) => type === own.type && id === own.id);
    const other = both.find((one) => one !== seat);
    if (!seat || !other) return [];
    const last = findLastMessage(db, row.conversationId);
    return [
      {
        id: row.conversationId,
        seat,
        other,
        lastMessage: last
          ? {
              isOwn: last.senderType === own.type && last.senderId === own.id,
              text: truncateCodePoints(last.content, EXCERPT),
              sentAt: toIso(last.createdAt),
            }
          : null,
        unreadCount: unreadOf(db, row),
      },
    ];
  });
}

/** An agent reads by itself; its owner wants to know what they have not looked at. */
function unreadOf(db: Reader, row: MemberRow): number {
  if (row.memberType === 'user') return Math.min(UNREAD_COUNTED, row.unreadCount);
  return countMessagesSince(db, row.conversationId, row.seenAt ?? 0, UNREAD_COUNTED);
}

function isNamed({ name, handle }: contract.Talker, wanted: string): boolean {
  return fold(`${name ?? ''} @${handle ?? ''}`).includes(wanted);
}

/** `Zoë` is found by `zoe`. */
function fold(value: string): string {
  return value.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
