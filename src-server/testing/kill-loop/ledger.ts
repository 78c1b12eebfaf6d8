import { wordOf } from './random';

/** What is done to a proposal, by its agent or its owner. */
export const STEPS = ['create', 'revise', 'withdraw', 'read', 'edit', 'approve', 'reject', 'undo'] as const;
export type Step = (typeof STEPS)[number];

/** What a proposal must be once everything sent was answered or repeated, and every job is done. */
export type Standing = 'unknown' | 'pending' | 'withdrawn' | 'rejected' | 'executed';

export interface LedgerEntry {
  /** In its title and in each of its texts, and nowhere else. */
  readonly word: string;
  /** Which agent's. */
  readonly agent: number;
  draftId: string;
  actionId: string;
  standing: Standing;
  version: number;
  hash: string;
  content: string;
  /** How many decisions were made on it, those that were taken back included. */
  decided: number;
}

/** What the callers know: the other half of every check, written from answers alone. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  #texts = 0;

  add(agent: number): LedgerEntry {
    const entry: LedgerEntry = {
      word: wordOf('q', this.entries.length),
      agent,
      draftId: '',
      actionId: '',
      standing: 'unknown',
      version: 0,
      hash: '',
      content: '',
      decided: 0,
    };
    this.entries.push(entry);
    return entry;
  }

  /** A text nobody had before, with the entry's word in it. */
  newText(entry: LedgerEntry, what: string): string {
    this.#texts += 1;
    return `${what} about ${entry.word}, the ${wordOf('x', this.#texts)} of its kind.`;
  }

  listOf(standing: Standing): LedgerEntry[] {
    return this.entries.filter((entry) => entry.standing === standing);
  }
}
