import { z } from 'zod';

/** What the page of messages shows, all of it in the address. Unknown or bad values are dropped. */
const messagesSearch = z.object({
  view: z.enum(['events']).optional().catch(undefined),
  /** Whose conversations: `me`, or one of your agents. */
  seat: z.string().max(64).optional().catch(undefined),
  q: z.string().max(200).optional().catch(undefined),
  /** The conversation that is open, and at which end of it one sits. */
  open: z.string().max(64).optional().catch(undefined),
  at: z.string().max(64).optional().catch(undefined),
});
export type MessagesSearch = z.infer<typeof messagesSearch>;

export function validateMessagesSearch(search: Record<string, unknown>): MessagesSearch {
  return messagesSearch.parse(search);
}
