import { and, asc, desc, eq, gte, inArray, lte, or, lt, sql } from 'drizzle-orm';
import type { Reader } from '../../db/open';
import { prepared } from '../../db/prepared';
import { actions, calls, outbox } from '../../gate/gate.tables';
import type { ActionRow } from '../../gate/actions.repo';

export type CallRow = typeof calls.$inferSelect;

/** Where the reads of a timeline go on: strictly older than this. */
export interface CallsBefore {
  readonly at: number;
  readonly id: number;
}

/** An agent's reads before a place and not older than `since`, newest first: one range of `calls_agent`. */
export function listCallsBefore(
  db: Reader,
  agentId: string,
  before: CallsBefore,
  since: number,
  limit: number,
): CallRow[] {
  return db
    .select()
    .from(calls)
    .where(
      and(
        eq(calls.agentId, agentId),
        gte(calls.at, since),
        lte(calls.at, before.at),
        or(lt(calls.at, before.at), lt(calls.id, before.id)),
      ),
    )
    .orderBy(desc(calls.at), desc(calls.id))
    .limit(limit)
    .all();
}

export function listActionsByIds(db: Reader, ids: readonly string[]): ActionRow[] {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(actions)
    .where(inArray(actions.id, [...new Set(ids)]))
    .all();
}

export interface EventRow {
  readonly seq: number;
  readonly topic: string;
  readonly data: string;
  readonly traceId: string;
  readonly createdAt: number;
}

const eventFrom = prepared((db) =>
  db
    .select({ seq: outbox.seq, at: outbox.createdAt })
    .from(outbox)
    .where(gte(outbox.seq, sql.placeholder('seq')))
    .orderBy(asc(outbox.seq))
    .limit(1)
    .prepare(),
);
const eventsFrom = prepared((db) =>
  db
    .select()
    .from(outbox)
    .where(gte(outbox.seq, sql.placeholder('seq')))
    .orderBy(asc(outbox.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** Events looked at around one moment. */
const EVENTS_LOOKED = 200;

/**
 * Events of a trace written at one moment. The outbox has no index by trace or time: its numbers grow with the clock, so
 * the moment is found by halving and a bounded stretch is looked at from there.
 */
export function listEventsAt(db: Reader, traceId: string, at: number): EventRow[] {
  const last = db.select({ seq: outbox.seq }).from(outbox).orderBy(desc(outbox.seq)).limit(1).get()?.seq ?? 0;
  let low = 1;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = eventFrom(db).get({ seq: middle });
    if (!row || row.at >= at) high = middle;
    else low = row.seq + 1;
  }
  return eventsFrom(db)
    .all({ seq: low, limit: EVENTS_LOOKED })
    .filter((row) => row.traceId === traceId && row.createdAt === at);
}
