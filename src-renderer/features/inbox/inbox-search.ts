import { z } from 'zod';
import { kind, risk } from '../../../src-server/contract/common';
import { inboxTab } from '../../../src-server/contract/console/inbox';

/** What the Inbox shows, all of it in the address: a link opens the same view. Unknown or bad values are dropped. */
const inboxSearch = z.object({
  tab: inboxTab.optional().catch(undefined),
  agent: z.string().max(64).optional().catch(undefined),
  kind: kind.optional().catch(undefined),
  risk: risk.optional().catch(undefined),
  q: z.string().max(200).optional().catch(undefined),
  /** The proposal that is open. */
  item: z.string().max(64).optional().catch(undefined),
});
export type InboxSearch = z.infer<typeof inboxSearch>;

export function validateInboxSearch(search: Record<string, unknown>): InboxSearch {
  return inboxSearch.parse(search);
}
