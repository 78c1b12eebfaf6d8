import { randomInt } from 'node:crypto';
import type { Tx } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import { systemCaller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import { SECOND } from '../../lib/clock';
import { isAppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { noteAgentEvent } from '../agent-events/agent-events';
import { findAgent, type AgentRow } from '../agents/agents.repo';
import {
  failPending,
  findDelivery,
  insertAttempt,
  settleDelivery,
  type DeliveryRow,
} from './deliveries.repo';
import type { Answered } from './sender';
import { findWebhook, updateWebhook } from './webhooks.repo';
import type { DisabledReason } from './webhooks.tables';

/** decisions §6: so many deliveries in a row that failed for good turn an endpoint off. */
export const FAILURES_UNTIL_DISABLED = 20;
/** Before the second and the third try; each is drawn from 80 to 120 % of it. */
const BACKOFF_MS = [5 * SECOND, 30 * SECOND] as const;
const GONE = 410;

/** No try is ever put off by more than this. */
export const MAX_BACKOFF_MS = Math.ceil(1.2 * BACKOFF_MS[1]);

export interface Attempted {
  readonly deliveryId: string;
  readonly url: string;
  readonly requestHeaders: Record<string, string>;
  readonly startedAt: number;
  readonly answered: Answered;
}

export interface OutcomeDeps {
  readonly ids: Ids;
  readonly audit: AuditLog;
  /** The address that the agent's owner, or whoever registered it, is told at. */
  readonly addressOf: (tx: Tx, agent: AgentRow) => string | null;
  readonly sendMail: (tx: Tx, mail: { to: string; subject: string; text: string }) => void;
}

function backoffMs(attempt: number): number {
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0];
  return randomInt(Math.floor(base * 0.8), Math.ceil(base * 1.2) + 1);
}

/** Writes down one attempt and what follows from it. A delivery that was forgotten meanwhile is left alone. */
export function recordAttempt(deps: OutcomeDeps, tx: Tx, attempted: Attempted, now: number): void {
  const delivery = findDelivery(tx, attempted.deliveryId);
  if (!delivery) return;
  const { answered } = attempted;
  const isSuccess = answered.error === null;
  const attempt = delivery.attempts + 1;
  insertAttempt(tx, {
    deliveryId: delivery.id,
    agentId: delivery.agentId,
    attempt,
    url: attempted.url,
    requestHeaders: attempted.requestHeaders,
    statusCode: answered.statusCode,
    responseHeaders: answered.headers,
    responseBody: answered.body,
    isCut: answered.isCut,
    isSuccess,
    latencyMs: answered.latencyMs,
    error: answered.error,
    address: answered.address,
    startedAt: attempted.startedAt,
  });
  const triesLeft = isSuccess || answered.statusCode === GONE ? 0 : Math.max(0, delivery.triesLeft - 1);
  const isOver = triesLeft === 0;
  settleDelivery(tx, delivery.id, {
    attempts: attempt,
    statusCode: answered.statusCode,
    latencyMs: answered.latencyMs,
    error: answered.error,
    triesLeft,
    status: isSuccess ? 'delivered' : isOver ? 'failed' : 'pending',
    finishedAt: isOver ? now : null,
    nextAt: isOver ? delivery.nextAt : now + backoffMs(attempt),
  });
  if (isSuccess) settleSuccess(tx, delivery.agentId);
  else if (isOver) settleFailure(deps, tx, delivery, answered.statusCode === GONE, now);
}

function settleSuccess(tx: Tx, agentId: string): void {
  if (findWebhook(tx, agentId)?.failuresInRow) updateWebhook(tx, agentId, { failuresInRow: 0 });
}

function settleFailure(deps: OutcomeDeps, tx: Tx, delivery: DeliveryRow, isGone: boolean, now: number): void {
  const webhook = findWebhook(tx, delivery.agentId);
  if (!webhook) return;
  const failuresInRow = webhook.failuresInRow + 1;
  updateWebhook(tx, delivery.agentId, { failuresInRow });
  const isFailing = failuresInRow >= FAILURES_UNTIL_DISABLED;
  if (webhook.disabledAt !== null || webhook.url === null || !(isGone || isFailing)) return;
  disable(deps, tx, { delivery, url: webhook.url, reason: isGone ? 'gone' : 'failing', failuresInRow }, now);
}

/** Turns an endpoint off and tells whom it concerns: the owner by mail and in the window, the agent in its inbox. */
function disable(
  deps: OutcomeDeps,
  tx: Tx,
  off: {
    readonly delivery: DeliveryRow;
    readonly url: string;
    readonly reason: DisabledReason;
    readonly failuresInRow: number;
  },
  now: number,
): void {
  const { reason, url, failuresInRow } = off;
  const { agentId, traceId } = off.delivery;
  const agent = findAgent(tx, agentId);
  if (!agent) return;
  updateWebhook(tx, agentId, { disabledAt: now, disabledReason: reason });
  const givenUp = failPending(tx, agentId, 'webhook_disabled', now);
  const data = { webhook_url: url, reason, failures_in_row: failuresInRow };
  noteAgentEvent(tx, deps.ids, { agentId, event: 'webhook_disabled', data, traceId }, now);
  deps.audit.append(
    tx,
    {
      type: 'webhook.disabled',
      caller: systemCaller('webhooks', 'job', traceId),
      agentId,
      ownerId: agent.ownerId,
      subjectType: 'webhook',
      subjectId: agentId,
      data: { reason, failuresInRow, givenUp },
    },
    now,
  );
  appendEvent(tx, {
    topic: 'webhook.disabled',
    data: { agentId, ownerId: agent.ownerId, reason },
    traceId,
    now,
  });
  mailOwner(deps, tx, agent, off);
}

function mailOwner(
  deps: OutcomeDeps,
  tx: Tx,
  agent: AgentRow,
  { url, reason, failuresInRow }: { url: string; reason: DisabledReason; failuresInRow: number },
): void {
  const to = deps.addressOf(tx, agent);
  if (to === null) return;
  const why =
    reason === 'gone'
      ? 'It answered 410 Gone, which says that it wants no more.'
      : `The last ${failuresInRow} deliveries failed, each after all of its tries.`;
  try {
    deps.sendMail(tx, {
      to,
      subject: `The webhook of ${agent.name} was turned off`,
      text: [
        `Events of "${agent.name}" no longer go to ${url}.`,
        why,
        '',
        'They are still in its inbox. Turn the webhook on again in Countersign under Webhooks, where what failed can be sent again.',
      ].join('\n'),
    });
  } catch (error) {
    // A full outbox must not keep the outcome of a delivery from being written.
    if (!isAppError(error)) throw error;
  }
}
