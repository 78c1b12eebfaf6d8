import { createPublicKey, createHash, verify } from 'node:crypto';
import type { z } from 'zod';
import type { AuditExportQuery, AuditRowDetail, AuditRowView } from '../../contract/console/audit';
import type * as contract from '../../contract/console/audit';
import { decodeKeyset, encodeKeyset } from '../../db/cursor';
import type { Reader } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import { GENESIS, hashAuditRow, signedHeadBytes } from '../../gate/audit-format';
import type { UserActor } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { namesOf, type Names } from '../activity/present';
import { findAuditRows, seqFrom, type AuditFilter, type AuditSpan } from './audit-search.repo';
import {
  findAuditHead,
  findAuditRow,
  findCheckpointFrom,
  findHashAt,
  findPrivateOwner,
  lastAuditSeq,
  type AuditRow,
} from './audit.repo';

const DEFAULT_LIMIT = 50;

type SearchQuery = z.infer<NonNullable<typeof contract.searchAudit.query>>;

export interface AuditReader {
  search(db: Reader, user: UserActor, query: SearchQuery): z.infer<typeof contract.searchAudit.answer>;
  /** @throws AppError `not_found` for a row that is not theirs */
  row(db: Reader, user: UserActor, seq: number): AuditRowDetail;
}

/** SHA-256 of the public key (SPKI, DER): short enough to compare by eye. */
export function fingerprintOf(publicKeyPem: string): string {
  const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}

/**
 * What a person may search: their own rows and their agents', all of which carry them as owner. An admin also sees
 * rows that belong to nobody, and nothing more of other people (decisions §2).
 * @throws AppError `forbidden`
 */
export function auditFilterOf(
  db: Reader,
  user: UserActor,
  query: Omit<AuditExportQuery, 'format'> | undefined,
): { readonly filter: AuditFilter; readonly span: AuditSpan } {
  if (query?.scope === 'system' && user.role !== 'admin') {
    throw new AppError('forbidden', 'Only an admin sees what belongs to nobody.', { reason: 'admin_only' });
  }
  const last = lastAuditSeq(db);
  const from = query?.from === undefined ? undefined : Date.parse(query.from);
  const to = query?.to === undefined ? undefined : Date.parse(query.to);
  return {
    filter: {
      ownerId: query?.scope === 'system' ? null : user.userId,
      ...(query?.type ? { types: [query.type] } : {}),
      agentId: query?.agentId,
      actorId: query?.actorId,
      subjectId: query?.subjectId,
      traceId: query?.traceId,
      from,
      to,
    },
    span: {
      before: to === undefined ? Number.MAX_SAFE_INTEGER : seqFrom(db, to + 1, last),
      floor: from === undefined ? 1 : seqFrom(db, from, last),
    },
  };
}

export function createAuditReader({ audit }: { readonly audit: AuditLog }): AuditReader {
  const key = createPublicKey(audit.publicKeyPem);
  const isSigned = (bytes: Buffer, signature: string): boolean =>
    verify(null, bytes, key, Buffer.from(signature, 'base64'));

  const present = (row: AuditRow, names: Names): AuditRowView => ({
    seq: row.seq,
    at: toIso(row.at),
    type: row.type,
    actor: names.actor(row),
    agent: names.agent(row.agentId),
    subjectType: row.subjectType,
    subjectId: row.subjectId,
    traceId: row.traceId,
    hash: row.hash,
    hasPrivate: row.privateHash !== null,
  });

  const personalOf = (db: Reader, user: UserActor, row: AuditRow): AuditRowDetail['personal'] => {
    if (row.privateHash === null) return { state: 'none' };
    const sealed = findPrivateOwner(db, row.seq);
    if (!sealed) return { state: 'damaged' };
    if (sealed.personId !== user.userId) return { state: 'someone-elses' };
    if (sealed.isErased) return { state: 'erased' };
    try {
      const data = audit.openPrivate(db, row.seq);
      return data ? { state: 'open', data } : { state: 'erased' };
    } catch {
      return { state: 'damaged' };
    }
  };

  const signedBy = (db: Reader, seq: number): AuditRowDetail['checks']['signedBy'] => {
    const checkpoint = findCheckpointFrom(db, seq);
    if (checkpoint) {
      const bytes = signedHeadBytes('checkpoint', checkpoint.seq, checkpoint.head, checkpoint.at);
      return {
        type: 'checkpoint',
        seq: checkpoint.seq,
        at: toIso(checkpoint.at),
        isGood: isSigned(bytes, checkpoint.signature) && findHashAt(db, checkpoint.seq) === checkpoint.head,
      };
    }
    const head = findAuditHead(db);
    if (!head) return null;
    const isGood =
      isSigned(signedHeadBytes('head', head.seq, head.head, 0), head.signature) &&
      findHashAt(db, head.seq) === head.head;
    return { type: 'head', seq: head.seq, at: null, isGood };
  };

  return {
    search(db, user, query) {
      const limit = query?.limit ?? DEFAULT_LIMIT;
      const { filter, span } = auditFilterOf(db, user, query);
      const after = query?.cursor === undefined ? undefined : decodeKeyset(query.cursor).at;
      const found = findAuditRows(
        db,
        filter,
        { ...span, before: Math.min(span.before, after ?? span.before) },
        limit,
      );
      const names = namesOf(db, user.userId, found.rows);
      const isShort = found.rows.length < limit && found.lookedTo !== null;
      const lookedAt = isShort ? findAuditRow(db, found.lookedTo ?? 0)?.at : undefined;
      return {
        items: found.rows.map((row) => present(row, names)),
        nextCursor: found.lookedTo === null ? null : encodeKeyset({ at: found.lookedTo, id: 'row' }),
        searchedBackTo: lookedAt === undefined ? null : toIso(lookedAt),
      };
    },

    row(db, user, seq) {
      const row = findAuditRow(db, seq);
      const isTheirs =
        row && (row.ownerId === user.userId || (row.ownerId === null && user.role === 'admin'));
      if (!isTheirs) throw notFound('row');
      const { hash, ...content } = row;
      return {
        ...present(row, namesOf(db, user.userId, [row])),
        prevHash: row.prevHash,
        privateHash: row.privateHash,
        data: JSON.parse(row.data) as Record<string, unknown>,
        personal: personalOf(db, user, row),
        checks: {
          hash: hashAuditRow(content) === hash,
          chain: row.prevHash === (seq === 1 ? GENESIS : findHashAt(db, seq - 1)),
          signedBy: signedBy(db, seq),
        },
      };
    },
  };
}
