import { generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashAuditRow, signedHeadBytes } from '../../gate/audit';
import { systemCaller } from '../../gate/caller';
import { createGateFixture } from '../../testing/gate-fixture';
import { auditSourceOf } from './audit.source';
import type { StoredAuditRow } from './chain-row';
import type { AuditProblemType } from './problems';
import {
  verifyAudit,
  type AuditReport,
  type AuditTrust,
  type StoredCheckpoint,
  type StoredHead,
} from './verify';

interface Log {
  readonly rows: readonly StoredAuditRow[];
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly head: StoredHead | undefined;
}

const ROWS = 24;
let log: Log;
let publicKeyPem: string;

beforeAll(() => {
  using fixture = createGateFixture();
  const { writer, audit, clock, reader } = fixture;
  publicKeyPem = audit.publicKeyPem;
  for (let index = 1; index <= ROWS; index += 1) {
    writer.transaction((tx) => {
      const caller = { ...systemCaller('test', 'cli', `tr_${index}`), ip: '127.0.0.1' };
      const person = index % 2 === 0 ? { person: { id: `person-${index % 3}` } } : {};
      audit.append(tx, { type: 'test.happened', caller, data: { index }, ...person }, clock.advance(1_000));
      if (index === 8 || index === 16) audit.checkpoint(tx, clock.now());
    });
  }
  const source = auditSourceOf(reader);
  log = { rows: [...source.rows], checkpoints: [...source.checkpoints], head: source.head };
});

function check(changed: Partial<Log>, trust: Partial<AuditTrust> = {}): AuditReport {
  const { rows, checkpoints, head } = { ...log, ...changed };
  return verifyAudit({ rows, checkpoints, head, strayPrivate: [] }, { publicKeyPem, ...trust });
}

function rowAt(seq: number): StoredAuditRow {
  const row = log.rows[seq - 1];
  if (!row) throw new Error(`There is no row ${seq}`);
  return row;
}

function headRow(): StoredHead {
  if (!log.head) throw new Error('There is no head');
  return log.head;
}

function names(report: AuditReport, problem: AuditProblemType, seq: number): boolean {
  return report.problems.some((item) => item.problem === problem && item.seq <= seq && seq <= item.lastSeq);
}

/** As somebody with the file, and without the signing key, would make it look right. */
function rehashed(rows: readonly StoredAuditRow[], from: number, to = Infinity): StoredAuditRow[] {
  const made: StoredAuditRow[] = [];
  for (const row of rows) {
    if (row.seq < from || row.seq > to) {
      made.push(row);
      continue;
    }
    const next = { ...row, prevHash: made.at(-1)?.hash ?? row.prevHash };
    made.push({ ...next, hash: hashAuditRow(next) });
  }
  return made;
}

const anyRow = fc.integer({ min: 1, max: ROWS });
const innerRow = fc.integer({ min: 1, max: ROWS - 1 });

const EDITS: Readonly<Record<string, (row: StoredAuditRow) => StoredAuditRow>> = {
  at: (row) => ({ ...row, at: row.at + 1 }),
  type: (row) => ({ ...row, type: 'test.other' }),
  actorType: (row) => ({ ...row, actorType: 'user' }),
  actorId: (row) => ({ ...row, actorId: 'somebody' }),
  agentId: (row) => ({ ...row, agentId: 'agent' }),
  ownerId: (row) => ({ ...row, ownerId: 'owner' }),
  subjectType: (row) => ({ ...row, subjectType: 'action' }),
  subjectId: (row) => ({ ...row, subjectId: 'act_1' }),
  traceId: (row) => ({ ...row, traceId: 'tr_x' }),
  data: (row) => ({ ...row, data: '{}' }),
  privateHash: (row) => ({ ...row, privateHash: 'f'.repeat(64) }),
  prevHash: (row) => ({ ...row, prevHash: 'e'.repeat(64) }),
  hash: (row) => ({ ...row, hash: 'd'.repeat(64) }),
};
const anyEdit = fc.constantFrom(...Object.keys(EDITS));

function edited(seq: number, field: string): StoredAuditRow[] {
  return log.rows.map((row) => (row.seq === seq ? (EDITS[field]?.(row) ?? row) : row));
}

describe('the audit verifier', () => {
  it('finds nothing wrong with what was written', () => {
    const report = check({});
    expect(report).toMatchObject({ ok: true, rows: ROWS, checkpoints: 2, problems: [], hasMore: false });
    expect(report.head?.seq).toBe(ROWS);
    expect(
      verifyAudit({ rows: [], checkpoints: [], head: undefined, strayPrivate: [] }, { publicKeyPem }).ok,
    ).toBe(true);
  });

  it('names a row whose content was edited, whichever field it was, and no other', () => {
    fc.assert(
      fc.property(anyRow, anyEdit, (seq, field) => {
        const report = check({ rows: edited(seq, field) });
        expect(names(report, 'changed', seq)).toBe(true);
        expect(report.problems.every((item) => item.seq === seq && item.lastSeq === seq)).toBe(true);
      }),
    );
  });

  it('names a row that was edited and hashed anew', () => {
    fc.assert(
      fc.property(anyRow, anyEdit, (seq, field) => {
        fc.pre(field !== 'hash');
        const rows = edited(seq, field).map((row) =>
          row.seq === seq ? { ...row, hash: hashAuditRow(row) } : row,
        );
        expect(names(check({ rows }), 'changed', seq)).toBe(true);
      }),
    );
  });

  it('names a stretch that was edited and hashed anew to its end', () => {
    fc.assert(
      fc.property(anyRow, anyEdit, (seq, field) => {
        fc.pre(!['hash', 'prevHash'].includes(field));
        const report = check({ rows: rehashed(edited(seq, field), seq) });
        expect(names(report, 'changed', seq)).toBe(true);
      }),
    );
  });

  it('names the end of a stretch that was edited and hashed anew in the middle', () => {
    fc.assert(
      fc.property(innerRow, innerRow, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const report = check({ rows: rehashed(edited(from, 'data'), from, to) });
        expect(names(report, 'changed', to)).toBe(true);
      }),
    );
  });

  it('names rows that were taken out, one or several', () => {
    fc.assert(
      fc.property(fc.uniqueArray(innerRow, { minLength: 1, maxLength: 6 }), (gone) => {
        const report = check({ rows: log.rows.filter((row) => !gone.includes(row.seq)) });
        expect(gone.every((seq) => names(report, 'missing', seq))).toBe(true);
        expect(report.problems.every((item) => item.problem === 'missing')).toBe(true);
      }),
    );
  });

  it('names a row that was taken out when the others were numbered anew', () => {
    fc.assert(
      fc.property(innerRow, (seq) => {
        const rows = log.rows
          .filter((row) => row.seq !== seq)
          .map((row) => (row.seq > seq ? { ...row, seq: row.seq - 1 } : row));
        const report = check({ rows });
        expect(names(report, 'missing', seq)).toBe(true);
        expect(report.problems).toHaveLength(1);
      }),
    );
  });

  it('names a row that was put in between, with a good hash of its own or without', () => {
    fc.assert(
      fc.property(anyRow, fc.boolean(), (seq, hasGoodHash) => {
        const before = log.rows[seq - 2];
        const fake = {
          ...rowAt(seq),
          data: '{"index":0}',
          prevHash: before?.hash ?? '0'.repeat(64),
        };
        const made = { ...fake, hash: hasGoodHash ? hashAuditRow(fake) : fake.hash };
        const moved = log.rows.map((row) => (row.seq >= seq ? { ...row, seq: row.seq + 1 } : row));
        const rows = [...moved, made].toSorted((a, b) => a.seq - b.seq);
        const report = check({ rows });
        expect(names(report, 'added', seq)).toBe(true);
        expect(report.problems).toHaveLength(1);
      }),
    );
  });

  it('names rows that were added before the first or after the last', () => {
    const last = rowAt(ROWS);
    const after = { ...last, seq: ROWS + 1, prevHash: last.hash };
    const appended = check({ rows: [...log.rows, { ...after, hash: hashAuditRow(after) }] });
    expect(appended.problems).toMatchObject([{ problem: 'added', seq: ROWS + 1 }]);
    const before = check({ rows: [{ ...last, seq: 0 }, ...log.rows] });
    expect(before.problems).toMatchObject([{ problem: 'added', seq: 0 }]);
  });

  it('names rows that changed places', () => {
    fc.assert(
      fc.property(anyRow, anyRow, (one, other) => {
        fc.pre(one !== other);
        const place = new Map([
          [one, other],
          [other, one],
        ]);
        const rows = log.rows
          .map((row) => ({ ...row, seq: place.get(row.seq) ?? row.seq }))
          .toSorted((a, b) => a.seq - b.seq);
        const report = check({ rows });
        expect(names(report, 'changed', one)).toBe(true);
        expect(names(report, 'changed', other)).toBe(true);
      }),
    );
  });

  it('is never content with another order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: ROWS }, (_, index) => index),
          { minLength: ROWS },
        ),
        (order) => {
          fc.pre(order.some((value, index) => value !== index));
          const rows = order.map((from, index) => ({
            ...rowAt(from + 1),
            seq: index + 1,
          }));
          expect(check({ rows }).ok).toBe(false);
        },
      ),
    );
  });

  it('names a tail that was cut off, with or without the head and the checkpoints', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: ROWS - 1 }),
        fc.constantFrom('nothing', 'head', 'checkpoints', 'both'),
        (left, alsoGone) => {
          const report = check(
            {
              rows: log.rows.slice(0, left),
              checkpoints: alsoGone === 'nothing' || alsoGone === 'head' ? log.checkpoints : [],
              head: alsoGone === 'nothing' || alsoGone === 'checkpoints' ? log.head : undefined,
            },
            { hasHistory: true },
          );
          expect(names(report, 'cut-off', left + 1)).toBe(true);
        },
      ),
    );
  });

  it('needs the checkpoint kept outside to see a cut that puts an older head back', () => {
    const left = 10;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const signHead = (seq: number, purpose: 'head' | 'checkpoint', at: number): StoredCheckpoint => {
      const { hash } = rowAt(seq);
      const signature = sign(null, signedHeadBytes(purpose, seq, hash, at), privateKey).toString('base64');
      return { seq, head: hash, at, signature };
    };
    const cut = { rows: log.rows.slice(0, left), checkpoints: [], head: signHead(left, 'head', 0) };
    expect(check(cut, { publicKeyPem: pem }).ok).toBe(true);
    const last = signHead(ROWS, 'checkpoint', 5_000);
    const kept = { ...last, at: new Date(last.at).toISOString() };
    expect(check(cut, { publicKeyPem: pem, kept }).problems).toMatchObject([
      { problem: 'cut-off', seq: left + 1, lastSeq: ROWS },
    ]);
    expect(check({ checkpoints: [], head: signHead(ROWS, 'head', 0) }, { publicKeyPem: pem, kept }).ok).toBe(
      true,
    );
    const rewritten = { rows: rehashed(edited(5, 'data'), 5), checkpoints: [], head: undefined };
    expect(names(check(rewritten, { publicKeyPem: pem, kept }), 'changed', 5)).toBe(true);
  });

  it('sees what was signed by somebody else: head, checkpoint, and the whole log under another key', () => {
    const forged = Buffer.alloc(64).toString('base64');
    const head = { ...headRow(), signature: forged };
    expect(names(check({ head }), 'bad-signature', ROWS)).toBe(true);
    const checkpoints = log.checkpoints.map((checkpoint) => ({ ...checkpoint, at: checkpoint.at + 1 }));
    expect(check({ checkpoints }).problems).toMatchObject([
      { problem: 'bad-signature', seq: 8 },
      { problem: 'bad-signature', seq: 16 },
    ]);
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(check({}, { publicKeyPem: other }).problems.map(({ problem }) => problem)).toEqual([
      'bad-signature',
      'bad-signature',
      'bad-signature',
    ]);
    expect(check({}, { publicKeyPem: undefined }).ok).toBe(false);
    expect(check({}, { publicKeyPem: 'not a key' }).ok).toBe(false);
  });

  it('sees a head that was put back while the rows stayed', () => {
    const older: StoredHead = { ...headRow(), seq: 12 };
    expect(check({ head: older }).ok).toBe(false);
  });

  it('names personal data beside a row that was changed, removed or put there', () => {
    const beside = (seq: number, sealedHash: string | null): StoredAuditRow[] =>
      log.rows.map((row) => (row.seq === seq ? { ...row, sealedHash } : row));
    expect(check({ rows: beside(4, 'a'.repeat(64)) }).problems).toMatchObject([
      { problem: 'private-changed', seq: 4 },
    ]);
    expect(check({ rows: beside(4, null) }).problems).toMatchObject([{ problem: 'private-missing', seq: 4 }]);
    expect(check({ rows: beside(5, 'a'.repeat(64)) }).problems).toMatchObject([
      { problem: 'private-added', seq: 5 },
    ]);
  });

  it('lists a bounded number of problems and says that there are more', () => {
    const rows = Array.from({ length: 1_200 }, (_, index) => ({
      ...rowAt(1),
      seq: index + 1,
      data: `{"n":${index}}`,
    }));
    const report = check({ rows });
    expect(report.problems).toHaveLength(1_000);
    expect(report.hasMore).toBe(true);
  });
});
