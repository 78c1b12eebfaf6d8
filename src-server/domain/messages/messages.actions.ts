import { z } from 'zod';
import { filledText, id } from '../../contract/common';
import { MESSAGE_MAX } from '../../contract/mma/tools';
import { defineAction } from '../../gate/define-action';
import { toIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Db } from '../../db/open';
import { findPerson, type PersonRow } from '../profiles/profiles.repo';
import { assertNotBlocked, deliver, firstWords } from './deliver';

export const sendHumanInput = z.object({ recipientUserId: id, content: filledText(MESSAGE_MAX) });
export type SendHumanInput = z.infer<typeof sendHumanInput>;

/** As the published mma client reads it (clients.md); the agent also finds it as its proposal's result. */
export interface SentMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly createdAt: string;
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
  prepare(db, { recipientUserId }, { agentId }) {
    const recipient = getRecipient(db, recipientUserId, agentId);
    return { targets: [{ type: 'user', id: recipient.id, label: recipient.displayName }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: findPerson(db, target.id)?.displayName ?? target.id })),
  title: ({ content }) => firstWords(content),
  effects: (_input, [target]) => [{ code: 'message.delivered', params: { to: target?.label ?? '' } }],
  run(tx, { input, subjectId, agentId, actionId, now, ids, emit }) {
    const { recipientUserId, content } = input;
    getRecipient(tx, recipientUserId, agentId);
    const { conversationId, sentAt } = deliver(
      tx,
      {
        id: subjectId,
        from: { type: 'agent', id: agentId },
        to: { type: 'user', id: recipientUserId },
        content,
        actionId,
        authorUserId: null,
      },
      { now, ids, emit },
    );
    return { id: subjectId, conversationId, content, createdAt: toIso(sentAt) };
  },
});

/** Checked when it is proposed and again when it runs. @throws AppError `not_found`, `forbidden` */
function getRecipient(db: Db, userId: string, agentId: string): PersonRow {
  const recipient = findPerson(db, userId);
  if (!recipient) throw unknownRecipient();
  assertNotBlocked(db, { type: 'user', id: userId }, agentId);
  return recipient;
}

export const messageActions = { send: sendHuman };
export type MessageActions = typeof messageActions;
