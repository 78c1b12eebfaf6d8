import type { InboxItem } from '../../../src-server/contract/console/inbox';
import type { InboxSearch } from '../inbox/inbox-search';

/** Where in the Inbox a proposal is found: in the tab it is listed under, with only its agent around it. */
export function inboxSearchOf(agentId: string, item: Pick<InboxItem, 'id' | 'status'>): InboxSearch {
  const tab = item.status === 'pending' ? undefined : item.status === 'failed' ? 'failed' : 'decided';
  return { agent: agentId, item: item.id, ...(tab ? { tab } : {}) };
}
