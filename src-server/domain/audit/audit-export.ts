import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { AuditExportQuery } from '../../contract/console/audit';
import type { Reader } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { UserActor } from '../../gate/caller';
import { toIso, type Clock } from '../../lib/clock';
import { csvHead, csvLine } from '../../lib/csv';
import { auditFilterOf } from './audit.queries';
import { findAuditRows } from './audit-search.repo';
import {
  batches,
  BATCH,
  findAuditHead,
  listCheckpoints,
  listRowsWithSealed,
  type AuditRow,
} from './audit.repo';
import { EXPORT_FORMAT, EXPORT_VERSION, type ExportLine, type ExportOpaqueRow } from './export-format';

export interface AuditExport {
  readonly contentType: string;
  readonly fileName: string;
  /** Rows it goes through, where that is known before. */
  readonly rows: number | null;
  readonly chunks: AsyncIterable<string>;
}

export interface AuditExporter {
  /** The whole chain as a person may see it, or their rows under a filter. Read a bit at a time as it is sent. */
  open(user: UserActor, query: AuditExportQuery): AuditExport;
}

export function createAuditExporter({
  reader,
  clock,
  audit,
  instanceId,
}: {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly instanceId: string;
}): AuditExporter {
  /** One's own in full; what belongs to nobody in full for admins; of anybody else's only the place in the chain. */
  const lineOf = (user: UserActor, row: AuditRow, sealed: Buffer | null): ExportLine => {
    const isAdmin = user.role === 'admin';
    if (row.ownerId === user.userId || (row.ownerId === null && isAdmin)) {
      return { line: 'row', ...row, sealed: sealed?.toString('base64') ?? null };
    }
    const { seq, prevHash, hash, data: _data, privateHash: _private, ...ids } = row;
    const opaque: ExportOpaqueRow = { line: 'opaque', seq, prevHash, hash };
    return isAdmin ? { ...opaque, ids } : opaque;
  };

  async function* chain(user: UserActor): AsyncGenerator<string> {
    const sum = createHash('sha256');
    const print = (lines: readonly ExportLine[]): string => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      sum.update(text);
      return text;
    };
    const head = findAuditHead(reader) ?? null;
    const last = head?.seq ?? Number.MAX_SAFE_INTEGER;
    yield print([
      {
        line: 'header',
        format: EXPORT_FORMAT,
        version: EXPORT_VERSION,
        exportedAt: toIso(clock.now()),
        instanceId,
        ownerId: user.userId,
        publicKey: audit.publicKeyPem,
        head: head && { seq: head.seq, head: head.head, signature: head.signature },
      },
    ]);
    for (const checkpoint of batches((after, limit) => listCheckpoints(reader, after, limit))) {
      if (checkpoint.seq <= last) yield print([{ line: 'checkpoint', ...checkpoint }]);
    }
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const batch = listRowsWithSealed(reader, after, BATCH);
      const rows = batch.filter(({ row }) => row.seq <= last);
      if (rows.length > 0) yield print(rows.map(({ row, sealed }) => lineOf(user, row, sealed)));
      const end = batch.at(-1);
      if (!end || batch.length < BATCH || end.row.seq > last) break;
      after = end.row.seq;
      await nextTick();
    }
    const sha256 = sum.digest('hex');
    yield `${JSON.stringify({ line: 'seal', sha256, signature: audit.signExport(sha256) })}\n`;
  }

  async function* table(user: UserActor, query: AuditExportQuery): AsyncGenerator<string> {
    const { filter, span } = auditFilterOf(reader, user, query);
    yield csvHead(COLUMNS);
    for (let { before } = span; ;) {
      const found = findAuditRows(reader, filter, { ...span, before }, BATCH);
      const text = found.rows.map((row) => csvLine(toCells(row))).join('');
      if (text !== '') yield text;
      if (found.lookedTo === null) return;
      before = found.lookedTo;
      await nextTick();
    }
  }

  return {
    open(user, query) {
      const { format, ...filter } = query;
      const day = toIso(clock.now()).slice(0, 10);
      if (format === 'ndjson') {
        return {
          contentType: 'application/x-ndjson; charset=utf-8',
          fileName: `countersign-audit-${day}.ndjson`,
          rows: findAuditHead(reader)?.seq ?? 0,
          chunks: chain(user),
        };
      }
      // A refusal comes before the first byte.
      auditFilterOf(reader, user, filter);
      return {
        contentType: 'text/csv; charset=utf-8',
        fileName: `countersign-audit-${day}.csv`,
        rows: null,
        chunks: table(user, query),
      };
    },
  };
}

const COLUMNS = [
  'seq',
  'time',
  'type',
  'actor_type',
  'actor_id',
  'agent_id',
  'subject_type',
  'subject_id',
  'trace_id',
  'data',
  'private_hash',
  'prev_hash',
  'hash',
];

function toCells(row: AuditRow): readonly string[] {
  return [
    String(row.seq),
    toIso(row.at),
    row.type,
    row.actorType,
    row.actorId ?? '',
    row.agentId ?? '',
    row.subjectType ?? '',
    row.subjectId ?? '',
    row.traceId,
    row.data,
    row.privateHash ?? '',
    row.prevHash,
    row.hash,
  ];
}
