import type { Reader, Sqlite } from '../../db/open';
import { prepared } from '../../db/prepared';
import type { AuditRow } from './audit.repo';

/**
 * Rows of one owner, newest first. No filter has an index of its own: a request looks at a bounded number of the
 * owner's rows and says how far it came, so its cost is the same however long the log is.
 */
export interface AuditFilter {
  /** Null: rows that belong to nobody, such as backups. */
  readonly ownerId: string | null;
  /** Beginnings of types, any of which is taken; undefined takes all. */
  readonly types?: readonly string[] | undefined;
  /** Beginnings of types that are left out. */
  readonly notTypes?: readonly string[] | undefined;
  readonly agentId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** In the type, in the title of the proposal, or of one of `textAgentIds`. */
  readonly text?: string | undefined;
  readonly textAgentIds?: readonly string[] | undefined;
}

/** Rows below `before` and from `floor` on. */
export interface AuditSpan {
  readonly before: number;
  readonly floor: number;
}

export interface FoundRows {
  readonly rows: AuditRow[];
  /** The oldest row that was looked at, where more were left; null when the span was searched to its end. */
  readonly lookedTo: number | null;
}

/** Rows that one request looks at, whatever it finds. */
export const LOOK_AT = 5_000;

const COLUMNS = `seq, at, type, actor_type as actorType, actor_id as actorId, agent_id as agentId,
  owner_id as ownerId, subject_type as subjectType, subject_id as subjectId, trace_id as traceId, data,
  private_hash as privateHash, prev_hash as prevHash, hash`;

const MATCHES = `(:types is null or exists
    (select 1 from json_each(:types) as t where substr(looked.type, 1, length(t.value)) = t.value))
  and (:notTypes is null or not exists
    (select 1 from json_each(:notTypes) as t where substr(looked.type, 1, length(t.value)) = t.value))
  and (:agentId is null or agentId = :agentId)
  and (:actorId is null or actorId = :actorId)
  and (:subjectId is null or subjectId = :subjectId)
  and (:traceId is null or traceId = :traceId)
  and (:from is null or at >= :from)
  and (:to is null or at <= :to)
  and (:text is null or looked.type like :text escape '\\'
    or agentId in (select value from json_each(:textAgentIds))
    or exists (select 1 from actions where actions.id = subjectId and actions.title like :text escape '\\'))`;

const WALKS = {
  owner: 'owner_id is :ownerId',
  subject: 'subject_id = :subjectId',
  trace: 'trace_id = :traceId',
} as const;
type Walk = keyof typeof WALKS;

const walked = (walk: Walk, columns: string): string =>
  `select ${columns} from audit where ${WALKS[walk]} and seq < :before and seq >= :floor
    order by seq desc limit :look`;

/** By name, for the tests of their plans. */
export const AUDIT_SQL = {
  find: (walk: Walk) => `select * from (${walked(walk, COLUMNS)}) as looked
    where ownerId is :ownerId and ${MATCHES} limit :limit`,
  lookedTo: (walk: Walk) => `select min(seq) as seq, count(*) as n from (${walked(walk, 'seq')})`,
  timeFrom: 'select seq, at from audit where seq >= ? order by seq limit 1',
} as const;

const sqliteOf = (db: Reader): Sqlite => (db as Reader & { readonly $client: Sqlite }).$client;
const statements = (sql: string) => prepared((db) => sqliteOf(db).prepare(sql));
const FIND = {
  owner: statements(AUDIT_SQL.find('owner')),
  subject: statements(AUDIT_SQL.find('subject')),
  trace: statements(AUDIT_SQL.find('trace')),
};
const LOOKED_TO = {
  owner: statements(AUDIT_SQL.lookedTo('owner')),
  subject: statements(AUDIT_SQL.lookedTo('subject')),
  trace: statements(AUDIT_SQL.lookedTo('trace')),
};
const TIME_FROM = statements(AUDIT_SQL.timeFrom);

/** `%` and `_` are what the person typed, not wildcards. */
function likeOf(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

export function findAuditRows(
  db: Reader,
  filter: AuditFilter,
  span: AuditSpan,
  limit: number,
  look = LOOK_AT,
): FoundRows {
  const walk: Walk =
    filter.traceId === undefined ? (filter.subjectId === undefined ? 'owner' : 'subject') : 'trace';
  const values = {
    ownerId: filter.ownerId,
    agentId: filter.agentId ?? null,
    actorId: filter.actorId ?? null,
    subjectId: filter.subjectId ?? null,
    traceId: filter.traceId ?? null,
    from: filter.from ?? null,
    to: filter.to ?? null,
    types: filter.types ? JSON.stringify(filter.types) : null,
    notTypes: filter.notTypes ? JSON.stringify(filter.notTypes) : null,
    text: filter.text === undefined ? null : likeOf(filter.text),
    textAgentIds: JSON.stringify(filter.textAgentIds ?? []),
    ...span,
    look,
    limit,
  };
  const rows = FIND[walk](db).all(values) as AuditRow[];
  if (rows.length >= limit) return { rows, lookedTo: rows.at(-1)?.seq ?? null };
  const { seq, n } = LOOKED_TO[walk](db).get(values) as { seq: number | null; n: number };
  return { rows, lookedTo: n >= look ? seq : null };
}

/**
 * The first row written at `at` or later, by halving: row numbers grow with the clock. Where a clock was set back, rows
 * at the edge may be taken for later ones; the filter itself goes by each row's own time.
 */
export function seqFrom(db: Reader, at: number, last: number): number {
  let low = 1;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = TIME_FROM(db).get(middle) as { seq: number; at: number } | undefined;
    if (!row || row.at >= at) high = middle;
    else low = row.seq + 1;
  }
  return low;
}
