import { createHash } from 'node:crypto';
import { asc, desc, eq, gt, gte, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/open';
import { prepared } from '../../db/prepared';
import { audit, auditCheckpoints, auditHead, auditPrivate, personKeys } from '../../gate/gate.tables';
import type { StoredAuditRow } from './chain-row';
import type { StoredCheckpoint, StoredHead } from './verify';

export type AuditRow = typeof audit.$inferSelect;

/** Rows held in memory at a time; the sealed bytes beside a row are some kilobytes at most. */
export const BATCH = 200;

/** Everything in order of `seq`, a batch in memory at a time. */
export function* batches<Row extends { readonly seq: number }>(
  list: (after: number, limit: number) => Row[],
): Generator<Row> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const batch = list(after, BATCH);
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = last.seq;
  }
}

const selectWithSealed = prepared((db) =>
  db
    .select({ row: audit, sealed: auditPrivate.sealed })
    .from(audit)
    .leftJoin(auditPrivate, eq(auditPrivate.seq, audit.seq))
    .where(gt(audit.seq, sql.placeholder('after')))
    .orderBy(asc(audit.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** Rows after `after` with the sealed bytes beside them. */
export function listRowsWithSealed(
  db: Db,
  after: number,
  limit: number,
): { readonly row: AuditRow; readonly sealed: Buffer | null }[] {
  return selectWithSealed(db).all({ after, limit });
}

/** Rows after `after` as the verifier takes them. */
export function listChainRows(db: Db, after: number, limit: number): StoredAuditRow[] {
  return listRowsWithSealed(db, after, limit).map(({ row, sealed }) => ({
    ...row,
    sealedHash: sealed === null ? null : createHash('sha256').update(sealed).digest('hex'),
  }));
}

export function listCheckpoints(db: Db, after: number, limit: number): StoredCheckpoint[] {
  return db
    .select()
    .from(auditCheckpoints)
    .where(gt(auditCheckpoints.seq, after))
    .orderBy(asc(auditCheckpoints.seq))
    .limit(limit)
    .all();
}

export function findAuditHead(db: Db): StoredHead | undefined {
  return db.select().from(auditHead).where(eq(auditHead.id, 1)).get();
}

/** Rows that sealed data is there for, though they are not. Looks at all of it: for the command line and for jobs. */
export function listStrayPrivate(db: Db, limit: number): number[] {
  return db
    .select({ seq: auditPrivate.seq })
    .from(auditPrivate)
    .leftJoin(audit, eq(audit.seq, auditPrivate.seq))
    .where(isNull(audit.seq))
    .limit(limit)
    .all()
    .map(({ seq }) => seq);
}

/** The same a bit at a time: looks at `limit` sealed entries after `after`. */
export function listStrayPrivateAfter(
  db: Db,
  after: number,
  limit: number,
): { readonly strays: number[]; readonly last: number | undefined } {
  const looked = db
    .select({ seq: auditPrivate.seq, row: audit.seq })
    .from(auditPrivate)
    .leftJoin(audit, eq(audit.seq, auditPrivate.seq))
    .where(gt(auditPrivate.seq, after))
    .orderBy(asc(auditPrivate.seq))
    .limit(limit)
    .all();
  return { strays: looked.filter(({ row }) => row === null).map(({ seq }) => seq), last: looked.at(-1)?.seq };
}

const selectRow = prepared((db) =>
  db
    .select()
    .from(audit)
    .where(eq(audit.seq, sql.placeholder('seq')))
    .prepare(),
);

export function findAuditRow(db: Db, seq: number): AuditRow | undefined {
  return selectRow(db).get({ seq });
}

export function findHashAt(db: Db, seq: number): string | undefined {
  return findAuditRow(db, seq)?.hash;
}

/** The first checkpoint that covers a row. */
export function findCheckpointFrom(db: Db, seq: number): StoredCheckpoint | undefined {
  return db
    .select()
    .from(auditCheckpoints)
    .where(gte(auditCheckpoints.seq, seq))
    .orderBy(asc(auditCheckpoints.seq))
    .limit(1)
    .get();
}

/** Whose the sealed data beside a row is, and whether their key was destroyed. */
export function findPrivateOwner(
  db: Db,
  seq: number,
): { readonly personId: string; readonly isErased: boolean } | undefined {
  const row = db
    .select({ personId: auditPrivate.personId, key: personKeys.sealedKey })
    .from(auditPrivate)
    .leftJoin(personKeys, eq(personKeys.personId, auditPrivate.personId))
    .where(eq(auditPrivate.seq, seq))
    .get();
  return row && { personId: row.personId, isErased: row.key === null };
}

export function lastAuditSeq(db: Db): number {
  return db.select({ seq: audit.seq }).from(audit).orderBy(desc(audit.seq)).limit(1).get()?.seq ?? 0;
}
