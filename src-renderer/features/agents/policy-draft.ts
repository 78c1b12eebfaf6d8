import type { Kind, PolicyVerdict } from '../../../src-server/contract/common';
import type { PolicyRow } from '../../../src-server/contract/console/agents';

/** What the owner picked in the matrix and has not saved yet. */
export type PolicyDraft = Readonly<Partial<Record<Kind, PolicyVerdict>>>;

export interface PolicyChange {
  readonly kind: Kind;
  readonly from: PolicyVerdict;
  readonly to: PolicyVerdict;
  /** The agent may do more by itself than before. */
  readonly isLooser: boolean;
}

const FREEDOM: Record<PolicyVerdict, number> = { deny: 0, hold: 1, allow: 2 };

/** The draft with one more choice; picking what is saved takes the row out again. */
export function pick(draft: PolicyDraft, row: PolicyRow, verdict: PolicyVerdict): PolicyDraft {
  if (!row.choices.includes(verdict)) return draft;
  const { [row.kind]: _old, ...others } = draft;
  return verdict === row.verdict ? others : { ...others, [row.kind]: verdict };
}

/**
 * What saving would change, in the order of the matrix. Choices that the saved policy has caught up with, or that are
 * not on offer any more, are left out: the policy may have been changed elsewhere meanwhile.
 */
export function changesOf(policy: readonly PolicyRow[], draft: PolicyDraft): PolicyChange[] {
  return policy.flatMap((row) => {
    const to = draft[row.kind];
    if (to === undefined || to === row.verdict || !row.choices.includes(to)) return [];
    return [{ kind: row.kind, from: row.verdict, to, isLooser: FREEDOM[to] > FREEDOM[row.verdict] }];
  });
}
