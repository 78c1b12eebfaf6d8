import { randomInt } from 'node:crypto';
import { Cron } from 'croner';
import type { Reader, Writer } from '../db/open';
import { SECOND, MINUTE, type Clock } from '../lib/clock';
import type { Ids } from '../lib/ids';
import type { Logger } from '../lib/logger';
import { claimDue, enqueue, finishJob, nextDue, releaseLeases, type JobRow } from './job';

export interface JobDefinition {
  readonly type: string;
  /** Attempts in all before the job is `failed` for good and people see it. */
  readonly maxAttempts: number;
  /** A cron pattern in UTC, where the job repeats. */
  readonly cron?: string;
  /** Must be harmless when it runs a second time. */
  handle(payload: Readonly<Record<string, unknown>>, job: JobRow): void | Promise<void>;
}

export interface JobRunner extends AsyncDisposable {
  /** Looks for due jobs soon; cheap to call after every commit. */
  wake(): void;
  /** Runs until nothing is due: what tests wait for. */
  processAll(): Promise<void>;
  start(): void;
}

const BATCH = 20;
const LEASE_MS = 2 * MINUTE;
const MAX_SLEEP_MS = 30 * SECOND;
const BACKOFF_BASE_MS = 5 * SECOND;
const BACKOFF_MAX_MS = 10 * MINUTE;

/** Exponential, capped, with jitter of up to a quarter. */
function backoffMs(attempts: number): number {
  const base = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (attempts - 1));
  return base + randomInt(Math.ceil(base / 4));
}

export function createJobRunner({
  writer,
  reader,
  clock,
  ids,
  log,
  definitions,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly definitions: readonly JobDefinition[];
}): JobRunner {
  const catalogue = new Map(definitions.map((definition) => [definition.type, definition]));
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let isStopping = false;
  let isWaking = false;
  let running: Promise<void> | undefined;

  const scheduleCron = (): void => {
    const repeated = definitions.filter(({ cron }) => cron !== undefined);
    if (repeated.length === 0) return;
    writer.transaction((tx) => {
      const now = clock.now();
      for (const { type, cron } of repeated) {
        const slot = new Cron(cron ?? '', { timezone: 'UTC', paused: true }).nextRun(new Date(now));
        if (slot) {
          const at = slot.getTime();
          enqueue(tx, ids, { type, key: `cron@${at}`, payload: { slot: at }, runAt: at }, now);
        }
      }
    });
  };

  const runOne = async (job: JobRow): Promise<void> => {
    const definition = catalogue.get(job.type);
    try {
      if (!definition) throw new Error(`No job of type ${job.type}`);
      await definition.handle(JSON.parse(job.payload) as Record<string, unknown>, job);
      writer.transaction((tx) => finishJob(tx, job.id, { status: 'done', now: clock.now() }));
    } catch (error) {
      const isLast = !definition || job.attempts >= definition.maxAttempts;
      const message = error instanceof Error ? error.message : String(error);
      log.error({ err: error, jobId: job.id, type: job.type, attempts: job.attempts }, 'job failed');
      writer.transaction((tx) =>
        finishJob(tx, job.id, {
          status: isLast ? 'failed' : 'waiting',
          now: clock.now(),
          error: message,
          ...(isLast ? {} : { runAt: clock.now() + backoffMs(job.attempts) }),
        }),
      );
    }
    if (definition?.cron) scheduleCron();
  };

  const drain = async (): Promise<void> => {
    for (;;) {
      if (isStopping) return;
      const now = clock.now();
      const due = nextDue(reader);
      if (due === undefined || due > now) return;
      const batch = writer.transaction((tx) => claimDue(tx, now, BATCH, LEASE_MS));
      if (batch.length === 0) return;
      for (const job of batch) await runOne(job);
    }
  };

  const runDrain = (): Promise<void> => {
    running ??= drain().finally(() => {
      running = undefined;
      sleep();
    });
    return running;
  };

  const sleep = (): void => {
    clearTimeout(timer);
    if (!isStarted || isStopping) return;
    const due = nextDue(reader);
    const wait = due === undefined ? MAX_SLEEP_MS : Math.min(MAX_SLEEP_MS, Math.max(0, due - clock.now()));
    timer = setTimeout(() => {
      runDrain().catch((error: unknown) => log.error({ err: error }, 'job runner stumbled'));
    }, wait);
    timer.unref();
  };

  return {
    start() {
      isStarted = true;
      // There is one server to a data folder: whatever is leased belonged to a process that is gone.
      writer.transaction((tx) => releaseLeases(tx, Number.MAX_SAFE_INTEGER));
      scheduleCron();
      sleep();
    },
    wake() {
      if (running || isWaking) return;
      isWaking = true;
      // Many commits of one turn are one look.
      setImmediate(() => {
        isWaking = false;
        if (!running) sleep();
      });
    },
    async processAll() {
      while (running) await running;
      await runDrain();
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      clearTimeout(timer);
      await running;
    },
  };
}
