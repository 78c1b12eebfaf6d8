import { LRUCache } from 'lru-cache';
import type { Reader, Writer } from '../../db/open';
import { SECOND, type Clock } from '../../lib/clock';
import type { Logger } from '../../lib/logger';
import type { Vault } from '../../lib/vault';
import { VERSION } from '../../version';
import { isCatcherUrl, type Catcher } from './catcher';
import {
  agentsWithPending,
  findDelivery,
  findNextAt,
  lastDeliverySeq,
  listDue,
  listNewer,
  type DeliveryRow,
} from './deliveries.repo';
import { MAX_BACKOFF_MS, recordAttempt, type Attempted, type OutcomeDeps } from './outcome';
import type { Answered, Sender } from './sender';
import { signedHeaders } from './signing';
import { hostAndPortOf } from './targets';
import { openSecrets, type SigningSecrets } from './webhooks.service';
import { findEndpoint, isExcepted, type Endpoint } from './webhooks.repo';

/**
 * Carries deliveries out. A delivery is a row that is pending until an attempt succeeds or its tries are used up, so a
 * process that is killed leaves it pending and the next one sends it again, under the same id: at least once, never
 * lost. What is under way is known in memory alone; there is one server to a data folder.
 *
 *   commit ─> wake ─> pump ─┬─ endpoint A: width 1..8 ─┐
 *                           ├─ endpoint B              ├─> post (10 s) ─> results of one turn ─> one transaction
 *                           └─ failing ones: few lanes ┘
 *
 * Every endpoint has its own queue and width, which grows while it answers and falls to one when it fails. Failing
 * ones share few of the lanes, so however many hang, the others go on.
 */
export interface Dispatcher extends AsyncDisposable {
  /** Finds what earlier runs left and begins to send. */
  start(): void;
  /** Something was committed: perhaps a delivery. */
  wake(): void;
  /** What stood in the way of an agent's deliveries, or of everybody's, may be gone. */
  touch(agentId?: string): void;
  /** Sends one delivery now, whatever else waits, and resolves once that attempt is written down. */
  sendNow(deliveryId: string): Promise<void>;
  /** Sends until nothing is due: what tests wait for. */
  processAll(): Promise<void>;
}

/** Requests under way at once. */
const LANES = 256;
/** Of them, for endpoints whose last delivery failed. */
const LANES_OF_FAILING = 64;
/** Requests under way at once to one endpoint that answers. */
const WIDTH_MAX = 8;
/** Endpoints whose width is remembered. */
const WIDTHS_KEPT = 20_000;
const NEWER_BATCH = 1_000;
const MAX_SLEEP_MS = 30 * SECOND;
/** After the database refused to take results, or a secret does not open: what they were of is tried again then. */
const STUMBLED_MS = 5 * SECOND;
const USER_AGENT = `Countersign-Webhooks/${VERSION}`;

interface Lane {
  width: number;
  isFailing: boolean;
}

interface Finished {
  readonly delivery: DeliveryRow;
  readonly endpoint: Endpoint;
  readonly attempted: Attempted;
  readonly resolve: () => void;
}

export function createDispatcher({
  reader,
  writer,
  clock,
  vault,
  log,
  sender,
  catcher,
  outcome,
  allowsLocalTargets,
  onChange,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly vault: Pick<Vault, 'open'>;
  readonly log: Logger;
  readonly sender: Sender;
  readonly catcher: Pick<Catcher, 'receive'>;
  readonly outcome: OutcomeDeps;
  readonly allowsLocalTargets: boolean;
  /** An owner's deliveries of this agent changed. */
  readonly onChange: (ownerId: string, agentId: string) => void;
  readonly afterCommit: () => void;
}): Dispatcher {
  const lanes = new LRUCache<string, Lane>({ max: WIDTHS_KEPT });
  /** Agents that something may be due for, and from when on. */
  const ready = new Map<string, number>();
  const inFlight = new Map<string, Map<string, Promise<void>>>();
  let total = 0;
  let totalOfFailing = 0;
  /** Failing agents that wait for a lane. */
  const parked = new Set<string>();
  let seenSeq: number | undefined;
  let isStarted = false;
  let isStopping = false;
  let isWoken = false;
  let finished: Finished[] = [];
  let timer: NodeJS.Timeout | undefined;

  const laneOf = (endpoint: Endpoint): Lane => {
    let lane = lanes.get(endpoint.agentId);
    if (!lane) {
      lane = { width: 1, isFailing: endpoint.failuresInRow > 0 };
      lanes.set(endpoint.agentId, lane);
    }
    return lane;
  };
  const under = (agentId: string): number => inFlight.get(agentId)?.size ?? 0;
  const roomFor = (lane: Lane, agentId: string): number => {
    const room = Math.min(lane.width - under(agentId), LANES - total);
    return Math.max(0, lane.isFailing ? Math.min(room, LANES_OF_FAILING - totalOfFailing) : room);
  };

  const readyAll = (): void => {
    for (const agentId of agentsWithPending(reader)) ready.set(agentId, 0);
  };

  /** Looks for deliveries that were made since; each commit may have made some. */
  const discover = (): void => {
    if (seenSeq === undefined) {
      seenSeq = lastDeliverySeq(reader);
      readyAll();
    }
    for (;;) {
      const newer = listNewer(reader, seenSeq, NEWER_BATCH);
      for (const { seq, agentId } of newer) {
        ready.set(agentId, 0);
        seenSeq = seq;
      }
      if (newer.length < NEWER_BATCH) return;
    }
  };

  const begin = (delivery: DeliveryRow, endpoint: Endpoint, secrets: SigningSecrets): Promise<void> => {
    const { agentId } = delivery;
    const { isFailing } = laneOf(endpoint);
    const own = inFlight.get(agentId) ?? new Map<string, Promise<void>>();
    inFlight.set(agentId, own);
    total += 1;
    if (isFailing) totalOfFailing += 1;
    const done = attempt(delivery, endpoint, secrets)
      .catch((error: unknown) => {
        log.error({ err: error, deliveryId: delivery.id }, 'delivery stumbled');
        ready.set(agentId, clock.now() + STUMBLED_MS);
      })
      .then(() => {
        own.delete(delivery.id);
        if (own.size === 0) inFlight.delete(agentId);
        total -= 1;
        if (isFailing) leaveFailing();
        if (!ready.has(agentId)) ready.set(agentId, 0);
        wake();
      });
    own.set(delivery.id, done);
    return done;
  };

  const leaveFailing = (): void => {
    totalOfFailing -= 1;
    const [next] = parked;
    if (next === undefined) return;
    parked.delete(next);
    ready.set(next, 0);
  };

  const attempt = async (
    delivery: DeliveryRow,
    endpoint: Endpoint,
    secrets: SigningSecrets,
  ): Promise<void> => {
    const startedAt = clock.now();
    const { agentId, url } = endpoint;
    if (url === null) return;
    const { id: deliveryId, event, body } = delivery;
    const requestHeaders = {
      ...signedHeaders({ deliveryId, agentId, event, body, at: startedAt, ...secrets }),
      'user-agent': USER_AGENT,
    };
    const answered = await carry(endpoint, url, requestHeaders, body, secrets.secret);
    // Cut off by our own end: the next start sends it again.
    if (isStopping && answered.error !== null) return;
    const attempted = { deliveryId, url, requestHeaders, startedAt, answered };
    await new Promise<void>((resolve) => {
      finished.push({ delivery, endpoint, attempted, resolve });
      if (finished.length === 1) setImmediate(flush);
    });
  };

  const carry = async (
    endpoint: Endpoint,
    url: string,
    headers: Record<string, string>,
    body: string,
    secret: string,
  ): Promise<Answered> => {
    if (isCatcherUrl(url)) {
      catcher.receive(endpoint.agentId, secret, { at: clock.now(), headers, body });
      return CAUGHT;
    }
    const mayBeLocal =
      allowsLocalTargets || isExcepted(reader, endpoint.ownerId, hostAndPortOf(new URL(url)));
    // An exception that was taken back: http was allowed under it alone.
    if (!mayBeLocal && !url.startsWith('https:')) return { ...CAUGHT, ...REFUSED };
    return sender.post({ url, headers, body, mayBeLocal });
  };

  /** Writes down what ended in this turn of the event loop, together. */
  const flush = (): void => {
    const batch = finished;
    finished = [];
    try {
      writer.transaction((tx) => {
        for (const { attempted } of batch) recordAttempt(outcome, tx, attempted, clock.now());
      });
      for (const { endpoint, attempted } of batch) adapt(laneOf(endpoint), attempted.answered);
      afterCommit();
    } catch (error) {
      log.error({ err: error }, 'deliveries could not be written down');
      for (const { delivery } of batch) ready.set(delivery.agentId, clock.now() + STUMBLED_MS);
    }
    const changed = new Map(batch.map(({ endpoint }) => [endpoint.agentId, endpoint.ownerId]));
    for (const [agentId, ownerId] of changed) if (ownerId !== null) onChange(ownerId, agentId);
    for (const { resolve } of batch) resolve();
  };

  /** Begins what this agent has due and has room for; keeps it on the list if there is more to do. */
  const serve = (agentId: string, now: number): void => {
    ready.delete(agentId);
    const endpoint = findEndpoint(reader, agentId);
    if (!endpoint || !maySend(endpoint)) return;
    const lane = laneOf(endpoint);
    const room = roomFor(lane, agentId);
    if (room === 0) {
      // Its own requests that end put it back on the list; where others have the lanes, it waits for one of theirs.
      if (under(agentId) < lane.width) {
        if (total < LANES) parked.add(agentId);
        else ready.set(agentId, 0);
      }
      return;
    }
    const own = inFlight.get(agentId);
    const limit = room + under(agentId);
    const due = listDue(reader, agentId, { now, horizon: now + MAX_BACKOFF_MS, limit });
    const waiting = due.filter(({ id }) => own?.has(id) !== true).slice(0, room);
    if (waiting.length > 0) {
      const secrets = openSecrets(vault, endpoint, now);
      for (const delivery of waiting) void begin(delivery, endpoint, secrets);
      return;
    }
    const nextAt = findNextAt(reader, agentId, now);
    if (nextAt !== undefined) ready.set(agentId, nextAt);
  };

  /** An endpoint whose secret does not open must not keep the others waiting. */
  const serveSafely = (agentId: string, now: number): void => {
    try {
      serve(agentId, now);
    } catch (error) {
      log.error({ err: error, agentId }, 'webhook stumbled');
      ready.set(agentId, now + STUMBLED_MS);
    }
  };

  const pump = (): void => {
    isWoken = false;
    if (isStopping) return;
    try {
      discover();
      const now = clock.now();
      for (const [agentId, at] of [...ready]) {
        if (total >= LANES) break;
        if (at <= now || at > now + MAX_BACKOFF_MS) serveSafely(agentId, now);
      }
    } catch (error) {
      log.error({ err: error }, 'dispatcher stumbled');
    }
    sleep();
  };

  const sleep = (): void => {
    clearTimeout(timer);
    if (isStopping || !isStarted || ready.size === 0) return;
    const now = clock.now();
    let wait = MAX_SLEEP_MS;
    // What is due and has no lane waits for a request to end, which wakes us.
    for (const at of ready.values()) if (at > now) wait = Math.min(wait, at - now);
    timer = setTimeout(pump, wait);
    timer.unref();
  };

  const wake = (): void => {
    if (isWoken || isStopping || !isStarted) return;
    isWoken = true;
    setImmediate(pump);
  };

  const allInFlight = (): Promise<void>[] => [...inFlight.values()].flatMap((own) => [...own.values()]);

  return {
    start() {
      isStarted = true;
      wake();
    },
    wake,
    touch(agentId) {
      if (agentId === undefined) readyAll();
      else ready.set(agentId, 0);
      wake();
    },
    async sendNow(deliveryId) {
      const delivery = findDelivery(reader, deliveryId);
      if (!delivery || isStopping) return;
      const running = inFlight.get(delivery.agentId)?.get(deliveryId);
      if (running) return running;
      const endpoint = findEndpoint(reader, delivery.agentId);
      if (delivery.status !== 'pending' || !endpoint || endpoint.url === null || !isFree(endpoint)) return;
      await begin(delivery, endpoint, openSecrets(vault, endpoint, clock.now()));
    },
    async processAll() {
      for (;;) {
        pump();
        const running = allInFlight();
        if (running.length === 0) return;
        await Promise.all(running);
      }
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      clearTimeout(timer);
      // What is cut off here stays pending, and is sent again by the next start.
      await sender[Symbol.asyncDispose]();
      await Promise.all(allInFlight());
    },
  };
}

const CAUGHT: Answered = {
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"received":true}',
  isCut: false,
  latencyMs: 0,
  error: null,
  address: null,
};

const REFUSED = { statusCode: null, headers: null, body: null, error: 'blocked_target' } as const;

function adapt(lane: Lane, { error }: Answered): void {
  lane.isFailing = error !== null;
  lane.width = error === null ? Math.min(WIDTH_MAX, lane.width * 2) : 1;
}

/** Its owner stopped it, or a moderator did: what comes meanwhile waits. */
function isFree({ status, frozenAt }: Endpoint): boolean {
  return frozenAt === null && (status === 'active' || status === 'unclaimed');
}

function maySend(endpoint: Endpoint): boolean {
  const { url, disabledAt, pausedAt } = endpoint;
  return url !== null && disabledAt === null && pausedAt === null && isFree(endpoint);
}
