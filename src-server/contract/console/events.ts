import { z } from 'zod';

/** First segment of the console paths whose answers a topic concerns. */
export const LIVE_TOPICS = [
  'inbox',
  'agents',
  'joining',
  'me',
  'activity',
  'audit',
  'keys',
  'messages',
  'credits',
  'webhooks',
  'outbox',
  'posts',
  'rooms',
  'settings',
  'data',
  'hello',
] as const;

/** What the live stream `/api/console/events` sends. Names are topics; a client re-reads what it shows of them. */
export const liveEvent = z.object({
  topic: z.enum(LIVE_TOPICS),
  id: z.string().nullable(),
  /** What happened, for announcements: `proposed`, `revised`, `decided`, `executed`, `failed`, `withdrawn`, `registered`, … */
  change: z.string(),
});
export type LiveEvent = z.infer<typeof liveEvent>;
