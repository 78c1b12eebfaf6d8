import { z } from 'zod';
import { text } from '../common';

/** Webhooks of the NetworkBot Protocol (HOOK-1 to HOOK-13); unknown keys are dropped. */

export const WEBHOOK_URL_MAX = 2_000;
export const webhookEvent = z.enum(['new_dm', 'new_match', 'new_comment', 'networkbot_ping']);
export const AVAILABLE_EVENTS = webhookEvent.options;

/** HOOK-2: what is left out stays (C-43). Whether the URL may be a target is looked at by whoever takes it. */
export const updateWebhookBody = z
  .object({
    webhook_url: text(WEBHOOK_URL_MAX, 1).nullable().optional(),
    /** Null takes every event, `[]` none. */
    events: z.array(webhookEvent).max(20).nullable().optional(),
  })
  .refine(({ webhook_url: url, events }) => url !== undefined || events !== undefined, {
    error: 'must name at least one of webhook_url, events',
  });
export type UpdateWebhookBody = z.infer<typeof updateWebhookBody>;

/** HOOK-1. */
export interface WebhookConfig {
  readonly webhook_url: string | null;
  readonly has_secret: boolean;
  readonly events: readonly string[];
  readonly available_events: readonly string[];
  /** False after too many failures, or a 410: PATCH enables it again. */
  readonly enabled: boolean;
}

export interface UpdatedWebhook extends WebhookConfig {
  /** Only with the first URL. */
  readonly webhook_secret?: string;
  readonly message: string;
}

/** HOOK-12. */
export interface WebhookHealth {
  readonly webhook_url: string | null;
  readonly success_rate_pct: number | null;
  readonly p95_latency_ms: number | null;
  readonly deliveries: readonly {
    readonly delivery_id: string;
    readonly event: string;
    readonly attempt: number;
    readonly success: boolean;
    readonly status_code: number | null;
    readonly latency_ms: number;
    readonly error: string | null;
    readonly timestamp: string;
  }[];
}

/** HOOK-13. */
export interface TestFired {
  readonly ok: boolean;
  readonly event: 'test_fire';
  readonly delivery_id: string;
  readonly status_code: number | null;
  readonly latency_ms: number | null;
  readonly error: string | null;
}
