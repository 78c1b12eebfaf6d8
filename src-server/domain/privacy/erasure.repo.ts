import { and, count, eq, gte, inArray, isNotNull, lt, or, sql, type SQLWrapper } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { auditPrivate, guidance, idempotencyKeys } from '../../gate/gate.tables';
import { agentEvents } from '../agent-events/agent-events.tables';
import type { AgentRow } from '../agents/agents.repo';
import { agentKeys, agents, claimCodes, keyClients } from '../agents/agents.tables';
import { mails, oneTimeCodes, sessions, settings, users } from '../identity/identity.tables';
import { memberIdOf, memberOf } from '../messages/members';
import { conversationMembers, conversations, messages } from '../messages/messages.tables';
import { connections } from '../network/network.tables';
import { webhookExceptions } from '../webhooks/webhooks.tables';

/** Removing what is personal. Each function says how many rows it changed; that is what a preview shows. */

export const ERASED_NAME = 'Erased person';

export function deleteSessions(tx: Tx, userId: string): number {
  return tx.delete(sessions).where(eq(sessions.userId, userId)).run().changes;
}

export function deleteMails(tx: Tx, recipientMac: string): number {
  return tx.delete(mails).where(eq(mails.recipientMac, recipientMac)).run().changes;
}

export function deleteCodes(tx: Tx, addressMac: string): number {
  return tx.delete(oneTimeCodes).where(eq(oneTimeCodes.addressMac, addressMac)).run().changes;
}

export function deletePersonSettings(tx: Tx, userId: string): number {
  return tx
    .delete(settings)
    .where(and(gte(settings.name, `user:${userId}:`), lt(settings.name, `user:${userId};`)))
    .run().changes;
}

export function deleteWebhookExceptions(tx: Tx, userId: string): number {
  return tx.delete(webhookExceptions).where(eq(webhookExceptions.ownerId, userId)).run().changes;
}

export function deleteGuidanceOf(tx: Tx, userId: string): number {
  return tx.delete(guidance).where(eq(guidance.ownerId, userId)).run().changes;
}

export function deleteConnectionsOf(tx: Tx, userId: string): number {
  return tx
    .delete(connections)
    .where(or(eq(connections.requesterId, userId), eq(connections.targetUserId, userId)))
    .run().changes;
}

/** What was written to and by a person, and what agents were told of it. */
export function deleteMessagesOf(tx: Tx, userId: string): number {
  const theirs = tx
    .select({ id: conversationMembers.conversationId })
    .from(conversationMembers)
    .where(eq(conversationMembers.memberId, memberIdOf('user', userId)))
    .all();
  let deleted = 0;
  for (const { id } of theirs) {
    const [agent] = tx
      .select({ memberId: conversationMembers.memberId })
      .from(conversationMembers)
      .where(and(eq(conversationMembers.conversationId, id), eq(conversationMembers.memberType, 'agent')))
      .all();
    const written = tx
      .select({ id: messages.id })
      .from(messages)
      .where(and(eq(messages.conversationId, id), eq(messages.senderType, 'user')));
    if (agent) deleteNewDms(tx, memberOf(agent.memberId).id, written);
    deleted += tx.delete(messages).where(eq(messages.conversationId, id)).run().changes;
    tx.delete(conversations).where(eq(conversations.id, id)).run();
  }
  return deleted;
}

function deleteNewDms(tx: Tx, agentId: string, dmIds: SQLWrapper): void {
  tx.delete(agentEvents)
    .where(
      and(
        eq(agentEvents.agentId, agentId),
        eq(agentEvents.event, 'new_dm'),
        inArray(sql`json_extract(${agentEvents.data}, '$.dm_id')`, dmIds),
      ),
    )
    .run();
}

/** Answers kept for repeats hold what was answered. */
export function deleteAnswersOf(tx: Tx, credentialId: string): number {
  return tx.delete(idempotencyKeys).where(eq(idempotencyKeys.credentialId, credentialId)).run().changes;
}

export function listAgentsOf(db: Db, userId: string): AgentRow[] {
  return db.select().from(agents).where(eq(agents.ownerId, userId)).all();
}

/** Where its keys were used from, and codes it could be claimed with. */
export function forgetUseOf(tx: Tx, agentId: string): void {
  const keys = tx.select({ id: agentKeys.id }).from(agentKeys).where(eq(agentKeys.agentId, agentId)).all();
  const ids = keys.map(({ id }) => id);
  if (ids.length > 0) tx.delete(keyClients).where(inArray(keyClients.keyId, ids)).run();
  tx.update(agentKeys)
    .set({ lastAddress: null, lastClient: null })
    .where(eq(agentKeys.agentId, agentId))
    .run();
  tx.delete(claimCodes).where(eq(claimCodes.agentId, agentId)).run();
}

/** Who registered an agent, wherever that is written. */
export function blankContacts(
  tx: Tx,
  contact: { readonly id: string; readonly email: string | null },
): number {
  const isTheirs =
    contact.email === null
      ? eq(agents.contactId, contact.id)
      : or(eq(agents.contactId, contact.id), eq(agents.contactEmail, contact.email));
  return tx
    .update(agents)
    .set({ contactName: null, contactEmail: null, registeredFrom: null, registeredWith: null })
    .where(
      and(
        isTheirs,
        or(isNotNull(agents.contactName), isNotNull(agents.contactEmail), isNotNull(agents.registeredFrom)),
      ),
    )
    .run().changes;
}

export function blankUser(tx: Tx, userId: string, now: number): number {
  return tx
    .update(users)
    .set({
      // Nobody can be reached, or sign in, at a reserved name.
      email: `erased-${userId}@erased.invalid`,
      displayName: ERASED_NAME,
      role: 'owner',
      headline: '',
      bio: '',
      city: '',
      country: '',
      avatarUrl: null,
      frozenAt: null,
      erasedAt: now,
    })
    .where(eq(users.id, userId))
    .run().changes;
}

export function countSealedRows(db: Db, personId: string): number {
  return (
    db.select({ rows: count() }).from(auditPrivate).where(eq(auditPrivate.personId, personId)).get()?.rows ??
    0
  );
}

export function hasOtherAdmin(db: Db, userId: string): boolean {
  const admins = db.select({ id: users.id }).from(users).where(eq(users.role, 'admin')).limit(2).all();
  return admins.some(({ id }) => id !== userId);
}
