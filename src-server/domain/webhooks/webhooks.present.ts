import type {
  AttemptView,
  DeliveryDetail,
  DeliveryView,
  WebhookState,
  WebhookView,
} from '../../contract/console/webhooks';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db } from '../../db/open';
import { toIso, toIsoOrNull } from '../../lib/clock';
import { listAgentsOfOwner, type AgentRow } from '../agents/agents.repo';
import { isCatcherUrl } from './catcher';
import {
  countPendingUpTo,
  countRecovered,
  findLastRecovery,
  listAttempts,
  listDeliveries,
  type AttemptRow,
  type DeliveryRow,
} from './deliveries.repo';
import { readHealth } from './webhooks.queries';
import { findWebhook, type WebhookRow } from './webhooks.repo';
import type { DeliveryStatus } from './webhooks.tables';

/** Webhooks as the console shows them. */

const WAITING_COUNTED = 1_000;
const PAGE = 50;
const ATTEMPTS_SHOWN = 50;

export function presentWebhook(db: Db, agent: AgentRow, now: number): WebhookView {
  const row = findWebhook(db, agent.id);
  const url = row?.url ?? null;
  const health = readHealth(db, agent.id);
  const overlapUntil = row?.previousSecretUntil ?? null;
  return {
    agent: {
      id: agent.id,
      name: agent.name,
      handle: agent.handle,
      isSample: agent.isSample,
      isStopped: agent.frozenAt !== null || (agent.status !== 'active' && agent.status !== 'unclaimed'),
    },
    url,
    isCatcher: url !== null && isCatcherUrl(url),
    events: row?.events ?? null,
    state: stateOf(row),
    disabledReason: row?.disabledReason ?? null,
    disabledAt: toIsoOrNull(row?.disabledAt),
    hasSecret: Boolean(row?.secret),
    overlapUntil: overlapUntil !== null && overlapUntil > now ? toIso(overlapUntil) : null,
    failuresInRow: row?.failuresInRow ?? 0,
    waiting: countPendingUpTo(db, agent.id, WAITING_COUNTED),
    successRatePct: health.successRatePct,
    p95LatencyMs: health.p95LatencyMs,
    beats: health.last.toReversed().map(({ isSuccess, latencyMs, statusCode, startedAt }) => ({
      isSuccess,
      latencyMs,
      statusCode,
      at: toIso(startedAt),
    })),
    recovery: presentRecovery(db, agent.id),
  };
}

function stateOf(row: WebhookRow | undefined): WebhookState {
  if (!row || row.url === null) return 'off';
  if (row.disabledAt !== null) return 'disabled';
  if (row.pausedAt !== null) return 'paused';
  return row.events?.length === 0 ? 'unsubscribed' : 'on';
}

function presentRecovery(db: Db, agentId: string): WebhookView['recovery'] {
  const recovery = findLastRecovery(db, agentId);
  if (!recovery) return null;
  const counts = new Map(countRecovered(db, recovery.id).map(({ status, n }) => [status, n]));
  return {
    id: recovery.id,
    since: toIso(recovery.since),
    startedAt: toIso(recovery.createdAt),
    queued: recovery.queued,
    delivered: counts.get('delivered') ?? 0,
    failed: counts.get('failed') ?? 0,
    isOver: recovery.finishedAt !== null && (counts.get('pending') ?? 0) === 0,
  };
}

export function listOwnWebhooks(
  db: Db,
  ownerId: string,
  { cursor, limit = PAGE }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  now: number,
) {
  const after = cursor === undefined ? undefined : decodeKeyset(cursor);
  const rows = listAgentsOfOwner(db, ownerId, { after, limit: limit + 1 });
  const page = toPage(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  return {
    items: page.items.map((agent) => presentWebhook(db, agent, now)),
    nextCursor: page.nextCursor,
  };
}

export function presentDelivery(row: DeliveryRow): DeliveryView {
  return {
    id: row.id,
    event: row.event,
    status: row.status,
    isTest: row.isTest,
    attempts: row.attempts,
    statusCode: row.statusCode,
    latencyMs: row.latencyMs,
    error: row.error,
    nextAt: row.status === 'pending' ? toIso(row.nextAt) : null,
    eventId: row.eventId,
    traceId: row.traceId,
    createdAt: toIso(row.createdAt),
    finishedAt: toIsoOrNull(row.finishedAt),
  };
}

export function presentDeliveryDetail(db: Db, row: DeliveryRow): DeliveryDetail {
  return {
    ...presentDelivery(row),
    body: row.body,
    attemptList: listAttempts(db, row.id, ATTEMPTS_SHOWN).map(presentAttempt),
  };
}

function presentAttempt(row: AttemptRow): AttemptView {
  return {
    attempt: row.attempt,
    at: toIso(row.startedAt),
    url: row.url,
    requestHeaders: row.requestHeaders,
    statusCode: row.statusCode,
    responseHeaders: row.responseHeaders,
    responseBody: row.responseBody,
    isCut: row.isCut,
    isSuccess: row.isSuccess,
    latencyMs: row.latencyMs,
    error: row.error,
    address: row.address,
  };
}

export interface DeliveryFilter {
  readonly status?: DeliveryStatus | undefined;
  readonly event?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export function listDeliveryPage(db: Db, agentId: string, filter: DeliveryFilter) {
  const { status, event, cursor, limit = PAGE } = filter;
  const before = cursor === undefined ? undefined : decodeKeyset(cursor).at;
  const rows = listDeliveries(db, agentId, { status, event, before, limit: limit + 1 });
  const page = toPage(rows, limit, ({ seq, id }) => ({ at: seq, id }));
  return { items: page.items.map(presentDelivery), nextCursor: page.nextCursor };
}
