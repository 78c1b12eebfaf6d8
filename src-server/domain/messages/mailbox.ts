import type { Db, Tx } from '../../db/open';
import { markAllEventsRead, newestTimeOf } from '../agent-events/agent-events.repo';
import { findAgent, updateAgent } from '../agents/agents.repo';
import { memberIdOf, type Member } from './members';
import { listMemberships, markAllRead } from './messages.repo';

/** Up to this moment the mail of an agent is its former owner's; 0 where it never changed hands. */
export function mailboxSince(db: Db, { type, id }: Member): number {
  return type === 'agent' ? (findAgent(db, id)?.mailboxSince ?? 0) : 0;
}

/** An agent changes hands: whoever takes it reads nothing of what was written before, and nor does its new key. */
export function closeMailbox(tx: Tx, agentId: string, now: number): void {
  const memberId = memberIdOf('agent', agentId);
  const [latest] = listMemberships(tx, memberId, { after: undefined, limit: 1 });
  // Both may bear a later time than the clock, where the clock was set back.
  const since = Math.max(now, latest?.lastMessageAt ?? 0, newestTimeOf(tx, agentId) ?? 0);
  updateAgent(tx, agentId, { mailboxSince: since });
  markAllEventsRead(tx, agentId, now);
  markAllRead(tx, memberId);
}
