import type { Reader, Tx, Writer } from '../../db/open';
import { DAY, SECOND, type Clock } from '../../lib/clock';
import type { Logger } from '../../lib/logger';
import { memberIdOf } from '../messages/members';
import { readOneOf } from '../messages/messages.repo';
import {
  listEventsAfter,
  listNewestEvents,
  markEventsRead,
  pruneEvents,
  type AgentEventRow,
} from './agent-events.repo';
import type { AgentEventName } from './agent-events';

export const EVENTS_KEPT_MS = 90 * DAY;
const FLUSH_AFTER_MS = SECOND;
const FLUSH_AT = 500;
const PRUNED_AT_ONCE = 1_000;

export interface InboxRequest {
  readonly agentId: string;
  /** Only events of this name. */
  readonly event?: AgentEventName;
  /** Strictly after this moment. */
  readonly since?: number | undefined;
  readonly limit: number;
}

/**
 * What happened to agents, as they fetch it (DM-9). Fetching is a read, and what it marks is no effect of the agent's:
 * the marks are collected, and written in batches as the calls log is.
 */
export interface AgentInboxService extends AsyncDisposable {
  /** With `since` in the order they happened, so that the last one's time asks for the next; else the newest first. */
  fetch(request: InboxRequest): AgentEventRow[];
  flush(): void;
  prune(): void;
}

export function createAgentInboxService({
  writer,
  reader,
  clock,
  log,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly log: Logger;
}): AgentInboxService {
  let fetched = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (fetched.size === 0) return;
    const seqs = [...fetched];
    fetched = new Set();
    try {
      for (let from = 0; from < seqs.length; from += FLUSH_AT) {
        writer.transaction((tx) => markRead(tx, seqs.slice(from, from + FLUSH_AT), clock.now()));
      }
    } catch (error) {
      log.error({ err: error, events: seqs.length }, 'fetched events could not be marked as read');
    }
  };

  return {
    fetch({ since, limit, ...filter }) {
      const events =
        since === undefined
          ? listNewestEvents(reader, filter, { limit })
          : listEventsAfter(reader, filter, { after: since, limit });
      for (const { seq, readAt } of events) if (readAt === null) fetched.add(seq);
      if (fetched.size >= FLUSH_AT) setImmediate(flush);
      else if (fetched.size > 0 && !timer) timer = setTimeout(flush, FLUSH_AFTER_MS).unref();
      return events;
    },
    flush,
    prune() {
      const before = clock.now() - EVENTS_KEPT_MS;
      let gone = PRUNED_AT_ONCE;
      while (gone === PRUNED_AT_ONCE) {
        gone = writer.transaction((tx) => pruneEvents(tx, before, PRUNED_AT_ONCE));
      }
    },
    async [Symbol.asyncDispose]() {
      flush();
    },
  };
}

/** A message that was fetched is one less to read in its conversation. */
function markRead(tx: Tx, seqs: readonly number[], now: number): void {
  for (const { agentId, event, data } of markEventsRead(tx, seqs, now)) {
    if (event !== 'new_dm' || typeof data['dm_id'] !== 'string') continue;
    readOneOf(tx, memberIdOf('agent', agentId), data['dm_id']);
  }
}
