import { eq } from 'drizzle-orm';
import type { Reader, Writer } from '../db/open';
import { lastEventSeq, listEventsAfter, type DomainEvent } from '../gate/events';
import { outboxCursors } from '../gate/gate.tables';
import type { Logger } from '../lib/logger';

export interface EventConsumer {
  readonly name: string;
  /** Durable consumers get every event at least once, across restarts; others only what happens while we run. */
  readonly isDurable: boolean;
  /** Must be harmless for an event it saw before. */
  consume(event: DomainEvent): void | Promise<void>;
}

export interface Relay extends AsyncDisposable {
  wake(): void;
  /** Delivers everything written so far: what tests wait for. */
  processAll(): Promise<void>;
}

const BATCH = 200;

/** Turns rows of the outbox into deliveries, in order, per consumer. A consumer that throws is tried again later. */
export function createRelay({
  reader,
  writer,
  log,
  consumers,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly log: Logger;
  readonly consumers: readonly EventConsumer[];
}): Relay {
  const positions = new Map<string, number>();
  for (const { name, isDurable } of consumers) {
    const stored = isDurable
      ? reader.select().from(outboxCursors).where(eq(outboxCursors.consumer, name)).get()?.seq
      : undefined;
    positions.set(name, stored ?? (isDurable ? 0 : lastEventSeq(reader)));
  }
  let isScheduled = false;
  let isStopping = false;
  let running: Promise<void> | undefined;

  const deliver = async (consumer: EventConsumer): Promise<void> => {
    while (!isStopping) {
      const from = positions.get(consumer.name) ?? 0;
      const events = listEventsAfter(reader, from, BATCH);
      const last = events.at(-1);
      if (!last) return;
      for (const event of events) await consumer.consume(event);
      positions.set(consumer.name, last.seq);
      if (consumer.isDurable) {
        writer.transaction((tx) =>
          tx
            .insert(outboxCursors)
            .values({ consumer: consumer.name, seq: last.seq })
            .onConflictDoUpdate({ target: outboxCursors.consumer, set: { seq: last.seq } })
            .run(),
        );
      }
    }
  };

  const deliverAll = async (): Promise<void> => {
    for (const consumer of consumers) {
      try {
        await deliver(consumer);
      } catch (error) {
        log.error({ err: error, consumer: consumer.name }, 'event consumer stumbled');
      }
    }
  };

  const run = (): Promise<void> => {
    running ??= deliverAll().finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    wake() {
      if (isScheduled || isStopping) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        // A wake during a run must not be lost: what was written meanwhile is delivered by a run of its own.
        (running ? running.then(run) : run()).catch((error: unknown) =>
          log.error({ err: error }, 'relay stumbled'),
        );
      });
    },
    async processAll() {
      while (running) await running;
      await run();
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}
