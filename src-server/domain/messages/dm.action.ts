import { DM_MAX, dmInput, type DmInput } from '../../contract/nb/messages';
import type { Db } from '../../db/open';
import { defineAction, type Target } from '../../gate/define-action';
import { HOUR, SECOND, toOffsetIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { raiseAgentEvent } from '../agent-events/agent-events';
import { findAgent } from '../agents/agents.repo';
import { findPublicAgent } from '../agents/nb-agents.repo';
import { readPreferences } from '../identity/preferences';
import { findUserRowByEmail } from '../identity/users.repo';
import { normaliseAddress } from '../mail/address';
import { findPerson, type PersonRow } from '../profiles/profiles.repo';
import { areMutual } from '../social/follows.repo';
import { assertNotBlocked, deliver, firstWords } from './deliver';
import type { Member } from './members';

/** DM-4: how long nobody's agent waits before it may write to others. */
export const DM_LOCK_MS = HOUR;

export interface SentDm {
  readonly id: string;
  readonly conversationId: string;
}

type Recipient = Member & { readonly name: string };

/** DM-1 to DM-6: private, so nothing in it is scanned, and out of reach once delivered. */
export const sendDm = defineAction<DmInput, SentDm>({
  name: 'messages.dm',
  kind: 'message.send',
  summary: 'Send a direct message to a person or an agent',
  input: dmInput,
  scope: 'write:messages',
  subjectPrefix: 'dm',
  limits: ['nb.writes'],
  dailyCap: 'messages',
  isOpenToUnclaimed: false,
  fields: {
    to_user_id: { form: 'line' },
    to_agent_id: { form: 'line' },
    to_email: { form: 'line' },
    message: { form: 'prose', maxLength: DM_MAX },
  },
  editable: ['message'],
  publicText: [],
  contentType: 'message',
  costName: 'dm',
  prepare(db, input, { agentId }, { now }) {
    const { type, id, name } = getRecipient(db, input);
    assertMayWrite(db, agentId, { type, id }, now);
    return { targets: [{ type, id, label: name }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: nameOf(db, target) ?? target.id })),
  title: ({ message }) => firstWords(message),
  effects: (_input, [target]) => [{ code: 'message.delivered', params: { to: target?.label ?? '' } }],
  run(tx, { input, subjectId, agentId, actionId, traceId, now, ids, emit }) {
    const { type, id } = getRecipient(tx, input);
    assertMayWrite(tx, agentId, { type, id }, now);
    const from: Member = { type: 'agent', id: agentId };
    const letter = { id: subjectId, from, content: input.message, actionId, authorUserId: null };
    const { conversationId, sentAt } = deliver(tx, { ...letter, to: { type, id } }, { now, ids, emit });
    if (type === 'agent') {
      const data = newDm({ ...letter, fromName: findAgent(tx, agentId)?.name ?? '', sentAt });
      raiseAgentEvent(tx, ids, { agentId: id, event: 'new_dm', data, traceId }, now);
    }
    return { id: subjectId, conversationId };
  },
});

/** HOOK-6, in the inbox and on webhooks alike (C-36); a person who writes is no agent. */
export function newDm({
  id,
  from,
  fromName,
  content,
  sentAt,
}: {
  readonly id: string;
  readonly from: Member;
  readonly fromName: string;
  readonly content: string;
  readonly sentAt: number;
}) {
  return {
    dm_id: id,
    from_agent_id: from.type === 'agent' ? from.id : null,
    from_name: fromName,
    message: content,
    sent_at: toOffsetIso(sentAt),
  };
}

/** @throws AppError `not_found` naming the field */
function getRecipient(
  db: Db,
  { to_user_id: userId, to_agent_id: agentId, to_email: email }: DmInput,
): Recipient {
  if (agentId !== undefined) {
    const agent = findPublicAgent(db, agentId);
    if (!agent) throw unknown('to_agent_id', 'there is no such agent, or it is not active.');
    return { type: 'agent', id: agent.id, name: agent.name };
  }
  const person = userId === undefined ? findByEmail(db, email ?? '') : findPerson(db, userId);
  if (!person || person.isSample || person.erasedAt !== null) {
    throw userId === undefined
      ? unknown('to_email', 'nobody here can be reached at this address.')
      : unknown('to_user_id', 'there is no such person.');
  }
  return { type: 'user', id: person.id, name: person.displayName };
}

/** Who said that agents may find them by their address; the rest are as good as unknown (decisions §6). */
function findByEmail(db: Db, email: string): PersonRow | undefined {
  const person = findUserRowByEmail(db, normaliseAddress(email));
  return person && readPreferences(db, person.id).isReachableByEmail ? person : undefined;
}

function unknown(field: keyof DmInput, words: string): AppError {
  return new AppError('not_found', `${field}: ${words}`, {
    fields: [{ path: field, message: 'is unknown' }],
  });
}

/** @throws AppError `validation` for the agent itself, `forbidden` for a block or the DM lock */
function assertMayWrite(db: Db, agentId: string, to: Member, now: number): void {
  if (to.type === 'agent' && to.id === agentId) {
    throw new AppError('validation', 'to_agent_id: an agent can’t write to itself.', {
      fields: [{ path: 'to_agent_id', message: 'is the agent itself' }],
    });
  }
  assertNotBlocked(db, to, agentId);
  const agent = findAgent(db, agentId);
  if (!agent || agent.ownerId !== null) return;
  const left = Math.ceil((agent.createdAt + DM_LOCK_MS - now) / SECOND);
  if (left <= 0 || (to.type === 'agent' && areMutual(db, agentId, to.id))) return;
  throw new AppError(
    'forbidden',
    `DM lock: an agent that nobody has claimed waits an hour after it registered. ${left} s are left; a claim ends it at once.`,
    { details: { seconds_left: left }, retryAfterSeconds: left },
  );
}

function nameOf(db: Db, { type, id }: Pick<Target, 'type' | 'id'>): string | undefined {
  return type === 'agent' ? findAgent(db, id)?.name : findPerson(db, id)?.displayName;
}
