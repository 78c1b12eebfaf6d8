import type { Db, Tx } from '../../db/open';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { truncateCodePoints } from '../../lib/text/code-points';
import { findAgent } from '../agents/agents.repo';
import { isBlocked } from '../social/blocks.repo';
import { memberIdOf, pairKeyOf, type Member } from './members';
import { findConversationByPair, insertConversation, insertMessage } from './messages.repo';

export interface Letter {
  /** `dm_…`: the message's own id. */
  readonly id: string;
  readonly from: Member;
  readonly to: Member;
  readonly content: string;
  /** Null for what a person wrote. */
  readonly actionId: string | null;
  /** Set where an owner writes in the name of their agent. */
  readonly authorUserId: string | null;
}

export interface Delivered {
  readonly conversationId: string;
  readonly sentAt: number;
}

interface DeliveryContext {
  readonly now: number;
  readonly ids: Ids;
  readonly emit: (topic: string, data: Readonly<Record<string, unknown>>) => void;
}

/** Puts a message into the one conversation of its two members, and tells whoever sits at either end. */
export function deliver(tx: Tx, letter: Letter, { now, ids, emit }: DeliveryContext): Delivered {
  const { from, to, ...message } = letter;
  const sender = memberIdOf(from.type, from.id);
  const recipient = memberIdOf(to.type, to.id);
  const pairKey = pairKeyOf(sender, recipient);
  const known = findConversationByPair(tx, pairKey);
  // Two of the same millisecond, or a clock that was set back, leave them in the order they came.
  const sentAt = known ? Math.max(now, known.lastMessageAt + 1) : now;
  const conversationId = known?.id ?? ids.prefixed('cnv');
  if (!known) {
    insertConversation(tx, { id: conversationId, pairKey, createdAt: now, lastMessageAt: now }, [
      { memberId: sender, memberType: from.type },
      { memberId: recipient, memberType: to.type },
    ]);
  }
  insertMessage(
    tx,
    { ...message, conversationId, senderType: from.type, senderId: from.id, createdAt: sentAt },
    sender,
  );
  const recipientOwnerId = personBehind(tx, to);
  emit('message.sent', {
    messageId: letter.id,
    conversationId,
    ...(from.type === 'agent' ? { agentId: from.id } : {}),
    ownerId: personBehind(tx, from),
    ...(to.type === 'user' ? { recipientUserId: to.id } : { recipientAgentId: to.id }),
    ...(recipientOwnerId === null ? {} : { otherPersonId: recipientOwnerId }),
  });
  return { conversationId, sentAt };
}

/** Who reads along in the console. */
function personBehind(db: Db, { type, id }: Member): string | null {
  return type === 'user' ? id : (findAgent(db, id)?.ownerId ?? null);
}

/**
 * SOC-8: whoever is blocked learns nothing from it, and pays nothing.
 * @throws AppError `forbidden` in words that fit other refusals too
 */
export function assertNotBlocked(db: Db, recipient: Member, senderAgentId: string): void {
  if (isBlocked(db, memberIdOf(recipient.type, recipient.id), senderAgentId)) {
    throw new AppError('forbidden', 'This message can’t be delivered.', { reason: 'not_delivered' });
  }
}

const TITLE_CODE_POINTS = 120;

/** One line of ours for lists: how the text begins. */
export function firstWords(content: string): string {
  return truncateCodePoints(content.trim().split('\n', 1)[0] ?? '', TITLE_CODE_POINTS);
}
