import { setImmediate as nextTick } from 'node:timers/promises';
import type { Verification } from '../../contract/console/audit';
import type { Reader } from '../../db/open';
import { toIsoOrNull, type Clock } from '../../lib/clock';
import type { Logger } from '../../lib/logger';
import { fingerprintOf } from './audit.queries';
import { hasHistory } from './audit.source';
import { batches, findAuditHead, listChainRows, listCheckpoints, listStrayPrivateAfter } from './audit.repo';
import { MAX_PROBLEMS } from './problems';
import { createAuditVerifier, type AuditReport } from './verify';

/** Rows of one step: some milliseconds, after which whoever waits is served. */
const STEP = 200;
/** Problems that the window shows; `cli audit verify` names up to 1,000. */
const SHOWN = 50;

export interface VerificationService extends AsyncDisposable {
  state(): Verification;
  /** Begins, unless one runs already. */
  start(): Verification;
  /** The one that runs has ended: what tests wait for. */
  settled(): Promise<void>;
}

/**
 * Verifies the whole chain beside the server's other work. No job of the runner's, which works one after the other and
 * would let approved actions wait. Rows never change once written, so walking up to the head that was signed when it
 * began is the same as looking at that one moment.
 */
export function createVerificationService({
  reader,
  clock,
  log,
  publicKeyPem,
}: {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly publicKeyPem: string;
}): VerificationService {
  const keyFingerprint = fingerprintOf(publicKeyPem);
  let status: Verification['status'] = 'idle';
  let startedAt: number | null = null;
  let finishedAt: number | null = null;
  let walked = 0;
  let total = 0;
  let report: AuditReport | null = null;
  let running: Promise<void> | undefined;
  let isStopping = false;

  const run = async (): Promise<void> => {
    const head = findAuditHead(reader);
    total = head?.seq ?? 0;
    const verifier = createAuditVerifier(
      {
        head,
        checkpoints: batches((after, limit) =>
          listCheckpoints(reader, after, limit).filter(({ seq }) => seq <= total),
        ),
      },
      { publicKeyPem, hasHistory: hasHistory(reader) },
    );
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      if (isStopping) return;
      const rows = listChainRows(reader, after, STEP);
      for (const row of rows) {
        // Rows that came since belong to the next verification, unless there never was a head.
        if (head && row.seq > total && isNewerThanHead(row.seq)) break;
        verifier.push(row);
      }
      walked = verifier.count();
      const last = rows.at(-1);
      if (!last || rows.length < STEP || (head && last.seq > total)) break;
      after = last.seq;
      await nextTick();
    }
    const strays: number[] = [];
    for (let after = Number.MIN_SAFE_INTEGER; strays.length < MAX_PROBLEMS;) {
      if (isStopping) return;
      const looked = listStrayPrivateAfter(reader, after, STEP);
      strays.push(...looked.strays.filter((seq) => seq <= total || !isNewerThanHead(seq)));
      if (looked.last === undefined) break;
      after = looked.last;
      await nextTick();
    }
    report = verifier.finish(strays);
    status = 'done';
    finishedAt = clock.now();
  };

  /** Whether the head that is signed now covers a row: then it was written while we walked, and not put in. */
  const isNewerThanHead = (seq: number): boolean => (findAuditHead(reader)?.seq ?? 0) >= seq;

  const state = (): Verification => ({
    status,
    startedAt: toIsoOrNull(startedAt),
    finishedAt: toIsoOrNull(finishedAt),
    walked,
    total,
    result: report && {
      ok: report.ok,
      rows: report.rows,
      checkpoints: report.checkpoints,
      headSeq: report.head?.seq ?? null,
      problems: report.problems.slice(0, SHOWN).map((problem) => ({ ...problem })),
      hasMore: report.hasMore || report.problems.length > SHOWN,
    },
    keyFingerprint,
  });

  return {
    state,
    start() {
      if (running || isStopping) return state();
      status = 'running';
      startedAt = clock.now();
      finishedAt = null;
      walked = 0;
      report = null;
      running = nextTick()
        .then(run)
        .catch((error: unknown) => {
          log.error({ err: error }, 'verification of the audit log failed');
          status = 'failed';
          finishedAt = clock.now();
        })
        .finally(() => {
          running = undefined;
        });
      return state();
    },
    async settled() {
      await running;
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}
