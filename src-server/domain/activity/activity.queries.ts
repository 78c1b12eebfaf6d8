import type { z } from 'zod';
import type { ActivityItem, ActivityReads } from '../../contract/console/activity';
import type * as contract from '../../contract/console/activity';
import { decodeKeyset, encodeKeyset } from '../../db/cursor';
import type { Reader } from '../../db/open';
import { HOUR, toIso } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { listAgentsOfOwner, type AgentRow } from '../agents/agents.repo';
import { findAuditRows, seqFrom, type AuditFilter, type FoundRows } from '../audit/audit-search.repo';
import { findAuditRow, lastAuditSeq } from '../audit/audit.repo';
import { listCallsBefore, type CallRow, type CallsBefore } from './activity.repo';
import { typesOf } from './groups';
import { namesOf, presentAgent, presentEvent } from './present';

const DEFAULT_LIMIT = 50;
const NEWER_MAX = 100;
/** Agents whose reads are shown; a timeline of more is narrowed to one of them. */
const AGENTS_MAX = 100;
/** Reads that one page takes up, over all agents, and at least of each. */
const CALLS_LOOKED = 600;
const CALLS_PER_AGENT = 10;
const CALLS_PER_AGENT_MAX = 200;

type ListQuery = z.infer<NonNullable<typeof contract.listActivity.query>>;
type NewerQuery = z.infer<NonNullable<typeof contract.listNewActivity.query>>;

interface Place {
  /** Rows below this number. */
  readonly before: number;
  readonly calls: CallsBefore;
}

const START: Place = {
  before: Number.MAX_SAFE_INTEGER,
  calls: { at: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER },
};

/** One cursor for both lists: the row, and the read, that the page ended at. */
function encodePlace({ before, calls }: Place): string {
  return encodeKeyset({ at: before, id: `${calls.at}-${calls.id}` });
}

function decodePlace(cursor: string | undefined): Place {
  if (cursor === undefined) return START;
  const { at, id } = decodeKeyset(cursor);
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(id);
  if (!match) {
    throw new AppError('validation', 'cursor: is not one that this list gave out', {
      fields: [{ path: 'cursor', message: 'is not one that this list gave out' }],
    });
  }
  return { before: at, calls: { at: Number(match[1]), id: Number(match[2]) } };
}

/**
 * What an owner and their agents did. Two lists in one: rows of the audit log, and what the calls log holds of reads;
 * a page ends where the first of them is read no further, so nothing is skipped and its cost is bounded.
 */
export function listActivity(
  db: Reader,
  ownerId: string,
  query: ListQuery,
): z.infer<typeof contract.listActivity.answer> {
  const limit = query?.limit ?? DEFAULT_LIMIT;
  const place = decodePlace(query?.cursor);
  const agents = listAgentsOfOwner(db, ownerId, { after: undefined, limit: AGENTS_MAX });
  const newestSeq = lastAuditSeq(db);
  const from = query?.from === undefined ? undefined : Date.parse(query.from);
  const to = query?.to === undefined ? undefined : Date.parse(query.to);

  const wantsRows = query?.group !== 'reads';
  const wantsCalls = query?.group === undefined || query.group === 'reads';
  const span = {
    before: Math.min(place.before, to === undefined ? place.before : seqFrom(db, to + 1, newestSeq)),
    floor: from === undefined ? 1 : seqFrom(db, from, newestSeq),
  };
  const found: FoundRows = wantsRows
    ? findAuditRows(db, { ...filterOf(ownerId, query, agents), from, to }, span, limit)
    : { rows: [], lookedTo: null };
  const calls = wantsCalls
    ? mergeCalls(db, agentsOf(agents, query), {
        before: { at: Math.min(place.calls.at, to ?? place.calls.at), id: place.calls.id },
        since: from ?? 0,
        text: query?.q,
      })
    : { rows: [], readTo: null };

  // Whichever list was read the least far says where the page ends.
  const rowsEnd = found.lookedTo === null ? null : (findAuditRow(db, found.lookedTo)?.at ?? null);
  const end = Math.max(rowsEnd ?? Number.MIN_SAFE_INTEGER, calls.readTo?.at ?? Number.MIN_SAFE_INTEGER);
  const isCutAtRows = rowsEnd !== null && end === rowsEnd;
  const cut = found.rows.findIndex(({ at }) => at < end);
  const rows = cut < 0 ? found.rows : found.rows.slice(0, cut);
  const { readTo } = calls;
  const shownCalls = calls.rows.filter(
    (call) => call.at >= end && (readTo === null || isBefore(readTo, call) || call.id === readTo.id),
  );
  const isEnd = rowsEnd === null && readTo === null;

  const names = namesOf(db, ownerId, rows);
  const known = new Map(agents.map((agent) => [agent.id, agent]));
  const items = weave(
    rows.map((row) => ({ at: row.at, item: presentEvent(row, names) })),
    shownCalls,
    known,
  );
  const next: Place = {
    before: isCutAtRows ? (found.lookedTo ?? 1) : (rows.at(-1)?.seq ?? span.before),
    calls: shownCalls.at(-1) ?? place.calls,
  };
  return {
    items,
    nextCursor: isEnd ? null : encodePlace(next),
    searchedBackTo: !isEnd && items.length < limit && isCutAtRows ? toIso(end) : null,
    newestSeq,
  };
}

/** What came after a row: what a window that is open reads when it is told of something. */
export function listNewActivity(
  db: Reader,
  ownerId: string,
  query: NewerQuery,
): z.infer<typeof contract.listNewActivity.answer> {
  const newestSeq = lastAuditSeq(db);
  if (query.group === 'reads') return { items: [], hasMore: false, newestSeq };
  const agents = listAgentsOfOwner(db, ownerId, { after: undefined, limit: AGENTS_MAX });
  const found = findAuditRows(
    db,
    filterOf(ownerId, query, agents),
    { before: Number.MAX_SAFE_INTEGER, floor: query.after + 1 },
    NEWER_MAX + 1,
  );
  const rows = found.rows.slice(0, NEWER_MAX);
  const names = namesOf(db, ownerId, rows);
  return {
    items: rows.map((row) => presentEvent(row, names)),
    hasMore: found.lookedTo !== null,
    newestSeq,
  };
}

function filterOf(
  ownerId: string,
  query: Pick<NonNullable<ListQuery>, 'agentId' | 'group' | 'q'> | undefined,
  agents: readonly AgentRow[],
): AuditFilter {
  const text = query?.q?.trim();
  return {
    ownerId,
    agentId: query?.agentId,
    ...typesOf(query?.group),
    ...(text
      ? {
          text,
          textAgentIds: agents.filter(({ name }) => includes(name, text)).map(({ id }) => id),
        }
      : {}),
  };
}

const includes = (whole: string, part: string): boolean =>
  whole.toLocaleLowerCase().includes(part.toLocaleLowerCase());

/** Reads are those of the owner's own agents; an agent that is not theirs has none to show. */
function agentsOf(agents: readonly AgentRow[], query: ListQuery): readonly AgentRow[] {
  return query?.agentId === undefined ? agents : agents.filter(({ id }) => id === query.agentId);
}

/** The newest reads of several agents; `readTo` is where the least far read of them ends, null at the very end. */
function mergeCalls(
  db: Reader,
  agents: readonly AgentRow[],
  {
    before,
    since,
    text,
  }: { readonly before: CallsBefore; readonly since: number; readonly text: string | undefined },
): { readonly rows: CallRow[]; readonly readTo: CallsBefore | null } {
  const each = Math.min(
    CALLS_PER_AGENT_MAX,
    Math.max(CALLS_PER_AGENT, Math.ceil(CALLS_LOOKED / Math.max(1, agents.length))),
  );
  let readTo: CallsBefore | null = null;
  const rows: CallRow[] = [];
  for (const agent of agents) {
    const read = listCallsBefore(db, agent.id, before, since, each + 1);
    const last = read[each - 1];
    if (read.length > each && last && (readTo === null || isBefore(readTo, last))) readTo = last;
    rows.push(
      ...read
        .slice(0, each)
        .filter(({ name }) => text === undefined || includes(name, text) || includes(agent.name, text)),
    );
  }
  return { rows: rows.toSorted((a, b) => b.at - a.at || b.id - a.id), readTo };
}

/** Whether the first place is further back than the second. */
function isBefore(one: CallsBefore, other: CallsBefore): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}

/** Rows and reads by time; reads of one agent that nothing came between, within an hour, are one item. */
function weave(
  events: readonly { readonly at: number; readonly item: ActivityItem }[],
  calls: readonly CallRow[],
  agents: ReadonlyMap<string, AgentRow>,
): ActivityItem[] {
  const items: ActivityItem[] = [];
  let group: CallRow[] = [];
  const close = (): void => {
    const reads = toReads(group, agents);
    if (reads) items.push(reads);
    group = [];
  };
  let next = 0;
  const takeCalls = (until: number): void => {
    for (let call = calls[next]; call && call.at > until; call = calls[++next]) {
      const first = group[0];
      if (first && (first.agentId !== call.agentId || first.at - call.at > HOUR)) close();
      group.push(call);
    }
  };
  for (const { at, item } of events) {
    takeCalls(at);
    close();
    items.push(item);
  }
  takeCalls(Number.MIN_SAFE_INTEGER);
  close();
  return items;
}

function toReads(
  calls: readonly CallRow[],
  agents: ReadonlyMap<string, AgentRow>,
): ActivityReads | undefined {
  const newest = calls[0];
  const oldest = calls.at(-1);
  if (!newest || !oldest) return undefined;
  const counts = new Map<string, { name: string; outcome: string; count: number }>();
  for (const { name, outcome } of calls) {
    const key = `${name} ${outcome}`;
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { name, outcome, count: 1 });
  }
  return {
    form: 'reads',
    id: `r${newest.id}`,
    at: toIso(newest.at),
    since: toIso(oldest.at),
    agent: presentAgent(newest.agentId, agents.get(newest.agentId)),
    count: calls.length,
    calls: [...counts.values()].toSorted((a, b) => b.count - a.count),
    clients: [...new Set(calls.map(({ client }) => client).filter((client) => client !== null))],
  };
}
