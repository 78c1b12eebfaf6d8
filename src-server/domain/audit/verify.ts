import type { AuditCheckpoint } from '../../contract/process';
import { CHECKPOINT_EVERY_ROWS, GENESIS } from '../../gate/audit-format';
import { isOpaque, type ChainRow } from './chain-row';
import { createProblemList, rowWords, type AuditProblem, type ProblemList } from './problems';
import { createIdentifier, type Identify } from './row-identity';
import { createAnchors, createSignatureCheck, type Anchors } from './signed-states';

export interface StoredCheckpoint {
  readonly seq: number;
  readonly head: string;
  /** Milliseconds. */
  readonly at: number;
  readonly signature: string;
}

export interface StoredHead {
  readonly seq: number;
  readonly head: string;
  readonly signature: string;
}

/** What is signed about a log; checkpoints in order of `seq`, asked for as the walk comes to them. */
export interface SignedStates {
  readonly checkpoints: Iterable<StoredCheckpoint>;
  readonly head: StoredHead | undefined;
}

/** The log as it lies there, of one moment, each list in order of `seq`. Rows may be many: they are walked once. */
export interface AuditSource extends SignedStates {
  readonly rows: Iterable<ChainRow>;
  /** Sealed data that belongs to no row. */
  readonly strayPrivate: Iterable<number>;
}

export interface AuditTrust {
  /** Ed25519, SPKI PEM; undefined where it is missing, and then nothing signed can be believed. */
  readonly publicKeyPem: string | undefined;
  /** The last checkpoint as somebody outside the data folder keeps it (decisions §3). */
  readonly kept?: AuditCheckpoint | undefined;
  /** People or actions are there, so an empty log was emptied. */
  readonly hasHistory?: boolean;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly rows: number;
  readonly checkpoints: number;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  readonly problems: readonly AuditProblem[];
  /** More is wrong than is listed. */
  readonly hasMore: boolean;
}

/**
 * Walks the audit log once, in bounded memory, and names what is changed, missing, added or cut off (decisions §3).
 *
 *   row n:        its hash must be that of its content, and `prev` the hash of row n − 1
 *   checkpoints:  the row they name must have the hash they sign
 *   head:         the last row must be the one it signs
 *
 * Whoever can write the file can also make hashes anew, so a rewritten stretch is consistent in itself up to the next
 * signed state; then the whole stretch since the last good one is named. A cut that also puts back an older head and
 * removes later checkpoints shows only against `kept`. Whose a sealed row is said to be is not chained.
 */
export function verifyAudit(source: AuditSource, trust: AuditTrust): AuditReport {
  const verifier = createAuditVerifier(source, trust);
  for (const row of source.rows) verifier.push(row);
  return verifier.finish(source.strayPrivate);
}

export interface AuditVerifier {
  /** The next row, in order of `seq`. */
  push(row: ChainRow): void;
  /** Rows so far. */
  count(): number;
  /** After the last row; `strayPrivate` names rows that sealed data is there for. */
  finish(strayPrivate: Iterable<number>): AuditReport;
}

/** The same walk, handed one row after the other: by a reader of a file, or a bit at a time beside other work. */
export function createAuditVerifier(states: SignedStates, trust: AuditTrust): AuditVerifier {
  const problems = createProblemList();
  const signatures = createSignatureCheck(trust.publicKeyPem, problems);
  const head = states.head && signatures.isHead(states.head) ? states.head : undefined;
  const anchors = createAnchors(states.checkpoints, trust.kept, signatures, problems);
  const walk = createWalk({ problems, anchors, head, identify: createIdentifier() });
  let waiting: ChainRow | undefined;
  let rows = 0;

  return {
    push(row) {
      rows += 1;
      if (waiting) walk.visit(waiting, row);
      waiting = row;
    },
    count: () => rows,
    finish(strayPrivate) {
      if (waiting) walk.visit(waiting, undefined);
      waiting = undefined;
      anchors.drain();
      judgeEnd({ states, head, trust, problems, anchors, rows, last: walk.last() });
      for (const seq of strayPrivate) {
        if (problems.isGone(seq)) continue;
        problems.add('private-added', seq, seq, `Sealed data is there for row ${seq}, which is not.`);
      }
      return {
        ok: problems.items.length === 0,
        rows,
        checkpoints: anchors.count(),
        head: states.head ? { seq: states.head.seq, hash: states.head.head } : null,
        problems: problems.items.toSorted((a, b) => a.seq - b.seq),
        hasMore: problems.hasMore,
      };
    },
  };
}

interface LastRow {
  /** Its number when it was written. */
  readonly seq: number;
  readonly hash: string;
  /** Nothing is wrong with it as far as its own hash and its neighbours say. */
  readonly isSound: boolean;
  /** The last row whose hash was signed. */
  readonly anchoredAt: number;
  /** A stretch up to here was found to be written anew. */
  readonly isRewritten: boolean;
}

function createWalk({
  problems,
  anchors,
  head,
  identify,
}: {
  readonly problems: ProblemList;
  readonly anchors: Anchors;
  readonly head: StoredHead | undefined;
  readonly identify: Identify;
}): { visit(row: ChainRow, next: ChainRow | undefined): void; last(): LastRow | undefined } {
  let storedSeq = 0;
  /** How far rows stand behind the place they were written at: above 0 after added rows, below after removed ones. */
  let shift = 0;
  let previous: LastRow | undefined;
  let anchoredAt = 0;
  let isRewritten = false;

  /** Whether all that follows moved along with a row, so that rows before it were added or taken out. */
  const isShift = (row: ChainRow, next: ChainRow | undefined, writtenAt: number): boolean => {
    const moved = row.seq - writtenAt;
    if (moved > shift && !identify.isKnown(writtenAt - 1, row.prevHash)) return false;
    if (!next) return head !== undefined && head.seq === writtenAt;
    return identify.find(next, moved) === next.seq - moved && next.prevHash === row.hash;
  };

  const place = (row: ChainRow, next: ChainRow | undefined): { isSound: boolean; hasGap: boolean } => {
    let hasGap = false;
    if (row.seq > storedSeq + 1) {
      const [first, last] = [storedSeq + 1 - shift, row.seq - 1 - shift];
      problems.add('missing', first, last, `${rowWords(first, last)}: not there.`);
      hasGap = true;
    }
    const writtenAt = identify.find(row, shift);
    if (writtenAt === row.seq - shift) return { isSound: true, hasGap };
    if (writtenAt !== undefined && isShift(row, next, writtenAt)) {
      const moved = row.seq - writtenAt;
      if (moved > shift) {
        const [first, last] = [Math.max(1, row.seq - (moved - shift)), row.seq - 1];
        problems.dropChanged(first, last);
        isRewritten = false;
        problems.add('added', first, last, `${rowWords(first, last)}: put in; what follows was moved on.`);
      } else {
        const [first, last] = [Math.max(1, writtenAt - (shift - moved)), writtenAt - 1];
        problems.add(
          'missing',
          first,
          last,
          `${rowWords(first, last)}: taken out; what follows was moved up.`,
        );
      }
      shift = moved;
      return { isSound: true, hasGap: true };
    }
    const words = writtenAt === undefined ? 'the content does not have the hash' : `was row ${writtenAt}`;
    problems.add('changed', row.seq, row.seq, `Row ${row.seq}: ${words}.`);
    return { isSound: false, hasGap };
  };

  /** Two rows, each with a hash of its own content, but not of one chain: which of them was written anew. */
  const blame = (row: ChainRow, next: ChainRow | undefined, before: LastRow | undefined): boolean => {
    const seq = row.seq - shift;
    if (!before) {
      problems.add('changed', seq, seq, `Row ${seq}: does not start the chain.`);
      return false;
    }
    const isNextFollowing = next ? next.prevHash === row.hash : head?.head === row.hash;
    const last = isNextFollowing ? before.seq : seq;
    problems.add(
      'changed',
      before.seq,
      last,
      `${rowWords(before.seq, last)}: not what row ${seq} was chained to.`,
    );
    return isNextFollowing;
  };

  return {
    visit(row, next) {
      if (row.seq < 1) {
        problems.add('added', row.seq, row.seq, `Row ${row.seq}: the log starts with row 1.`);
        return;
      }
      const placed = place(row, next);
      let { isSound } = placed;
      const seq = row.seq - shift;
      if (isSound && !placed.hasGap && (previous?.isSound ?? true)) {
        if (row.prevHash !== (previous?.hash ?? GENESIS)) isSound = blame(row, next, previous);
      }

      const anchor = anchors.at(seq);
      for (const signed of anchor.heads) {
        if (signed === row.hash) {
          anchoredAt = seq;
          isRewritten = false;
        } else if (isSound && !isRewritten) {
          const first = Math.min(anchoredAt + 1, seq);
          problems.add(
            'changed',
            first,
            seq,
            `${rowWords(first, seq)}: do not lead to what was signed for row ${seq}.`,
          );
          isRewritten = true;
        }
      }
      if (seq % CHECKPOINT_EVERY_ROWS === 0 && !anchor.isListed) {
        problems.add('checkpoint-missing', seq, seq, `The checkpoint of row ${seq} is not there.`);
      }
      if (shift === 0) judgePrivate(row, problems);

      storedSeq = row.seq;
      previous = { seq, hash: row.hash, isSound, anchoredAt, isRewritten };
      identify.remember(seq, row.hash);
    },
    last: () => previous,
  };
}

function judgePrivate(row: ChainRow, problems: ProblemList): void {
  if (isOpaque(row) || row.sealedHash === undefined) return;
  const { seq, privateHash, sealedHash } = row;
  if (privateHash === sealedHash) return;
  if (sealedHash === null) {
    problems.add('private-missing', seq, seq, `Row ${seq}: the sealed data beside it is not there.`);
  } else if (privateHash === null) {
    problems.add('private-added', seq, seq, `Row ${seq}: has no sealed data, yet some lies beside it.`);
  } else {
    problems.add(
      'private-changed',
      seq,
      seq,
      `Row ${seq}: the sealed data beside it is not what was chained.`,
    );
  }
}

/** What head, checkpoints and the checkpoint kept outside say about the end. */
function judgeEnd({
  states,
  head,
  trust,
  problems,
  anchors,
  rows,
  last,
}: {
  readonly states: SignedStates;
  /** The stored head, if its signature is good. */
  readonly head: StoredHead | undefined;
  readonly trust: AuditTrust;
  readonly problems: ProblemList;
  readonly anchors: Anchors;
  readonly rows: number;
  readonly last: LastRow | undefined;
}): void {
  const end = last?.seq ?? 0;
  const signed = Math.max(head?.seq ?? 0, anchors.highest());
  if (signed > end) {
    problems.add('cut-off', end + 1, signed, `${rowWords(end + 1, signed)}: cut off the end.`);
  } else if (!states.head && (rows > 0 || signed > 0 || trust.hasHistory === true)) {
    problems.add(
      'cut-off',
      end + 1,
      end + 1,
      `The signed head is not there: rows after ${end} may be cut off.`,
    );
  }
  if (!head || !last || head.seq > end) return;
  if (head.seq < end) {
    const first = Math.max(head.seq, last.anchoredAt) + 1;
    if (first > end) {
      problems.add(
        'changed',
        head.seq,
        head.seq,
        `The head is of an older state than the checkpoint of row ${end}.`,
      );
    } else {
      problems.add('added', first, end, `${rowWords(first, end)}: after the last one that was signed.`);
    }
    return;
  }
  if (head.head !== last.hash && last.isSound && !last.isRewritten) {
    const first = Math.min(last.anchoredAt + 1, end);
    problems.add('changed', first, end, `${rowWords(first, end)}: do not lead to the head that was signed.`);
  }
}
