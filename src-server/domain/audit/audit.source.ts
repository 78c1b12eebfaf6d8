import { sql } from 'drizzle-orm';
import type { AuditCheckpoint } from '../../contract/process';
import type { Db, Reader } from '../../db/open';
import { actions } from '../../gate/gate.tables';
import { findAuditPublicKey } from '../identity/keyring';
import { users } from '../identity/identity.tables';
import {
  batches,
  findAuditHead,
  findHashAt,
  listChainRows,
  listCheckpoints,
  listStrayPrivate,
} from './audit.repo';
import type { StoredAuditRow } from './chain-row';
import { MAX_PROBLEMS } from './problems';
import { verifyAudit, type AuditReport, type AuditSource } from './verify';

/** The audit log of a data folder, read in batches. */
export function auditSourceOf(db: Db): AuditSource & { readonly rows: Iterable<StoredAuditRow> } {
  return {
    rows: batches((after, limit) => listChainRows(db, after, limit)),
    checkpoints: batches((after, limit) => listCheckpoints(db, after, limit)),
    head: findAuditHead(db),
    strayPrivate: listStrayPrivate(db, MAX_PROBLEMS),
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
export function hasHistory(db: Db): boolean {
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
  return findHashAt(reader, kept.seq) === kept.head;
}
