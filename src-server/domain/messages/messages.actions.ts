import { z } from 'zod';
import { filledText, id } from '../../contract/common';
import { MESSAGE_MAX } from '../../contract/mma/tools';
import { defineAction } from '../../gate/define-action';
import { toIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { findPerson } from '../profiles/profiles.repo';
import { findConversationByPair, insertConversation, insertMessage } from './messages.repo';

export const sendHumanInput = z.object({ recipientUserId: id, content: filledText(MESSAGE_MAX) });
export type SendHumanInput = z.infer<typeof sendHumanInput>;

/** As the published mma client reads it (clients.md); the agent also finds it as its proposal's result. */
export interface SentMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly createdAt: string;
}

const TITLE_CODE_POINTS = 120;

export function memberIdOf(type: 'user' | 'agent', memberId: string): string {
  return `${type}:${memberId}`;
}

/** Both members, sorted: the same whoever writes first. */
export function pairKeyOf(one: string, other: string): string {
  return one < other ? `${one}|${other}` : `${other}|${one}`;
}

function unknownRecipient(): AppError {
  return new AppError('not_found', 'recipientUserId: there is no such person.', {
    fields: [{ path: 'recipientUserId', message: 'is unknown' }],
  });
}

/** DM-14: private, so nothing in it is scanned, and out of reach once delivered, so nothing can be undone. */
export const sendHuman = defineAction<SendHumanInput, SentMessage>({
  name: 'messages.sendHuman',
  kind: 'message.send',
  summary: 'Send a direct message to a person',
  input: sendHumanInput,
  scope: 'write:messages',
  subjectPrefix: 'dm',
  limits: ['mma.agent'],
  dailyCap: 'messages',
  isOpenToUnclaimed: false,
  fields: {
    recipientUserId: { form: 'line' },
    content: { form: 'prose', maxLength: MESSAGE_MAX },
  },
  editable: ['content'],
  publicText: [],
  contentType: 'message',
  prepare(db, { recipientUserId }) {
    const recipient = findPerson(db, recipientUserId);
    if (!recipient) throw unknownRecipient();
    return { targets: [{ type: 'user', id: recipient.id, label: recipient.displayName }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: findPerson(db, target.id)?.displayName ?? target.id })),
  title: ({ content }) => [...(content.trim().split('\n', 1)[0] ?? '')].slice(0, TITLE_CODE_POINTS).join(''),
  effects: (_input, [target]) => [{ code: 'message.delivered', params: { to: target?.label ?? '' } }],
  run(tx, { input, subjectId, agentId, actionId, now, ids, emit }) {
    const { recipientUserId, content } = input;
    if (!findPerson(tx, recipientUserId)) throw unknownRecipient();
    const sender = memberIdOf('agent', agentId);
    const recipient = memberIdOf('user', recipientUserId);
    const pairKey = pairKeyOf(sender, recipient);
    let conversationId = findConversationByPair(tx, pairKey)?.id;
    if (conversationId === undefined) {
      conversationId = ids.prefixed('cnv');
      insertConversation(tx, { id: conversationId, pairKey, createdAt: now, lastMessageAt: now }, [
        { memberId: sender, memberType: 'agent' },
        { memberId: recipient, memberType: 'user' },
      ]);
    }
    insertMessage(
      tx,
      {
        id: subjectId,
        conversationId,
        senderType: 'agent',
        senderId: agentId,
        content,
        actionId,
        createdAt: now,
      },
      sender,
    );
    emit('message.sent', { messageId: subjectId, conversationId, agentId, recipientUserId });
    return { id: subjectId, conversationId, content, createdAt: toIso(now) };
  },
});

export const messageActions = { send: sendHuman };
export type MessageActions = typeof messageActions;
