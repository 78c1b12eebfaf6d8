import * as contract from '../../contract/console/inbox';
import type { Reader } from '../../db/open';
import type { Gate } from '../../gate/gate';
import type { InboxReader } from '../../domain/approvals/inbox.queries';
import { answeringOnce, route, type ConsoleRoute } from './mount-console';

export interface InboxRouteDeps {
  readonly reader: Reader;
  readonly gate: Gate;
  readonly inbox: InboxReader;
  /** What decisions are recorded as: `window` on the desktop, `browser` in server mode. */
  readonly channel: 'window' | 'browser';
}

/** Where people decide. Every write goes to the gate with what the person looked at. */
export function inboxRoutes({ reader, gate, inbox, channel }: InboxRouteDeps): ConsoleRoute[] {
  return answeringOnce(gate, [
    route(contract.listInbox, ({ user, query }) => inbox.list(reader, user.userId, query)),
    route(contract.getInboxItem, ({ user, params }) => inbox.detail(reader, user.userId, params.id)),
    route(contract.markRead, ({ params, body, caller }) => {
      gate.markRead({ actionId: params.id, ...body }, caller);
      return { isRead: true as const };
    }),
    route(contract.decide, ({ params, body, caller, user }) => {
      gate.decide({ actionId: params.id, channel, ...body }, caller);
      return inbox.detail(reader, user.userId, params.id);
    }),
    route(contract.editProposal, ({ params, body, caller, user }) => {
      gate.edit({ actionId: params.id, ...body }, caller);
      return inbox.detail(reader, user.userId, params.id);
    }),
    route(contract.retryFailed, ({ params, caller, user }) => {
      gate.retry(params.id, caller);
      return inbox.detail(reader, user.userId, params.id);
    }),
    route(contract.undoExecuted, ({ params, caller, user }) => {
      gate.undo(params.id, caller);
      return inbox.detail(reader, user.userId, params.id);
    }),
  ]);
}
