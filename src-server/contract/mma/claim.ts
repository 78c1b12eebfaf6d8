import { z } from 'zod';
import { text } from '../common';

/** `POST /api/v1/claim` (decisions §2). `otp` is asked for by a 403 where the registered address is somebody else's. */
export const claimBody = z.object({
  claimCode: text(100, 1),
  otp: text(12).optional(),
  replaceKeys: z.boolean().optional(),
});
