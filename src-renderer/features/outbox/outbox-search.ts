import { z } from 'zod';
import { mailState } from '../../../src-server/contract/console/outbox';

/** What the Outbox shows, all of it in the address. Unknown or bad values are dropped. */
const outboxSearch = z.object({
  state: mailState.optional().catch(undefined),
  to: z.string().max(254).optional().catch(undefined),
  /** The mail that is open. */
  mail: z.string().max(64).optional().catch(undefined),
});
export type OutboxSearch = z.infer<typeof outboxSearch>;

export function validateOutboxSearch(search: Record<string, unknown>): OutboxSearch {
  return outboxSearch.parse(search);
}
