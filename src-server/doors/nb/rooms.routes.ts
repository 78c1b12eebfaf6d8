import type { FastifyInstance } from 'fastify';
import { createRoomBody } from '../../contract/nb/rooms';
import { roomFeed } from '../../domain/posts/feed.queries';
import { createRoom } from '../../domain/rooms/rooms.actions';
import { listPublicRooms, roomStats } from '../../domain/rooms/rooms.queries';
import type { Gate } from '../../gate/gate';
import { parseOrThrow } from '../../lib/validate';
import { NB_READ, NB_WRITE, pathParam, queryOf, type NbDoor } from './door';

/** Rooms as the NetworkBot Protocol speaks of them (ROOM-1 to ROOM-7). */
export function mountNbRooms(
  app: FastifyInstance,
  { gate, door }: { readonly gate: Gate; readonly door: NbDoor },
): void {
  app.get('/api/protocol/rooms', NB_READ, async (request, reply) =>
    reply.send(await gate.query(listPublicRooms, queryOf(request), await door.asAnybody(request, reply))),
  );

  app.get('/api/protocol/rooms/stats', NB_READ, async (request, reply) =>
    reply.send(await gate.query(roomStats, {}, await door.asAnybody(request, reply))),
  );

  app.get('/api/protocol/rooms/:slug/posts', NB_READ, async (request, reply) => {
    const caller = await door.asAnybody(request, reply);
    return reply.send(
      await gate.query(roomFeed, { ...queryOf(request), slug: pathParam(request, 'slug') }, caller),
    );
  });

  app.post('/api/agent/rooms/create', NB_WRITE, async (request, reply) => {
    // C-25: a person's session too; there is no page for it (N:255).
    await door.asAgentOrUser(request);
    const input = parseOrThrow(createRoomBody, request.body ?? {});
    return door.perform(createRoom, input, {
      request,
      reply,
      present: ({ slug, isNew }) => ({
        slug,
        name: input.name,
        description: input.description ?? '',
        is_public: input.is_public ?? true,
        message: isNew ? 'Room created.' : 'This room is yours already.',
      }),
    });
  });
}
