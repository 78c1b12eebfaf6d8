import { hashAuditRow } from '../../gate/audit-format';
import { isOpaque, type ChainRow } from './chain-row';

/** How far a row may have been moved to be recognised; beyond, it only counts as changed. */
const MAX_MOVE = 16;
/** Rows looked at for where they were written; with more of them wrong, all that matters is said already. */
const MAX_SEARCHES = 2_000;
const REMEMBERED = 64;

/** A row's hash covers its number, so a row that was moved still tells where it was written. */
export interface Identify {
  /** The number a row was written with, the one it has less `shift` first; undefined when its content was changed. */
  find(row: ChainRow, shift: number): number | undefined;
  remember(seq: number, hash: string): void;
  /** Whether a row walked lately had this number and this hash. The row before the first has neither. */
  isKnown(seq: number, hash: string): boolean;
}

export function createIdentifier(): Identify {
  const recent = new Map<number, string>();
  let searches = 0;
  let cached: { row: ChainRow; seq: number | undefined } | undefined;

  const isWrittenAt = (row: ChainRow, seq: number): boolean =>
    seq >= 1 && !isOpaque(row) && hashAuditRow({ ...row, seq }) === row.hash;

  const search = (row: ChainRow, shift: number): number | undefined => {
    // Without its content nothing says where it was written: it stands where its neighbours do.
    if (isOpaque(row)) return row.seq - shift;
    if (isWrittenAt(row, row.seq - shift)) return row.seq - shift;
    if (searches >= MAX_SEARCHES) return undefined;
    searches += 1;
    for (let move = 0; move <= MAX_MOVE; move += 1) {
      if (isWrittenAt(row, row.seq - move)) return row.seq - move;
      if (move > 0 && isWrittenAt(row, row.seq + move)) return row.seq + move;
    }
    return undefined;
  };

  return {
    find(row, shift) {
      // The next row is looked at before it is visited: its hash is made once.
      if (cached?.row !== row) cached = { row, seq: search(row, shift) };
      return cached.seq;
    },
    remember(seq, hash) {
      recent.set(seq, hash);
      if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value ?? seq);
    },
    isKnown: (seq, hash) => (seq === 0 ? /^0{64}$/.test(hash) : recent.get(seq) === hash),
  };
}
