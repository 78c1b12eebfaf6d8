import { createHash } from 'node:crypto';
import { asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { AuditCheckpoint } from '../../contract/process';
import type { Db, Reader } from '../../db/open';
import { actions, audit, auditCheckpoints, auditHead, auditPrivate } from '../../gate/gate.tables';
import { findAuditPublicKey } from '../identity/keyring';
import { users } from '../identity/identity.tables';
import { MAX_PROBLEMS } from './problems';
import { verifyAudit, type AuditReport, type AuditSource, type StoredAuditRow } from './verify';

/** Rows held in memory at a time; the sealed bytes beside a row are some kilobytes at most. */
const BATCH = 200;

function* batches<Row extends { readonly seq: number }>(list: (after: number) => Row[]): Generator<Row> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const batch = list(after);
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = last.seq;
  }
}

function listRows(db: Db, after: number): StoredAuditRow[] {
  return db
    .select({ row: audit, sealed: auditPrivate.sealed })
    .from(audit)
    .leftJoin(auditPrivate, eq(auditPrivate.seq, audit.seq))
    .where(gt(audit.seq, after))
    .orderBy(asc(audit.seq))
    .limit(BATCH)
    .all()
    .map(({ row, sealed }) => ({
      ...row,
      sealedHash: sealed === null ? null : createHash('sha256').update(sealed).digest('hex'),
    }));
}

/** The audit log of a data folder, read in batches. */
export function auditSourceOf(db: Db): AuditSource {
  return {
    rows: batches((after) => listRows(db, after)),
    checkpoints: batches((after) =>
      db
        .select()
        .from(auditCheckpoints)
        .where(gt(auditCheckpoints.seq, after))
        .orderBy(asc(auditCheckpoints.seq))
        .limit(BATCH)
        .all(),
    ),
    head: db.select().from(auditHead).where(eq(auditHead.id, 1)).get(),
    strayPrivate: db
      .select({ seq: auditPrivate.seq })
      .from(auditPrivate)
      .leftJoin(audit, eq(audit.seq, auditPrivate.seq))
      .where(isNull(audit.seq))
      .limit(MAX_PROBLEMS)
      .all()
      .map(({ seq }) => seq),
  };
}

export interface VerifyOptions {
  /** The last checkpoint as the shell keeps it. */
  readonly kept?: AuditCheckpoint | undefined;
  /** Where the sealed key could be opened; otherwise the plain one of the data folder is believed. */
  readonly publicKeyPem?: string | undefined;
}

/**
 * Verifies the audit log of a data folder as it is at this moment, beside a running server. Synchronous, and its time
 * grows with the log: for the command line and for jobs, not for a request.
 */
export function verifyAuditLog(reader: Reader, { kept, publicKeyPem }: VerifyOptions = {}): AuditReport {
  // One read transaction, so that rows, checkpoints and head are of one moment.
  return reader.transaction(() =>
    verifyAudit(auditSourceOf(reader), {
      publicKeyPem: publicKeyPem ?? findAuditPublicKey(reader),
      kept,
      hasHistory: hasHistory(reader),
    }),
  );
}

/** Joining and proposing are always written down, so whoever is here left rows. */
function hasHistory(db: Db): boolean {
  const some = db
    .select({ one: sql`1` })
    .from(users)
    .limit(1)
    .get();
  return (
    (some ??
      db
        .select({ one: sql`1` })
        .from(actions)
        .limit(1)
        .get()) !== undefined
  );
}

/**
 * Whether the log still goes on from a checkpoint that somebody kept outside: one row, so a server can ask at each
 * start. False when that row is cut off or was written anew.
 */
export function continuesFrom(reader: Reader, kept: AuditCheckpoint): boolean {
  const row = reader.select({ hash: audit.hash }).from(audit).where(eq(audit.seq, kept.seq)).get();
  return row?.hash === kept.head;
}
