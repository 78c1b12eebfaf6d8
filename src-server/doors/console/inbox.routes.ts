import * as contract from '../../contract/console/inbox';
import { NOTIFICATION_CHANNEL } from '../../contract/process';
import type { Reader } from '../../db/open';
import type { Caller } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import type { InboxReader } from '../../domain/approvals/inbox.queries';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

export interface InboxRouteDeps {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly inbox: InboxReader;
  /** What decisions are recorded as: `window` on the desktop, `browser` in server mode. */
  readonly channel: 'window' | 'browser';
}

/** How a call names its client that the shell makes for a click on a notification; no call over TCP can. */
export const NOTIFICATION_CLIENT = 'Countersign notification';

/** Where people decide. Every write goes to the gate with what the person looked at. */
export function inboxRoutes({ reader, gate, inbox, channel }: InboxRouteDeps): ConsoleRoute[] {
  const channelOf = ({ client }: Caller): string =>
    channel === 'window' && client === NOTIFICATION_CLIENT ? NOTIFICATION_CHANNEL : channel;
  return [
    readRoute(contract.listInbox, ({ user, query }) => inbox.list(reader, user.userId, query)),
    readRoute(contract.getInboxItem, ({ user, params }) => inbox.detail(reader, user.userId, params.id)),
    writeRoute(contract.markRead, ({ params, body, caller }, answering) =>
      gate.markRead(
        { actionId: params.id, channel: readChannelOf(channelOf(caller)), ...body },
        caller,
        answering(() => ({ isRead: true as const })),
      ),
    ),
    writeRoute(contract.decide, ({ params, body, caller, user }, answering) =>
      gate.decide(
        { actionId: params.id, channel: channelOf(caller), ...body },
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.decideBulk, ({ body: { items, ...body }, caller }, answering) => {
      const seen = items.map(({ id, ...version }) => ({ actionId: id, ...version }));
      // Each is a transaction of its own: the answer comes after them, and a repeat without it hears of each again.
      const results = gate.decideBulk({ ...body, items: seen, channel }, caller);
      gate.keepAnswer(
        results,
        answering(() => ({ results: [...results] })),
      );
    }),
    writeRoute(contract.snooze, ({ params, body, caller, user }, answering) =>
      gate.snooze(
        { actionId: params.id, until: Date.parse(body.until) },
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.unsnooze, ({ params, caller, user }, answering) =>
      gate.unsnooze(
        params.id,
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.editProposal, ({ params, body, caller, user }, answering) =>
      gate.edit(
        { actionId: params.id, ...body },
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.retryFailed, ({ params, caller, user }, answering) =>
      gate.retry(
        params.id,
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
    writeRoute(contract.undoExecuted, ({ params, caller, user }, answering) =>
      gate.undo(
        params.id,
        caller,
        answering((tx) => inbox.detail(tx, user.userId, params.id)),
      ),
    ),
  ];
}

/** A read is of a view of ours, in whichever program, or of a notification. */
function readChannelOf(channel: string): string {
  return channel === NOTIFICATION_CHANNEL ? NOTIFICATION_CHANNEL : 'window';
}
