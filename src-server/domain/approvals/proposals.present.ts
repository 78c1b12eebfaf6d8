import type { ActionStatus } from '../../contract/common';
import type { FieldDiff } from '../../contract/console/inbox';
import type { ProposalStatus } from '../../contract/mma/tools';
import type { Db } from '../../db/open';
import { findDecision, listVersions, type ActionRow } from '../../gate/actions.repo';
import type { ActionDefinition } from '../../gate/define-action';
import { isUnsettled } from '../../gate/grace';
import { listGuidanceBeside } from '../../gate/guidance.repo';
import { tryOpenPayload, type CanonicalPayload } from '../../gate/payload';
import { titleOf } from '../../gate/steps';
import { diffFieldsOf } from '../../gate/versions';
import { toIso, toIsoOrNull } from '../../lib/clock';

/** The words agents read (decisions §3); grace is still a person's to take back, so it reads as pending. */
const AGENT_STATUS: Readonly<Record<ActionStatus, ProposalStatus>> = {
  pending: 'PENDING_CONFIRMATION',
  approved: 'PENDING_CONFIRMATION',
  executed: 'PUBLISHED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
  failed: 'FAILED',
  withdrawn: 'WITHDRAWN',
  cancelled: 'WITHDRAWN',
};

/** What became of an action, in its agent's words: what ran and was taken back again is REMOVED. */
export function agentStatusOf(action: Pick<ActionRow, 'status' | 'runAt' | 'isUndone'>): ProposalStatus {
  if (isUnsettled(action)) return 'PENDING_CONFIRMATION';
  return action.isUndone ? 'REMOVED' : AGENT_STATUS[action.status];
}

export interface ProposalAnswer extends Record<string, unknown> {
  readonly draftId: string;
  readonly kind: string;
  readonly action: string;
  readonly title: string;
  readonly status: ProposalStatus;
  readonly version: number;
  readonly payloadSha256: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string | null;
  readonly decision: ProposalDecision | null;
  readonly failure: string | null;
  /** When its owner took the executed action back; null for whatever stands, or never ran. */
  readonly removedAt: string | null;
  /** What the action answered; null once that no longer holds. */
  readonly result: unknown;
}

export interface ProposalDecision {
  readonly verdict: 'approve' | 'reject';
  readonly decidedAt: string;
  readonly reasonCode: string | null;
  readonly note: string | null;
  /** The person changed the words before approving; execute and quote these, not the original. */
  readonly edited: boolean;
  readonly diff: readonly FieldDiff[];
  /** What the person wants to be done always from now on, said beside this decision. */
  readonly guidance: readonly string[];
}

/** What of a definition a proposal is drawn with; where the definition is gone, next to nothing. */
type Drawn = Pick<ActionDefinition<unknown, unknown>, 'editable'> &
  Partial<Pick<ActionDefinition<unknown, unknown>, 'title' | 'describeTargets'>>;

/** What an agent reads of its own proposal. */
export function presentProposal(db: Db, action: ActionRow, definition: Drawn): ProposalAnswer {
  const versions = listVersions(db, action.id);
  const current = versions.find(({ version }) => version === action.version);
  const ofAgent = versions.filter(({ by }) => by === 'agent').at(-1);
  // A row changed in the file must not take the whole list with it: it reads as empty, and never runs.
  const input = (current && tryOpenPayload(current)?.input) ?? {};
  const proposed = ofAgent && tryOpenPayload(ofAgent);
  const original = ofAgent ? (proposed?.input ?? {}) : input;
  const edited = current?.by === 'owner';
  // Grace is still a person's to take back: until it is over there is no decision to tell of.
  const isOpen = action.status === 'pending' || isUnsettled(action);
  const decision = action.decisionId === null || isOpen ? undefined : findDecision(db, action.decisionId);
  // Until somebody decided, an owner's half-finished edit is nobody else's to read; what expires or is taken back
  // stays undecided for good.
  const isOwnersAlone = edited && decision === undefined;
  return {
    draftId: action.subjectId,
    kind: action.kind,
    action: action.actionName,
    title: isOwnersAlone && proposed ? proposedTitle(db, definition, proposed) : action.title,
    status: agentStatusOf(action),
    version: action.version,
    payloadSha256: action.hash,
    input: isOwnersAlone ? original : input,
    createdAt: toIso(action.createdAt),
    updatedAt: toIso(action.updatedAt),
    expiresAt: isOpen ? toIsoOrNull(action.expiresAt) : null,
    decision: decision
      ? {
          verdict: decision.verdict,
          decidedAt: toIso(decision.decidedAt),
          reasonCode: decision.reasonCode,
          note: decision.note,
          edited,
          diff: edited ? diffFieldsOf(original, input, definition.editable) : [],
          guidance: listGuidanceBeside(db, {
            agentId: action.agentId,
            actionId: action.id,
            decidedAt: decision.decidedAt,
          }).map(({ text }) => text),
        }
      : null,
    failure: action.failure,
    // Undoing is the last thing that happens to an action.
    removedAt: action.isUndone ? toIso(action.updatedAt) : null,
    result: hasResult(action) ? JSON.parse(action.result) : null,
  };
}

/** An answer such as “published, at this address” is told only while it is true. */
function hasResult(action: ActionRow): action is ActionRow & { readonly result: string } {
  return action.status === 'executed' && !action.isUndone && action.result !== null;
}

function proposedTitle(db: Db, definition: Drawn, { input, targets }: CanonicalPayload): string {
  const { title } = definition;
  if (title === undefined) return '';
  const described = definition.describeTargets?.(db, targets) ?? [];
  return titleOf({ title: (given, known) => title(given, known) }, input, described);
}
