import { inArray, lt, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Tx, Writer } from '../../db/open';
import { preparedInsert } from '../../db/prepared';
import type { AgentActor, Caller } from '../../gate/caller';
import { calls } from '../../gate/gate.tables';
import { DAY, SECOND, type Clock } from '../../lib/clock';
import type { Logger } from '../../lib/logger';
import { agentKeys, agents } from './agents.tables';
import { addClientCalls, CLIENTS_PER_KEY, trimClients } from './keys.repo';

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
  /** One call with a key, which counts for the client and the address it came from. */
  touchKey(keyId: string, agentId: string, caller: Calling): void;
  /** The client of this caller said its name: its calls, this one included, count under it. */
  nameClient(keyId: string, caller: Calling, name: string): void;
  flush(): void;
  prune(): void;
}

type Calling = Pick<Caller, 'client' | 'userAgent' | 'ip'>;

interface ClientCalls {
  readonly client: string;
  readonly address: string;
  readonly firstSeenAt: number;
  lastSeenAt: number;
  calls: number;
}

interface Touch {
  readonly agentId: string;
  at: number;
  client: string | null;
  address: string | null;
  calls: number;
  /** By client and address, the latest last. */
  readonly clients: Map<string, ClientCalls>;
}

const MAX_CLIENT_NAME = 120;
/** Names that clients gave themselves, remembered by key and where they call from. */
const MAX_NAMES = 5_000;

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
  const names = new LRUCache<string, string>({ max: MAX_NAMES });
  const placeOf = (keyId: string, { userAgent, ip }: Calling): string =>
    JSON.stringify([keyId, ip, userAgent]);

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
        for (const [keyId, touch] of touched) writeTouch(tx, keyId, touch);
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
    touchKey(keyId, agentId, caller) {
      const at = clock.now();
      const name = names.get(placeOf(keyId, caller)) ?? unnamed(caller);
      const touch = touches.get(keyId) ?? {
        agentId,
        at,
        client: null,
        address: null,
        calls: 0,
        clients: new Map<string, ClientCalls>(),
      };
      touch.at = at;
      touch.client = name;
      touch.address = caller.ip;
      touch.calls += 1;
      countClient(touch.clients, name, caller.ip, at);
      touches.set(keyId, touch);
      scheduleFlush();
    },
    nameClient(keyId, caller, name) {
      const shown = name.slice(0, MAX_CLIENT_NAME);
      const place = placeOf(keyId, caller);
      const before = names.get(place) ?? unnamed(caller);
      names.set(place, shown);
      const touch = touches.get(keyId);
      if (!touch || before === shown) return;
      touch.client = shown;
      takeBack(touch.clients, before, caller.ip);
      countClient(touch.clients, shown, caller.ip, touch.at);
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

function unnamed({ client, userAgent }: Calling): string | null {
  return (client ?? userAgent)?.slice(0, MAX_CLIENT_NAME) ?? null;
}

const clientId = (client: string | null, address: string | null): string => JSON.stringify([client, address]);

function countClient(
  clients: Map<string, ClientCalls>,
  client: string | null,
  address: string | null,
  at: number,
): void {
  const id = clientId(client, address);
  const known = clients.get(id) ?? {
    client: client ?? '',
    address: address ?? '',
    firstSeenAt: at,
    lastSeenAt: at,
    calls: 0,
  };
  known.lastSeenAt = at;
  known.calls += 1;
  clients.delete(id);
  clients.set(id, known);
  // A caller that names itself anew with every call fills neither memory nor table.
  if (clients.size > CLIENTS_PER_KEY) clients.delete(clients.keys().next().value ?? '');
}

function takeBack(clients: Map<string, ClientCalls>, client: string | null, address: string | null): void {
  const id = clientId(client, address);
  const known = clients.get(id);
  if (!known) return;
  known.calls -= 1;
  if (known.calls === 0) clients.delete(id);
}

function writeTouch(tx: Tx, keyId: string, { at, client, address, calls, clients }: Touch): void {
  const { changes } = tx
    .update(agentKeys)
    .set({
      lastUsedAt: at,
      lastClient: client,
      lastAddress: address,
      callsCount: sql`${agentKeys.callsCount} + ${calls}`,
    })
    .where(sql`${agentKeys.id} = ${keyId}`)
    .run();
  // The key went away between call and batch, with its agent.
  if (changes === 0) return;
  for (const row of clients.values()) addClientCalls(tx, { keyId, ...row });
  trimClients(tx, keyId);
}
