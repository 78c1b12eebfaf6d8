import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/nb/webhooks';
import type { Reader } from '../../db/open';
import { findDelivery, type LastAttempt } from '../../domain/webhooks/deliveries.repo';
import { webhookActions } from '../../domain/webhooks/webhooks.actions';
import { readHealth } from '../../domain/webhooks/webhooks.queries';
import { findWebhook } from '../../domain/webhooks/webhooks.repo';
import type { ChangedWebhook } from '../../domain/webhooks/webhooks.service';
import { toOffsetIso } from '../../lib/clock';
import { inOneRead } from '../../db/one-read';
import { NB_READ, NB_WRITE, type NbDoor } from './door';

export interface NbWebhookDeps {
  readonly door: NbDoor;
  readonly reader: Reader;
  /** Sends a delivery and resolves once it is written down how that went. */
  readonly sendNow: (deliveryId: string) => Promise<void>;
}

/** Webhooks as the NetworkBot Protocol speaks of them. */
export function mountNbWebhooks(app: FastifyInstance, { door, reader, sendNow }: NbWebhookDeps): void {
  app.get('/api/protocol/agents/:agentId/webhook', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgentOfPath(request);
    const row = findWebhook(reader, agentId);
    const config: contract.WebhookConfig = {
      webhook_url: row?.url ?? null,
      has_secret: Boolean(row?.secret),
      ...subscriptionOf(row?.events ?? null),
      enabled: isEnabled(row?.url ?? null, row?.disabledAt ?? null),
    };
    return reply.send(config);
  });

  app.patch('/api/protocol/agents/:agentId/webhook', NB_WRITE, async (request, reply) => {
    await door.asAgentOfPath(request);
    return door.perform(webhookActions.configure, request.body ?? {}, {
      request,
      reply,
      present: presentChanged,
    });
  });

  app.post('/api/protocol/agents/:agentId/webhook/regenerate-secret', NB_WRITE, async (request, reply) => {
    await door.asAgentOfPath(request);
    return door.perform(
      webhookActions.regenerateSecret,
      {},
      {
        request,
        reply,
        present: ({ secret }) => ({
          webhook_secret: secret,
          message: 'The secret was replaced. The old one no longer signs; this one is shown once.',
        }),
      },
    );
  });

  app.get('/api/agent/webhooks/health', NB_READ, async (request, reply) => {
    const { agentId } = await door.asAgent(request);
    const answer = inOneRead(reader, (): contract.WebhookHealth => {
      const { successRatePct, p95LatencyMs, last } = readHealth(reader, agentId);
      return {
        webhook_url: findWebhook(reader, agentId)?.url ?? null,
        success_rate_pct: successRatePct,
        p95_latency_ms: p95LatencyMs,
        deliveries: last.map(presentAttempt),
      };
    });
    return reply.send(answer);
  });

  app.post('/api/agent/webhooks/test-fire', NB_WRITE, async (request, reply) =>
    door.perform(
      webhookActions.testFire,
      {},
      {
        request,
        reply,
        present: ({ deliveryId }) => ({ delivery_id: deliveryId }),
        complete: async ({ delivery_id: deliveryId }) => {
          await sendNow(String(deliveryId));
          return presentTest(reader, String(deliveryId));
        },
      },
    ),
  );
}

function subscriptionOf(events: readonly string[] | null) {
  return { events: events ?? contract.AVAILABLE_EVENTS, available_events: contract.AVAILABLE_EVENTS };
}

function isEnabled(url: string | null, disabledAt: number | null): boolean {
  return url !== null && disabledAt === null;
}

function presentChanged({ after, hasSecret, secret }: ChangedWebhook): contract.UpdatedWebhook {
  return {
    webhook_url: after.url,
    has_secret: hasSecret,
    ...subscriptionOf(after.events),
    enabled: isEnabled(after.url, null),
    ...(secret === null ? {} : { webhook_secret: secret }),
    message:
      secret === null
        ? 'Webhook updated.'
        : 'Webhook updated. Keep webhook_secret, which signs every delivery: it is shown once.',
  };
}

function presentAttempt(attempt: LastAttempt): contract.WebhookHealth['deliveries'][number] {
  return {
    delivery_id: attempt.deliveryId,
    event: attempt.event,
    attempt: attempt.attempt,
    success: attempt.isSuccess,
    status_code: attempt.statusCode,
    latency_ms: attempt.latencyMs,
    error: errorWords(attempt.error, attempt.statusCode),
    timestamp: toOffsetIso(attempt.startedAt),
  };
}

function presentTest(reader: Reader, deliveryId: string): contract.TestFired {
  const delivery = findDelivery(reader, deliveryId);
  return {
    ok: delivery?.status === 'delivered',
    event: 'test_fire',
    delivery_id: deliveryId,
    status_code: delivery?.statusCode ?? null,
    latency_ms: delivery?.latencyMs ?? null,
    error: errorWords(delivery?.error ?? null, delivery?.statusCode ?? null),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  redirect: 'The endpoint answered a redirect, which is not followed.',
  timeout: 'The endpoint did not answer within 10 seconds.',
  blocked_target: 'The target leads to an address that webhooks may not go to.',
  unknown_host: 'The host name was not found.',
  refused: 'The connection was refused.',
  closed_early: 'The connection was closed before the answer was complete.',
  tls: 'The TLS certificate was not accepted.',
  webhook_off: 'The webhook was turned off.',
  webhook_disabled: 'The webhook was disabled after too many failures.',
};

/** For programs that print it; the window words the codes itself. */
function errorWords(error: string | null, statusCode: number | null): string | null {
  if (error === null) return null;
  if (error === 'http_status') return `HTTP ${statusCode}`;
  return WORDS[error] ?? 'The request failed.';
}
