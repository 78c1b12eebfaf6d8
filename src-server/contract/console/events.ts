import { z } from 'zod';

/** What the live stream `/api/console/events` sends. Names are topics; a client re-reads what it shows of them. */
export const liveEvent = z.object({
  topic: z.enum(['inbox', 'agents', 'joining', 'me', 'hello']),
  id: z.string().nullable(),
  /** What happened, for announcements: `proposed`, `revised`, `decided`, `executed`, `failed`, `withdrawn`, `registered`, … */
  change: z.string(),
});
export type LiveEvent = z.infer<typeof liveEvent>;
