import { gt, lt, max, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../db/open';
import { prepared } from '../db/prepared';
import { outbox } from './gate.tables';

/** One event as its consumers get it. `seq` makes a second delivery harmless. */
export interface DomainEvent {
  readonly seq: number;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly at: number;
}

const insertEvent = prepared((db) =>
  db
    .insert(outbox)
    .values({
      topic: sql.placeholder('topic'),
      data: sql.placeholder('data'),
      traceId: sql.placeholder('traceId'),
      createdAt: sql.placeholder('createdAt'),
    })
    .prepare(),
);

/** Writes an event in the transaction of its effect. */
export function appendEvent(
  tx: Tx,
  event: { topic: string; data: Readonly<Record<string, unknown>>; traceId: string; now: number },
): void {
  insertEvent(tx).run({
    topic: event.topic,
    data: JSON.stringify(event.data),
    traceId: event.traceId,
    createdAt: event.now,
  });
}

const selectAfter = prepared((db) =>
  db
    .select()
    .from(outbox)
    .where(gt(outbox.seq, sql.placeholder('seq')))
    .orderBy(outbox.seq)
    .limit(sql.placeholder('limit'))
    .prepare(),
);

export function listEventsAfter(db: Reader, seq: number, limit: number): DomainEvent[] {
  return selectAfter(db)
    .all({ seq, limit })
    .map((row) => ({
      seq: row.seq,
      topic: row.topic,
      data: JSON.parse(row.data) as Record<string, unknown>,
      traceId: row.traceId,
      at: row.createdAt,
    }));
}

export function lastEventSeq(db: Reader): number {
  return (
    db
      .select({ seq: max(outbox.seq) })
      .from(outbox)
      .get()?.seq ?? 0
  );
}

/** Forgets relayed events older than `before`. */
export function pruneEvents(tx: Tx, before: number): void {
  tx.delete(outbox).where(lt(outbox.createdAt, before)).run();
}
