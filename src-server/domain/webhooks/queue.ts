import type { Tx } from '../../db/open';
import type { Ids } from '../../lib/ids';
import { insertDelivery } from './deliveries.repo';
import { envelopeOf, exampleData, takes, TEST_EVENT } from './webhook-events';
import { findWebhook } from './webhooks.repo';

/** Tries in all (C-44). */
export const TRIES = 3;

export interface QueuedEvent {
  readonly agentId: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  /** Its entry in the agent's inbox, where there is one. */
  readonly eventId: string | null;
}

function insert(
  tx: Tx,
  ids: Ids,
  queued: QueuedEvent,
  how: { isTest: boolean; tries: number; now: number },
): string {
  const { agentId, event, data, traceId, eventId } = queued;
  const { isTest, tries, now } = how;
  const id = ids.prefixed('whd');
  insertDelivery(tx, {
    id,
    agentId,
    eventId,
    event,
    body: envelopeOf(event, agentId, data, now),
    traceId,
    status: 'pending',
    isTest,
    attempts: 0,
    triesLeft: tries,
    nextAt: now,
    statusCode: null,
    latencyMs: null,
    error: null,
    createdAt: now,
    finishedAt: null,
    recoveryId: null,
  });
  return id;
}

/** Puts an event on its way, in the transaction that raised it, where the agent has an endpoint that takes it. */
export function queueDelivery(tx: Tx, ids: Ids, queued: QueuedEvent, now: number): void {
  const webhook = findWebhook(tx, queued.agentId);
  if (!webhook || webhook.url === null || webhook.disabledAt !== null) return;
  if (!takes(webhook.events, queued.event)) return;
  insert(tx, ids, queued, { isTest: false, tries: TRIES, now });
}

/** Says hello to a URL that was set or changed, unless it wants no pings. */
export function queuePing(
  tx: Tx,
  ids: Ids,
  { agentId, traceId }: { readonly agentId: string; readonly traceId: string },
  now: number,
): void {
  const event = 'networkbot_ping';
  queueDelivery(tx, ids, { agentId, event, data: exampleData(event, now), traceId, eventId: null }, now);
}

/** A try by hand: sent once, whatever is subscribed. Gives the id of the delivery. */
export function queueTest(
  tx: Tx,
  ids: Ids,
  {
    agentId,
    traceId,
    event = TEST_EVENT,
  }: { readonly agentId: string; readonly traceId: string; readonly event?: string },
  now: number,
): string {
  const data = exampleData(event, now);
  return insert(tx, ids, { agentId, event, data, traceId, eventId: null }, { isTest: true, tries: 1, now });
}
