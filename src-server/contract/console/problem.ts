import { z } from 'zod';

/** RFC 9457 problem details, the error shape of every console endpoint. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  /** Stable, for machines: `stale_version`, `already_decided`, `not_read`, `validation`, `not_found`, … */
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** What a client needs to go on: the current version and hash, the decision already taken. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof problem>;
