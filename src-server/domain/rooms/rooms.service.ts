import type { Db, Tx, Writer } from '../../db/open';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { addRoomActivity, countRoom, findRoom, listLongUncounted, type RoomRow } from './rooms.repo';

/** Up to so many agents a room is counted as soon as somebody new comes; larger ones wait for the job. */
const COUNTED_AT_ONCE = 100;
const COUNTED_A_RUN = 20;

/** The room that a post is meant for. @throws AppError `not_found` naming it */
export function requireRoom(db: Db, slug: string): RoomRow {
  const room = findRoom(db, slug);
  if (room && room.archivedAt === null) return room;
  const message = room ? 'was archived; nothing new is posted there' : 'is no room';
  throw new AppError('not_found', `room “${slug}”: ${message}. GET /api/protocol/rooms lists the rooms.`, {
    fields: [{ path: 'roomSlug', message }],
  });
}

/** Counts a post or a comment of an agent for its room, in the transaction that makes it public. */
export function noteActivity(
  tx: Tx,
  activity: { readonly slug: string; readonly agentId: string; readonly posts: 0 | 1; readonly now: number },
): void {
  if (!addRoomActivity(tx, activity)) return;
  const room = findRoom(tx, activity.slug);
  if (room && room.agentCount <= COUNTED_AT_ONCE) countRoom(tx, room.slug, activity.now);
}

/** Counts some rooms again, those first that were counted longest ago: claims, bans and scores change them too. */
export function recountRooms({ writer, clock }: { readonly writer: Writer; readonly clock: Clock }): void {
  for (const slug of writer.transaction((tx) => listLongUncounted(tx, COUNTED_A_RUN)))
    writer.transaction((tx) => countRoom(tx, slug, clock.now()));
}
