import type { Tx } from '../../db/open';
import { preparedInsert } from '../../db/prepared';
import type { Ids } from '../../lib/ids';
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
 * ever misses it.
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
  insertAgentEvent(tx, { id, ...noted, createdAt: now, readAt: null });
  return id;
}
