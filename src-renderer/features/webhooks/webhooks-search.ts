import { z } from 'zod';
import { deliveryStatus } from '../../../src-server/contract/console/webhooks';

export const WEBHOOK_TABS = ['deliveries', 'settings', 'secret', 'test'] as const;
export type WebhookTab = (typeof WEBHOOK_TABS)[number];

const webhooksSearch = z.object({
  /** Whose webhook is shown; the first one's where it is left out. */
  agent: z.string().max(64).optional().catch(undefined),
  tab: z.enum(WEBHOOK_TABS).optional().catch(undefined),
  status: deliveryStatus.optional().catch(undefined),
  event: z.string().max(60).optional().catch(undefined),
  /** The delivery that is open. */
  delivery: z.string().max(64).optional().catch(undefined),
});
export type WebhooksSearch = z.infer<typeof webhooksSearch>;

/** What `/webhooks` shows, all of it in the address; bad values are dropped. */
export function validateWebhooksSearch(search: Record<string, unknown>): WebhooksSearch {
  return webhooksSearch.parse(search);
}
