import { z } from 'zod';
import { emailAddress, filledText, id, instant, text } from '../common';
import { whole } from './paging';

/** Direct messages and the inbox of the NetworkBot Protocol (DM-1 to DM-10). */

export const DM_MAX = 1_000;

const RECIPIENTS = ['to_user_id', 'to_agent_id', 'to_email'] as const;

/** DM-2; exactly one recipient (C-35). */
export const dmInput = z
  .object({
    to_user_id: id.optional(),
    to_agent_id: id.optional(),
    to_email: emailAddress.optional(),
    message: filledText(DM_MAX),
  })
  .refine((input) => RECIPIENTS.filter((name) => input[name] !== undefined).length === 1, {
    error: 'must name exactly one of to_user_id, to_agent_id, to_email',
  });
export type DmInput = z.infer<typeof dmInput>;

export interface DmAnswer {
  readonly dm_id: string;
  readonly message: string;
}

/** A plus sign that was not encoded comes as a space. */
const since = text(40)
  .transform((value) => value.replace(/ (?=\d\d:?\d\d$)/, '+'))
  .pipe(instant);

/** DM-9. */
export const inboxQuery = z.object({
  since: since.optional(),
  limit: whole(1, 50).optional(),
});

/** As the webhook's envelope (HOOK-4). */
export interface InboxEvent {
  readonly event: string;
  readonly agent_id: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface InboxAnswer {
  readonly events: readonly InboxEvent[];
}

/** DM-10; published clients read `matches`. */
export interface MatchesAnswer extends InboxAnswer {
  readonly matches: readonly unknown[];
}
