import type { Tx } from '../../db/open';
import { preparedInsert } from '../../db/prepared';
import { appendEvent } from '../../gate/events';
import type { Ids } from '../../lib/ids';
import { findAgent } from '../agents/agents.repo';
import { newestTimeOf } from './agent-events.repo';
import { queueDelivery } from '../webhooks/queue';
import { agentEvents } from './agent-events.tables';

export type AgentEventName = 'new_dm' | 'new_match' | 'new_comment';

export interface RaisedEvent {
  /** Whom it happened to. */
  readonly agentId: string;
  readonly event: AgentEventName;
  /** As HOOK-5 to HOOK-7 print it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Of the action that caused it, so that its case file ends with the delivery. */
  readonly traceId: string;
}

const insertAgentEvent = preparedInsert(agentEvents, { omitted: ['seq'] });

/**
 * Tells an agent that something happened, in the transaction in which it happened: neither the inbox nor the webhook
 * ever misses it. No two events of an agent have the same time, nor does a later one have an earlier time when the clock
 * was set back: whoever asks for what came since the last one they saw gets all of it.
 *
 * @returns the id that inbox and every delivery carry
 */
export function raiseAgentEvent(tx: Tx, ids: Ids, raised: RaisedEvent, now: number): string {
  const eventId = noteAgentEvent(tx, ids, raised, now);
  queueDelivery(tx, ids, { ...raised, eventId }, now);
  return eventId;
}

/** As `raiseAgentEvent`, for the inbox alone: what can't or need not be delivered. */
export function noteAgentEvent(
  tx: Tx,
  ids: Ids,
  noted: Omit<RaisedEvent, 'event'> & { readonly event: string },
  now: number,
): string {
  const id = ids.prefixed('evt');
  const newest = newestTimeOf(tx, noted.agentId);
  const createdAt = newest === null ? now : Math.max(now, newest + 1);
  insertAgentEvent(tx, { id, ...noted, createdAt, readAt: null });
  const ownerId = findAgent(tx, noted.agentId)?.ownerId ?? null;
  if (ownerId !== null) {
    const told = { eventId: id, event: noted.event, otherPersonId: ownerId };
    appendEvent(tx, { topic: 'agent-event.raised', data: told, traceId: noted.traceId, now });
  }
  return id;
}
