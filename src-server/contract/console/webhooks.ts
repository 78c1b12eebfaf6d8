import { z } from 'zod';
import { filledText, id, instant, text } from '../common';
import { WEBHOOK_URL_MAX, webhookEvent } from '../nb/webhooks';
import { endpoint } from './endpoint';

/** Webhooks of one's agents: where events go, how that went, and trying it out. */

export const WEBHOOK_STATES = ['off', 'on', 'unsubscribed', 'paused', 'disabled'] as const;
/** `off` has no URL, `unsubscribed` takes no event, `paused` is the owner's, `disabled` ours. */
export const webhookState = z.enum(WEBHOOK_STATES);
export type WebhookState = z.infer<typeof webhookState>;

export const deliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export type DeliveryStatus = z.infer<typeof deliveryStatus>;

/** One attempt as a bar of the sparkline. */
const beat = z.object({
  isSuccess: z.boolean(),
  latencyMs: z.number().int(),
  statusCode: z.number().int().nullable(),
  at: z.string(),
});

const recovery = z.object({
  id: z.string(),
  since: z.string(),
  startedAt: z.string(),
  /** Deliveries found so far, and how they went since. */
  queued: z.number().int(),
  delivered: z.number().int(),
  failed: z.number().int(),
  /** All are found, and none waits any more. */
  isOver: z.boolean(),
});

export const webhook = z.object({
  agent: z.object({
    id: z.string(),
    name: z.string(),
    handle: z.string().nullable(),
    isSample: z.boolean(),
    /** Paused, frozen or under a sanction: what comes waits. */
    isStopped: z.boolean(),
  }),
  url: z.string().nullable(),
  /** The URL is that of the built-in catcher. */
  isCatcher: z.boolean(),
  /** Null takes every event, `[]` none. */
  events: z.array(z.string()).nullable(),
  state: webhookState,
  disabledReason: z.enum(['failing', 'gone']).nullable(),
  disabledAt: z.string().nullable(),
  hasSecret: z.boolean(),
  /** While an older secret goes on signing. */
  overlapUntil: z.string().nullable(),
  failuresInRow: z.number().int(),
  /** What waits to be sent, counted to 1,000. */
  waiting: z.number().int(),
  successRatePct: z.number().nullable(),
  p95LatencyMs: z.number().int().nullable(),
  /** The last ten attempts, the oldest first. */
  beats: z.array(beat),
  /** The last time that failed events were sent again. */
  recovery: recovery.nullable(),
});
export type WebhookView = z.infer<typeof webhook>;

export const delivery = z.object({
  id: z.string(),
  event: z.string(),
  status: deliveryStatus,
  isTest: z.boolean(),
  attempts: z.number().int(),
  /** Of the last attempt. */
  statusCode: z.number().int().nullable(),
  latencyMs: z.number().int().nullable(),
  /** A code; the window words it. */
  error: z.string().nullable(),
  /** When it is tried next; null when it is over. */
  nextAt: z.string().nullable(),
  /** Its entry in the agent's inbox; null for pings and tests. */
  eventId: z.string().nullable(),
  traceId: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof delivery>;

const headers = z.record(z.string(), z.string());

export const attempt = z.object({
  attempt: z.number().int(),
  at: z.string(),
  url: z.string(),
  requestHeaders: headers,
  statusCode: z.number().int().nullable(),
  responseHeaders: headers.nullable(),
  responseBody: z.string().nullable(),
  isCut: z.boolean(),
  isSuccess: z.boolean(),
  latencyMs: z.number().int(),
  error: z.string().nullable(),
  address: z.string().nullable(),
});
export type AttemptView = z.infer<typeof attempt>;

export const deliveryDetail = delivery.extend({
  body: z.string(),
  /** The newest first; up to 50. */
  attemptList: z.array(attempt),
});
export type DeliveryDetail = z.infer<typeof deliveryDetail>;

export const caught = z.object({
  id: z.string(),
  at: z.string(),
  headers,
  body: z.string(),
  /** Checked as a receiver would. */
  isVerified: z.boolean(),
});
export type CaughtView = z.infer<typeof caught>;

const agentParams = z.strictObject({ id });
const deliveryParams = z.strictObject({ id, deliveryId: id });

export const listWebhooks = endpoint({
  method: 'GET',
  path: '/webhooks',
  summary: 'The webhooks of your agents, also of those that have none',
  query: z.strictObject({
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(webhook), nextCursor: z.string().nullable() }),
});

export const getWebhook = endpoint({
  method: 'GET',
  path: '/webhooks/:id',
  summary: 'The webhook of one agent',
  params: agentParams,
  answer: webhook,
});

export const updateWebhookBody = z.strictObject({
  url: text(WEBHOOK_URL_MAX, 1).nullable().optional(),
  /** Sets the URL of the built-in catcher. */
  useCatcher: z.literal(true).optional(),
  events: z.array(webhookEvent).max(20).nullable().optional(),
  isPaused: z.boolean().optional(),
  enable: z.literal(true).optional(),
});

export const updateWebhook = endpoint({
  method: 'PATCH',
  path: '/webhooks/:id',
  summary: 'Say where events of an agent go and which, pause it, or enable it again',
  params: agentParams,
  body: updateWebhookBody,
  answer: z.object({ webhook, secret: z.string().nullable() }),
});

/** Hours the old secret may go on signing beside the new one. */
export const SECRET_OVERLAP_HOURS_MAX = 168;

export const replaceSecretBody = z.strictObject({
  overlapHours: z.number().int().min(0).max(SECRET_OVERLAP_HOURS_MAX),
});

export const replaceSecret = endpoint({
  method: 'POST',
  path: '/webhooks/:id/secret',
  summary: 'Replace the secret; the old one ends at once or after an overlap, the new one is shown once',
  params: agentParams,
  body: replaceSecretBody,
  answer: z.object({ webhook, secret: z.string() }),
});

export const testWebhookBody = z.strictObject({ event: z.enum([...webhookEvent.options, 'test_fire']) });

export const testWebhook = endpoint({
  method: 'POST',
  path: '/webhooks/:id/test',
  summary: 'Send an example of an event now, whatever is subscribed',
  params: agentParams,
  body: testWebhookBody,
  answer: delivery,
});

export const listDeliveries = endpoint({
  method: 'GET',
  path: '/webhooks/:id/deliveries',
  summary: 'What was sent to the webhook of an agent, newest first',
  params: agentParams,
  query: z.strictObject({
    status: deliveryStatus.optional(),
    event: text(60, 1).optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(delivery), nextCursor: z.string().nullable() }),
});

export const getDelivery = endpoint({
  method: 'GET',
  path: '/webhooks/:id/deliveries/:deliveryId',
  summary: 'One delivery with its bytes and every attempt',
  params: deliveryParams,
  answer: deliveryDetail,
});

export const resendDelivery = endpoint({
  method: 'POST',
  path: '/webhooks/:id/deliveries/:deliveryId/resend',
  summary: 'Send one delivery again now, under the same id',
  params: deliveryParams,
  answer: delivery,
});

export const recoverDeliveriesBody = z.strictObject({ since: instant });

export const recoverDeliveries = endpoint({
  method: 'POST',
  path: '/webhooks/:id/recover',
  summary: 'Send everything that failed since a time again, in the background',
  params: agentParams,
  body: recoverDeliveriesBody,
  answer: webhook,
});

export const listCaught = endpoint({
  method: 'GET',
  path: '/webhooks/:id/caught',
  summary: 'What the built-in catcher got for an agent, newest first; kept until the server stops',
  params: agentParams,
  answer: z.object({ items: z.array(caught) }),
});

export const webhookException = z.object({ host: z.string(), port: z.number().int(), createdAt: z.string() });
export type WebhookExceptionView = z.infer<typeof webhookException>;

/** Local addresses one person may except. */
export const EXCEPTIONS_MAX = 20;
const exceptions = z.object({
  items: z.array(webhookException),
  /** Only on the desktop: a server's own network is its operator's. */
  canAdd: z.boolean(),
});

/** A name or an address, without scheme, port or path. */
const hostName = filledText(255).refine((host) => /^[\w.:-]+$/.test(host), { error: 'must be a host name' });
const portNumber = z.number().int().min(1).max(65_535);

export const listExceptions = endpoint({
  method: 'GET',
  path: '/webhooks/exceptions',
  summary: 'Local hosts and ports that webhooks of your agents may go to',
  answer: exceptions,
});

export const addExceptionBody = z.strictObject({ host: hostName, port: portNumber });

export const addException = endpoint({
  method: 'POST',
  path: '/webhooks/exceptions',
  summary: 'Let webhooks of your agents go to one local host and port',
  body: addExceptionBody,
  answer: exceptions,
});

export const removeExceptionParams = z.strictObject({
  host: hostName,
  port: z.coerce.number().int().min(1).max(65_535),
});

export const removeException = endpoint({
  method: 'DELETE',
  path: '/webhooks/exceptions/:host/:port',
  summary: 'No longer let webhooks go to a local host and port',
  params: removeExceptionParams,
  answer: exceptions,
});
