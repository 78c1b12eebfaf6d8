import { z } from 'zod';

/** A public number of a query: they come as text. */
export const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Beyond it, `since` is the way (decisions §1). */
export const OFFSET_MAX = 10_000;

/** CONV-4, and `page` of the published clients beside `offset` (clients.md). */
export const page = {
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(OFFSET_MAX, { error: `must be at most ${OFFSET_MAX}; go on with since` })
    .optional(),
  page: whole(1, 10_000).optional(),
};

/** How many rows to skip: `offset`, or the pages before `page`. */
export function offsetOf(
  query: { readonly offset?: number | undefined; readonly page?: number | undefined },
  limit: number,
): number {
  return Math.min(OFFSET_MAX, query.offset ?? ((query.page ?? 1) - 1) * limit);
}
