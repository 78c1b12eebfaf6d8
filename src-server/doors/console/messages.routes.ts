import * as contract from '../../contract/console/messages';
import type { Reader } from '../../db/open';
import { listEventGroups, listOwnAgentEvents } from '../../domain/agent-events/agent-events.queries';
import {
  getOwnConversation,
  listOwnConversations,
  unreadOfMine,
} from '../../domain/messages/conversations.queries';
import { blockSender, unblockSender, writeMessage } from '../../domain/messages/messages.commands';
import type { SeenService } from '../../domain/messages/seen.service';
import type { Gate } from '../../gate/gate';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface MessageRouteDeps {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly seen: SeenService;
  /** Writes down what agents fetched so far. */
  readonly flushFetched: () => void;
}

/** A person, their conversations, and what happened to their agents. */
export function messageRoutes({ reader, gate, seen, flushFetched }: MessageRouteDeps): ConsoleRoute[] {
  return [
    readRoute(contract.listConversations, ({ user, query }) =>
      listOwnConversations(reader, user.userId, query),
    ),
    readRoute(contract.getConversation, ({ user, params, query }) =>
      getOwnConversation(reader, user.userId, params.id, query),
    ),
    writeRoute(contract.sendMessage, ({ params, body, caller }, answering) =>
      gate.command(
        writeMessage,
        { ...params, ...body },
        caller,
        answering((_tx, message) => message),
      ),
    ),
    writeRoute(contract.markConversationSeen, ({ user, params, body, caller }, answering) =>
      seen.markSeen(
        { userId: user.userId, conversationId: params.id, seat: body.seat, traceId: caller.traceId },
        answering((tx) => ({ unreadOfMine: unreadOfMine(tx, user.userId) })),
      ),
    ),
    readRoute(contract.getUnread, ({ user }) => ({ unreadOfMine: unreadOfMine(reader, user.userId) })),
    writeRoute(contract.blockSender, ({ params, caller }, answering) =>
      gate.command(
        blockSender,
        params,
        caller,
        answering((_tx, state) => state),
      ),
    ),
    writeRoute(contract.unblockSender, ({ params, caller }, answering) =>
      gate.command(
        unblockSender,
        params,
        caller,
        answering((_tx, state) => state),
      ),
    ),
    readRoute(contract.listEventGroups, ({ user }) => {
      flushFetched();
      return { items: listEventGroups(reader, user.userId) };
    }),
    readRoute(contract.listAgentEvents, ({ user, params, query }) => {
      flushFetched();
      return listOwnAgentEvents(reader, user.userId, params.id, query);
    }),
  ];
}
