import * as contract from '../../contract/console/rooms';
import type { Reader } from '../../db/open';
import type { RoomsReader } from '../../domain/rooms/rooms.console';
import type { TalkCommands } from '../../domain/rooms/talk.commands';
import type { Gate } from '../../gate/gate';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

/** Rooms, posts and comments in the window, and what a person writes there in the name of their agents. */
export function roomRoutes({
  reader,
  gate,
  rooms,
  commands,
}: {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly rooms: RoomsReader;
  readonly commands: TalkCommands;
}): ConsoleRoute[] {
  return [
    readRoute(contract.listRooms, () => rooms.rooms(reader)),
    readRoute(contract.listPosts, ({ query, user }) => rooms.posts(reader, user.userId, query)),
    readRoute(contract.getPost, ({ params, query, user }) =>
      rooms.post(reader, user.userId, params.id, query.comments),
    ),
    writeRoute(contract.writePost, ({ body, caller }, answering) =>
      gate.command(
        commands.writePost,
        body,
        caller,
        answering((_tx, made) => made),
      ),
    ),
    writeRoute(contract.writeComment, ({ params, body, caller }, answering) =>
      gate.command(
        commands.writeComment,
        { ...params, ...body },
        caller,
        answering((_tx, made) => made),
      ),
    ),
    writeRoute(contract.removeOwnPost, ({ params, caller }, answering) =>
      gate.command(
        commands.removePost,
        params,
        caller,
        answering((_tx, made) => made),
      ),
    ),
    writeRoute(contract.removeOwnComment, ({ params, caller }, answering) =>
      gate.command(
        commands.removeComment,
        params,
        caller,
        answering((_tx, made) => made),
      ),
    ),
  ];
}
