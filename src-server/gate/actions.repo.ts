import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { ActionStatus, Kind, PolicyVerdict, Risk } from '../contract/common';
import type { Keyset } from '../db/cursor';
import type { Db, Reader, Tx } from '../db/open';
import { prepared, preparedInsert } from '../db/prepared';
import { actions, actionVersions, decisions, policies, reads } from './gate.tables';

export type ActionRow = typeof actions.$inferSelect;
export type VersionRow = typeof actionVersions.$inferSelect;
export type DecisionRow = typeof decisions.$inferSelect;
export type ReadRow = typeof reads.$inferSelect;
export type InboxTab = 'pending' | 'snoozed' | 'decided' | 'failed';

const TAB_OF_STATUS: Readonly<Record<ActionStatus, InboxTab>> = {
  pending: 'pending',
  approved: 'decided',
  executed: 'decided',
  rejected: 'decided',
  expired: 'decided',
  withdrawn: 'decided',
  cancelled: 'decided',
  failed: 'failed',
};

const selectAction = prepared((db) =>
  db
    .select()
    .from(actions)
    .where(eq(actions.id, sql.placeholder('id')))
    .prepare(),
);

export function findAction(db: Db, id: string): ActionRow | undefined {
  return selectAction(db).get({ id });
}

/** The latest action about a subject: the proposal behind a draft post. */
export function findActionOfSubject(db: Db, subjectId: string): ActionRow | undefined {
  return db
    .select()
    .from(actions)
    .where(eq(actions.subjectId, subjectId))
    .orderBy(desc(actions.createdAt))
    .limit(1)
    .get();
}

const insertActionRow = preparedInsert(actions);

export function insertAction(tx: Tx, row: Omit<ActionRow, 'tab' | 'sortAt'>): void {
  const tab = TAB_OF_STATUS[row.status];
  const sortAt = tab === 'pending' ? (row.expiresAt ?? row.createdAt) : row.updatedAt;
  insertActionRow(tx, { ...row, tab, sortAt });
}

/**
 * Moves an action on; `tab` and `sortAt` follow from the status, so that lists stay one index range. It stays snoozed
 * only where the change says so.
 */
export function updateAction(
  tx: Tx,
  id: string,
  change: Partial<Omit<ActionRow, 'id' | 'tab' | 'sortAt'>> & {
    readonly status: ActionStatus;
    readonly updatedAt: number;
  },
): void {
  const snoozedUntil = change.status === 'pending' ? (change.snoozedUntil ?? null) : null;
  const tab = snoozedUntil === null ? TAB_OF_STATUS[change.status] : 'snoozed';
  const sortAt = snoozedUntil ?? (tab === 'pending' ? (change.expiresAt ?? undefined) : change.updatedAt);
  tx.update(actions)
    .set({ ...change, snoozedUntil, tab, ...(sortAt === undefined ? {} : { sortAt }) })
    .where(eq(actions.id, id))
    .run();
}

const insertVersionStatement = prepared((db) =>
  db
    .insert(actionVersions)
    .values({
      actionId: sql.placeholder('actionId'),
      version: sql.placeholder('version'),
      by: sql.placeholder('by'),
      canonical: sql.placeholder('canonical'),
      hash: sql.placeholder('hash'),
      note: sql.placeholder('note'),
      createdAt: sql.placeholder('createdAt'),
    })
    .prepare(),
);

export function insertVersion(tx: Tx, row: VersionRow): void {
  insertVersionStatement(tx).run(row);
}

export function findVersion(db: Db, actionId: string, version: number): VersionRow | undefined {
  return db
    .select()
    .from(actionVersions)
    .where(and(eq(actionVersions.actionId, actionId), eq(actionVersions.version, version)))
    .get();
}

/** Versions are bounded by MAX_VERSIONS of the gate. */
export function listVersions(db: Db, actionId: string): VersionRow[] {
  return db
    .select()
    .from(actionVersions)
    .where(eq(actionVersions.actionId, actionId))
    .orderBy(actionVersions.version)
    .all();
}

export function insertDecision(tx: Tx, row: DecisionRow): void {
  tx.insert(decisions).values(row).run();
}

export function findDecision(db: Db, id: string): DecisionRow | undefined {
  return db.select().from(decisions).where(eq(decisions.id, id)).get();
}

export function listDecisions(db: Db, actionId: string): DecisionRow[] {
  return db
    .select()
    .from(decisions)
    .where(eq(decisions.actionId, actionId))
    .orderBy(decisions.decidedAt)
    .limit(50)
    .all();
}

export function upsertRead(tx: Tx, row: ReadRow): void {
  tx.insert(reads).values(row).onConflictDoNothing().run();
}

export function findRead(db: Db, actionId: string, version: number, userId: string): ReadRow | undefined {
  return db
    .select()
    .from(reads)
    .where(and(eq(reads.actionId, actionId), eq(reads.version, version), eq(reads.userId, userId)))
    .get();
}

/** Which of these actions this person read in their current version. */
export function listReadIds(db: Reader, userId: string, rows: readonly ActionRow[]): Set<string> {
  if (rows.length === 0) return new Set();
  const found = db
    .select({ actionId: reads.actionId, version: reads.version })
    .from(reads)
    .where(
      and(
        eq(reads.userId, userId),
        inArray(
          reads.actionId,
          rows.map((row) => row.id),
        ),
      ),
    )
    .all();
  const current = new Map(rows.map((row) => [row.id, row.version]));
  return new Set(found.filter((row) => current.get(row.actionId) === row.version).map((row) => row.actionId));
}

const countAgentPending = prepared((db) =>
  db
    .select({ n: count() })
    .from(
      db
        .select({ id: actions.id })
        .from(actions)
        .where(and(eq(actions.agentId, sql.placeholder('agentId')), eq(actions.status, 'pending')))
        .limit(sql.placeholder('limit'))
        .as('waiting'),
    )
    .prepare(),
);

/** Counted to `limit` at most: the cost is bounded whatever the table holds. */
export function countPendingOfAgent(db: Db, agentId: string, limit: number): number {
  return countAgentPending(db).get({ agentId, limit })?.n ?? 0;
}

const countOwnerTab = prepared((db) =>
  db
    .select({ n: count() })
    .from(
      db
        .select({ id: actions.id })
        .from(actions)
        .where(and(eq(actions.ownerId, sql.placeholder('ownerId')), eq(actions.tab, sql.placeholder('tab'))))
        .limit(sql.placeholder('limit'))
        .as('waiting'),
    )
    .prepare(),
);

export function countOfOwner(db: Db, ownerId: string, tab: InboxTab, limit: number): number {
  return countOwnerTab(db).get({ ownerId, tab, limit })?.n ?? 0;
}

/** Whether a person ever decided at a screen; what was decided over the API, as in the sample world, does not count. */
export function hasDecidedByHand(db: Db, ownerId: string): boolean {
  const row = db
    .select({ id: actions.id })
    .from(actions)
    .innerJoin(decisions, eq(decisions.id, actions.decisionId))
    .where(and(eq(actions.ownerId, ownerId), eq(actions.tab, 'decided'), ne(decisions.channel, 'api')))
    .limit(1)
    .get();
  return row !== undefined;
}

/** Whether something of this agent that ran was taken back since `since`. */
export function wasUndoneSince(db: Db, agentId: string, since: number): boolean {
  const row = db
    .select({ id: actions.id })
    .from(actions)
    .where(and(eq(actions.agentId, agentId), eq(actions.isUndone, true), gt(actions.updatedAt, since)))
    .limit(1)
    .get();
  return row !== undefined;
}

export interface InboxFilter {
  readonly ownerId: string;
  readonly tab: InboxTab;
  readonly agentId?: string | undefined;
  readonly kind?: Kind | undefined;
  readonly risk?: Risk | undefined;
  readonly q?: string | undefined;
}

/** Rows looked through for a text: newest or first to expire; older ones are found by narrowing the filter. */
const TEXT_FILTER_SCAN = 2_000;

/** A page of the Inbox: pending by expiry, snoozed by when they come back, the others newest first. */
export function listInboxRows(
  db: Reader,
  filter: InboxFilter,
  page: { readonly after: Keyset | undefined; readonly limit: number },
): ActionRow[] {
  const isUpcoming = filter.tab === 'pending' || filter.tab === 'snoozed';
  const conditions: SQL[] = [eq(actions.ownerId, filter.ownerId), eq(actions.tab, filter.tab)];
  if (filter.agentId) conditions.push(eq(actions.agentId, filter.agentId));
  if (filter.kind) conditions.push(eq(actions.kind, filter.kind));
  if (filter.risk) conditions.push(eq(actions.risk, filter.risk));
  if (page.after) {
    const { at, id } = page.after;
    const further = isUpcoming ? gt : lt;
    const beyond = or(further(actions.sortAt, at), and(eq(actions.sortAt, at), further(actions.id, id)));
    if (beyond) conditions.push(beyond);
  }
  const order = isUpcoming ? asc : desc;
  const rows = db
    .select()
    .from(actions)
    .where(and(...conditions))
    .orderBy(order(actions.sortAt), order(actions.id));
  if (!filter.q) return rows.limit(page.limit).all();
  const wanted = filter.q.toLocaleLowerCase();
  return rows
    .limit(TEXT_FILTER_SCAN)
    .all()
    .filter((row) => row.title.toLocaleLowerCase().includes(wanted))
    .slice(0, page.limit);
}

export function listAgentActions(
  db: Reader,
  agentId: string,
  page: {
    readonly after: Keyset | undefined;
    readonly limit: number;
    /** Whose the agent is now, or null for nobody: what it did for another owner is not theirs to see. */
    readonly ownerId: string | null;
  },
): ActionRow[] {
  const isTheirs = page.ownerId === null ? undefined : eq(actions.ownerId, page.ownerId);
  const conditions = [
    eq(actions.agentId, agentId),
    createdBefore(page.after),
    or(isNull(actions.ownerId), isTheirs),
  ];
  return db
    .select()
    .from(actions)
    .where(and(...conditions))
    .orderBy(desc(actions.createdAt), desc(actions.id))
    .limit(page.limit)
    .all();
}

function createdBefore(after: Keyset | undefined): SQL | undefined {
  if (!after) return undefined;
  const { at, id } = after;
  return or(lt(actions.createdAt, at), and(eq(actions.createdAt, at), lt(actions.id, id)));
}

/** What still waits for all its agent knows, decisions in grace included, newest first. */
export function listOpenOfAgent(
  db: Reader,
  { agentId, ownerId }: { readonly agentId: string; readonly ownerId: string | null },
  page: { readonly after: Keyset | undefined; readonly limit: number },
  now: number,
): ActionRow[] {
  const waiting = db
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.agentId, agentId),
        inArray(actions.status, ['pending', 'approved']),
        createdBefore(page.after),
      ),
    )
    .orderBy(desc(actions.createdAt), desc(actions.id))
    .limit(page.limit)
    .all();
  if (ownerId === null) return waiting;
  const after = page.after;
  const rejected = listUnsettledRejections(db, { ownerId, agentId }, now).filter(
    ({ createdAt, id }) => !after || createdAt < after.at || (createdAt === after.at && id < after.id),
  );
  return [...waiting, ...rejected]
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, page.limit);
}

export function listSimilar(
  db: Reader,
  agentId: string,
  kind: Kind,
  exceptId: string,
  limit: number,
  ownerId: string,
): ActionRow[] {
  return db
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.agentId, agentId),
        eq(actions.kind, kind),
        eq(actions.ownerId, ownerId),
        isNotNull(actions.decidedAt),
        sql`${actions.id} <> ${exceptId}`,
      ),
    )
    .orderBy(desc(actions.decidedAt))
    .limit(limit)
    .all();
}

/** Counts by status among an agent's newest `limit` actions. */
export function countByStatus(
  db: Reader,
  agentId: string,
  limit: number,
): { status: ActionStatus; version: number; n: number }[] {
  const newest = db
    .select({ status: actions.status, version: actions.version })
    .from(actions)
    .where(eq(actions.agentId, agentId))
    .orderBy(desc(actions.createdAt), desc(actions.id))
    .limit(limit)
    .as('newest');
  return db
    .select({ status: newest.status, version: newest.version, n: count() })
    .from(newest)
    .groupBy(newest.status, newest.version)
    .all();
}

export function listExpired(db: Db, now: number, limit: number): ActionRow[] {
  return db
    .select()
    .from(actions)
    .where(and(eq(actions.status, 'pending'), isNotNull(actions.ownerId), lte(actions.expiresAt, now)))
    .orderBy(actions.expiresAt)
    .limit(limit)
    .all();
}

/** Put off until now or earlier, whoever's; one range of a partial index. */
export function listSnoozedDue(db: Db, now: number, limit: number): ActionRow[] {
  return db
    .select()
    .from(actions)
    .where(and(isNotNull(actions.snoozedUntil), lte(actions.snoozedUntil, now)))
    .orderBy(actions.snoozedUntil)
    .limit(limit)
    .all();
}

/** Grace is half a minute at most; with a margin for a restart in between. */
const GRACE_LOOKBACK_MS = 90_000;

/** Rejections of one agent that are not carried out yet: only the newest decisions are looked through. */
export function listUnsettledRejections(
  db: Db,
  { ownerId, agentId }: { readonly ownerId: string; readonly agentId: string },
  now: number,
): ActionRow[] {
  return db
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.ownerId, ownerId),
        eq(actions.tab, 'decided'),
        gt(actions.sortAt, now - GRACE_LOOKBACK_MS),
        eq(actions.status, 'rejected'),
        isNotNull(actions.runAt),
        eq(actions.agentId, agentId),
      ),
    )
    .orderBy(desc(actions.createdAt), desc(actions.id))
    .all();
}

export function listByAgentAndStatus(
  db: Db,
  agentId: string,
  status: ActionStatus,
  limit: number,
): ActionRow[] {
  return db
    .select()
    .from(actions)
    .where(and(eq(actions.agentId, agentId), eq(actions.status, status)))
    .limit(limit)
    .all();
}

const selectPolicy = prepared((db) =>
  db
    .select({ verdict: policies.verdict })
    .from(policies)
    .where(and(eq(policies.agentId, sql.placeholder('agentId')), eq(policies.kind, sql.placeholder('kind'))))
    .prepare(),
);

/** What the owner set for a kind, if anything. */
export function findPolicy(db: Db, agentId: string, kind: Kind): PolicyVerdict | undefined {
  return selectPolicy(db).get({ agentId, kind })?.verdict;
}

export function listPolicies(db: Db, agentId: string): { kind: Kind; verdict: PolicyVerdict }[] {
  return db
    .select({ kind: policies.kind, verdict: policies.verdict })
    .from(policies)
    .where(eq(policies.agentId, agentId))
    .all();
}

export function upsertPolicy(tx: Tx, row: typeof policies.$inferInsert): void {
  tx.insert(policies)
    .values(row)
    .onConflictDoUpdate({
      target: [policies.agentId, policies.kind],
      set: { verdict: row.verdict, setBy: row.setBy, setAt: row.setAt },
    })
    .run();
}
