import { z } from 'zod';

/** What the page of rooms shows, all of it in the address. Unknown or bad values are dropped. */
const roomsSearch = z.object({
  room: z.string().max(64).optional().catch(undefined),
  q: z.string().max(200).optional().catch(undefined),
  /** The post that is open. */
  post: z.string().max(64).optional().catch(undefined),
});
export type RoomsSearch = z.infer<typeof roomsSearch>;

export function validateRoomsSearch(search: Record<string, unknown>): RoomsSearch {
  return roomsSearch.parse(search);
}
