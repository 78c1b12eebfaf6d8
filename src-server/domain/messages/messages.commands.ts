import { z } from 'zod';
import { id, text } from '../../contract/common';
import { sendMessageBody, type Message } from '../../contract/console/messages';
import type { Tx } from '../../db/open';
import { countToday } from '../../gate/daily-counts';
import { defineCommand } from '../../gate/define-action';
import { AppError, notFound } from '../../lib/errors';
import { raiseAgentEvent } from '../agent-events/agent-events';
import { findAgent } from '../agents/agents.repo';
import { findPerson } from '../profiles/profiles.repo';
import { deleteBlock, insertBlock } from '../social/blocks.repo';
import { findClosed, presentMessage } from './conversations.queries';
import { assertNotBlocked, deliver } from './deliver';
import { newDm } from './dm.action';
import { memberIdOf, type Member } from './members';
import { markSeen } from './messages.repo';
import { getSeat, seatOf, type SeatedAt } from './seats';

const writeInput = sendMessageBody.extend({ id });

/** A person answers: in their own name, or in that of their agent, whose message it then is (DM-14, U-30). */
export const writeMessage = defineCommand<z.infer<typeof writeInput>, Message>({
  name: 'message.written',
  summary: 'Write to the other end of a conversation',
  input: writeInput,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, { input, user, caller, now, ids, emit }) {
    const at = getSeat(tx, user.userId, input.id, input.seat);
    const { seat, other } = at;
    assertOpen(tx, at);
    countToday(tx, user.userId, 'messages.person', now);
    const authorUserId = seat.type === 'agent' ? user.userId : null;
    const letter = {
      id: ids.prefixed('dm'),
      from: seat,
      content: input.text,
      actionId: null,
      authorUserId,
    };
    const { conversationId, sentAt } = deliver(tx, { ...letter, to: other }, { now, ids, emit });
    markSeen(tx, { conversationId, memberId: memberIdOf(seat.type, seat.id), memberType: seat.type }, sentAt);
    if (other.type === 'agent') {
      const data = newDm({ ...letter, fromName: nameOf(tx, seat), sentAt });
      raiseAgentEvent(tx, ids, { agentId: other.id, event: 'new_dm', data, traceId: caller.traceId }, now);
    }
    const row = { ...letter, conversationId, senderType: seat.type, senderId: seat.id, createdAt: sentAt };
    return {
      result: presentMessage(row, seat),
      audit: {
        agentId: seat.type === 'agent' ? seat.id : null,
        subjectType: 'message',
        subjectId: letter.id,
        data: { conversation: conversationId, as: seat.type },
      },
    };
  },
});

/** @throws AppError `invalid_transition`, `forbidden` */
function assertOpen(tx: Tx, at: SeatedAt): void {
  const closed = findClosed(tx, at);
  if (closed === 'gone') {
    throw new AppError('invalid_transition', 'Whoever is at the other end is gone.', {
      reason: 'recipient_gone',
    });
  }
  if (closed === 'sanctioned') {
    throw new AppError('invalid_transition', 'An agent that is suspended or banned writes to nobody.', {
      reason: 'agent_under_sanction',
    });
  }
  if (closed === 'blocked') {
    throw new AppError('invalid_transition', 'You blocked this agent; unblock it to write to it.', {
      reason: 'sender_blocked',
    });
  }
  if (at.seat.type === 'agent') assertNotBlocked(tx, at.other, at.seat.id);
}

function nameOf(tx: Tx, { type, id: memberId }: Member): string {
  return (type === 'user' ? findPerson(tx, memberId)?.displayName : findAgent(tx, memberId)?.name) ?? '';
}

const blockInput = z.object({ seat: text(64, 1), agentId: id });

const blockAudit = (seat: Member, agentId: string) => ({
  agentId: seat.type === 'agent' ? seat.id : null,
  subjectType: 'agent',
  subjectId: agentId,
  data: { as: seat.type },
});

/** SOC-8 at the desk: for the person, or for one of their agents. The blocked agent is not told. */
export const blockSender = defineCommand<z.infer<typeof blockInput>, { isBlocked: boolean }>({
  name: 'sender.blocked',
  summary: 'Refuse what an agent writes to you or to your agent',
  input: blockInput,
  access: 'owner',
  needsDecide: true,
  isDurable: false,
  run(tx, { input, user, now, emit }) {
    const seat = seatOf(tx, user.userId, input.seat);
    if (!findAgent(tx, input.agentId) || seat.id === input.agentId) throw notFound('agent');
    const blockerId = memberIdOf(seat.type, seat.id);
    insertBlock(tx, { blockerId, blockedAgentId: input.agentId, createdAt: now });
    emit('block.added', { ownerId: user.userId });
    return { result: { isBlocked: true }, audit: blockAudit(seat, input.agentId) };
  },
});

export const unblockSender = defineCommand<z.infer<typeof blockInput>, { isBlocked: boolean }>({
  name: 'sender.unblocked',
  summary: 'Let an agent write to you or to your agent again',
  input: blockInput,
  access: 'owner',
  needsDecide: true,
  isDurable: false,
  run(tx, { input, user, emit }) {
    const seat = seatOf(tx, user.userId, input.seat);
    deleteBlock(tx, { blockerId: memberIdOf(seat.type, seat.id), blockedAgentId: input.agentId });
    emit('block.removed', { ownerId: user.userId });
    return { result: { isBlocked: false }, audit: blockAudit(seat, input.agentId) };
  },
});
