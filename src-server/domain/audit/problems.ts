/** What is wrong with a row, or with what is signed about it. */
export type AuditProblemType =
  /** Its content, or its place in the chain, is not what was written. */
  | 'changed'
  /** It is not there, though later rows are. */
  | 'missing'
  /** It is there, though it was never written by Countersign. */
  | 'added'
  /** The end of the log is not there. */
  | 'cut-off'
  /** What should be signed by this installation is not. */
  | 'bad-signature'
  /** The sealed personal data beside the row. */
  | 'private-changed'
  | 'private-missing'
  | 'private-added'
  /** A signed state that is always made is not there. */
  | 'checkpoint-missing'
  /** Of an export: something of the file that is in no row. */
  | 'file-changed';

export interface AuditProblem {
  /** The row, or the first of them. */
  readonly seq: number;
  /** The last row, where more than one is meant. */
  readonly lastSeq: number;
  readonly problem: AuditProblemType;
  readonly message: string;
}

/** Problems named one by one; beyond, `hasMore` says that there are others. */
export const MAX_PROBLEMS = 1_000;

export interface ProblemList {
  readonly items: readonly AuditProblem[];
  readonly hasMore: boolean;
  add(problem: AuditProblemType, seq: number, lastSeq: number, message: string): void;
  /** A later finding explains earlier ones: rows that were added are not changed. */
  dropChanged(seq: number, lastSeq: number): void;
  /** Whether the row is named as missing or cut off already. */
  isGone(seq: number): boolean;
}

export function createProblemList(): ProblemList {
  let items: AuditProblem[] = [];
  let hasMore = false;
  return {
    get items() {
      return items;
    },
    get hasMore() {
      return hasMore;
    },
    add(problem, seq, lastSeq, message) {
      if (items.length >= MAX_PROBLEMS) {
        hasMore = true;
        return;
      }
      items.push({ seq, lastSeq, problem, message });
    },
    isGone: (seq) =>
      items.some(
        (item) =>
          (item.problem === 'missing' || item.problem === 'cut-off') &&
          item.seq <= seq &&
          seq <= item.lastSeq,
      ),
    dropChanged(seq, lastSeq) {
      items = items.filter(
        (item) => item.problem !== 'changed' || item.lastSeq < seq || item.lastSeq > lastSeq,
      );
    },
  };
}

/** "Row 7", "Rows 7 to 9". */
export function rowWords(seq: number, lastSeq: number): string {
  return seq === lastSeq ? `Row ${seq}` : `Rows ${seq} to ${lastSeq}`;
}
