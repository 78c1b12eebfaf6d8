import { inArray, lt, sql } from 'drizzle-orm';
import type { Writer } from '../../db/open';
import { preparedInsert } from '../../db/prepared';
import type { AgentActor, Caller } from '../../gate/caller';
import { calls } from '../../gate/gate.tables';
import { DAY, SECOND, type Clock } from '../../lib/clock';
import type { Logger } from '../../lib/logger';
import { agentKeys, agents } from './agents.tables';

/** How long agents' reads are kept (decisions §3). */
export const CALLS_KEPT_MS = 30 * DAY;
const FLUSH_AFTER_MS = SECOND;
const FLUSH_AT = 500;
/** Beyond this the oldest lines are given up rather than the memory. */
const MAX_WAITING = 20_000;

type CallLine = typeof calls.$inferInsert;
const insertCall = preparedInsert(calls, { omitted: ['id'] });

/** What agents called and when their keys were last used: collected, and written in batches. */
export interface UsageRecorder extends AsyncDisposable {
  logCall(entry: {
    readonly caller: Caller;
    readonly agent: AgentActor;
    readonly name: string;
    readonly outcome: string;
    readonly durationUs: number;
  }): void;
  touchKey(keyId: string, agentId: string, caller: Pick<Caller, 'client' | 'userAgent' | 'ip'>): void;
  flush(): void;
  prune(): void;
}

interface Touch {
  readonly agentId: string;
  readonly at: number;
  readonly client: string | null;
  readonly address: string | null;
}

export function createUsageRecorder({
  writer,
  clock,
  log,
}: {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly log: Logger;
}): UsageRecorder {
  let lines: CallLine[] = [];
  let touches = new Map<string, Touch>();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0 && touches.size === 0) return;
    const batch = lines;
    const touched = touches;
    lines = [];
    touches = new Map();
    try {
      writer.transaction((tx) => {
        for (const line of batch) insertCall(tx, line);
        for (const [keyId, { at, client, address }] of touched) {
          tx.update(agentKeys)
            .set({ lastUsedAt: at, lastClient: client, lastAddress: address })
            .where(sql`${agentKeys.id} = ${keyId}`)
            .run();
        }
        const seen = [...new Set([...touched.values()].map(({ agentId }) => agentId))];
        for (let from = 0; from < seen.length; from += 500) {
          tx.update(agents)
            .set({ lastSeenAt: clock.now() })
            .where(inArray(agents.id, seen.slice(from, from + 500)))
            .run();
        }
      });
    } catch (error) {
      log.error({ err: error, lines: batch.length }, 'calls log could not be written');
    }
  };

  const scheduleFlush = (): void => {
    if (timer) return;
    timer = setTimeout(flush, FLUSH_AFTER_MS);
    timer.unref();
  };

  return {
    logCall({ caller, agent, name, outcome, durationUs }) {
      if (lines.length >= MAX_WAITING) lines.shift();
      lines.push({
        at: clock.now(),
        agentId: agent.agentId,
        keyId: agent.keyId,
        name,
        transport: caller.transport,
        outcome,
        durationUs,
        client: caller.client?.slice(0, 120) ?? null,
      });
      if (lines.length >= FLUSH_AT) setImmediate(flush);
      else scheduleFlush();
    },
    touchKey(keyId, agentId, { client, userAgent, ip }) {
      touches.set(keyId, {
        agentId,
        at: clock.now(),
        client: (client ?? userAgent)?.slice(0, 120) ?? null,
        address: ip,
      });
      scheduleFlush();
    },
    flush,
    prune() {
      writer.transaction((tx) =>
        tx
          .delete(calls)
          .where(lt(calls.at, clock.now() - CALLS_KEPT_MS))
          .run(),
      );
    },
    async [Symbol.asyncDispose]() {
      flush();
    },
  };
}
