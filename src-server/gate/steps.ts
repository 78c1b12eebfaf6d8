import type { ActionStatus, Kind } from '../contract/common';
import type { CreditCostName } from '../contract/nb/costs';
import type { Tx } from '../db/open';
import { AppError, notFound } from '../lib/errors';
import { truncateCodePoints } from '../lib/text/code-points';
import {
  countOfOwner,
  countPendingOfAgent,
  findAction,
  insertAction,
  insertVersion,
  updateAction,
  type ActionRow,
} from './actions.repo';
import { systemCaller, type AgentActor, type Caller } from './caller';
import { contextOf } from './action-context';
import type { CreditRequest } from './credits-port';
import { storedResultOf, type ActionDefinition, type Target } from './define-action';
import { record, type GateDeps } from './deps';
import { settleRejection } from './execute';
import { isInGrace, isUnsettled, voidDecision } from './grace';
import { KIND_TABLE } from './kinds';
import { PENDING_PER_AGENT, PENDING_PER_OWNER } from './limits';

/** The three ways an admitted write goes on, each within the gate's transaction: held, run at once, or revised. */

/** A proposal is revised a bounded number of times; after that a new one is clearer to everybody. */
export const MAX_VERSIONS = 50;

export interface DoneOutcome<Output> {
  readonly type: 'done';
  readonly actionId: string;
  readonly subjectId: string;
  readonly result: Output;
}

export interface HeldOutcome {
  readonly type: 'held';
  readonly actionId: string;
  readonly subjectId: string;
  readonly kind: Kind;
  readonly version: number;
  readonly hash: string;
  readonly createdAt: number;
  /** Null while the agent is unclaimed: its time starts when somebody claims it. */
  readonly expiresAt: number | null;
}

export interface Step<Input, Output> {
  readonly deps: GateDeps;
  readonly definition: ActionDefinition<Input, Output>;
  readonly caller: Caller;
  readonly agent: AgentActor;
  readonly input: Input;
  readonly targets: readonly Target[];
  readonly payload: { readonly canonical: string; readonly hash: string };
  readonly note: string | null;
  readonly cost: number;
  readonly now: number;
  /** What lets it run at once, where it does. */
  readonly by: 'policy' | 'grant';
}

function newAction<Input, Output>(
  { definition, caller, agent, input, targets, payload, cost, now, deps }: Step<Input, Output>,
  status: ActionStatus,
): Omit<ActionRow, 'tab' | 'sortAt'> {
  const actionId = deps.ids.prefixed('act');
  return {
    id: actionId,
    actionName: definition.name,
    kind: definition.kind,
    risk: KIND_TABLE[definition.kind].risk,
    agentId: agent.agentId,
    ownerId: agent.ownerId,
    face: caller.face,
    origin: agent.origin,
    status,
    version: 1,
    hash: payload.hash,
    title: titleOf(definition, input, targets),
    subjectId: deps.ids.prefixed(definition.subjectPrefix),
    cost,
    reservationId: null,
    traceId: caller.traceId,
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
    decidedAt: null,
    decisionId: null,
    runAt: null,
    snoozedUntil: null,
    executedAt: null,
    attempts: 0,
    result: null,
    failure: null,
    isUndone: false,
    isSample: agent.isSample,
  };
}

const TITLE_SHOWN = 120;

export function titleOf<Input>(
  definition: Pick<ActionDefinition<Input, unknown>, 'title'>,
  input: Input,
  targets: readonly Target[],
): string {
  return truncateCodePoints(definition.title(input, targets), TITLE_SHOWN);
}

function firstVersion<Input, Output>(step: Step<Input, Output>, actionId: string) {
  return {
    actionId,
    version: 1,
    by: 'agent' as const,
    canonical: step.payload.canonical,
    hash: step.payload.hash,
    note: step.note,
    createdAt: step.now,
  };
}

export function hold<Input, Output>(tx: Tx, step: Step<Input, Output>): HeldOutcome {
  const { deps, agent, definition, now } = step;
  assertRoom(deps, tx, agent);
  const expiresAt = agent.ownerId === null ? null : now + deps.expiryMsOf(tx, agent.ownerId);
  const base = newAction(step, 'pending');
  const action = {
    ...base,
    expiresAt,
    reservationId: reserveFor(deps, tx, definition, base),
  };
  insertAction(tx, action);
  insertVersion(tx, firstVersion(step, action.id));
  definition.onHold?.(tx, contextOf(deps, tx, action, step.input, step.targets, now));
  record(
    deps,
    tx,
    {
      type: 'action.proposed',
      caller: step.caller,
      action,
      data: { version: 1, hash: action.hash },
      personId: agent.ownerId ?? agent.contactId,
    },
    now,
  );
  return toHeld(action);
}

export function toHeld(action: Omit<ActionRow, 'tab' | 'sortAt'>): HeldOutcome {
  return {
    type: 'held',
    actionId: action.id,
    subjectId: action.subjectId,
    kind: action.kind,
    version: action.version,
    hash: action.hash,
    createdAt: action.createdAt,
    expiresAt: action.expiresAt,
  };
}

function assertRoom(deps: GateDeps, tx: Tx, agent: AgentActor): void {
  const waiting = countPendingOfAgent(tx, agent.agentId, PENDING_PER_AGENT);
  if (waiting >= PENDING_PER_AGENT) {
    throw new AppError(
      'backlog_full',
      `Your owner has ${waiting} proposals of yours waiting; wait for decisions.`,
      {
        retryAfterSeconds: 60,
        details: { waiting, limit: PENDING_PER_AGENT },
      },
    );
  }
  if (agent.ownerId === null) return;
  const all =
    countOfOwner(tx, agent.ownerId, 'pending', PENDING_PER_OWNER) +
    countOfOwner(tx, agent.ownerId, 'snoozed', PENDING_PER_OWNER);
  if (all >= PENDING_PER_OWNER) {
    throw new AppError('backlog_full', `Your owner has ${all} proposals waiting; wait for decisions.`, {
      retryAfterSeconds: 60,
      details: { waiting: all, limit: PENDING_PER_OWNER },
    });
  }
}

export function runAtOnce<Input, Output>(tx: Tx, step: Step<Input, Output>): DoneOutcome<Output> {
  const { deps, agent, definition, now } = step;
  const base = newAction(step, 'executed');
  const request = creditRequestOf(definition, base);
  if (request) deps.credits.charge(tx, request);
  const context = contextOf(deps, tx, base, step.input, step.targets, now);
  const result = definition.run(tx, context);
  const action = {
    ...base,
    executedAt: now,
    attempts: 1,
    result: storedResultOf(definition, result),
  };
  insertAction(tx, action);
  insertVersion(tx, firstVersion(step, action.id));
  record(
    deps,
    tx,
    {
      type: 'action.executed',
      caller: step.caller,
      action,
      data: {
        version: 1,
        hash: action.hash,
        by: step.by,
        isOwnerTold: KIND_TABLE[definition.kind].isOwnerTold,
      },
      personId: agent.ownerId ?? agent.contactId,
    },
    now,
  );
  return { type: 'done', actionId: action.id, subjectId: action.subjectId, result };
}

export function revise<Input, Output>(tx: Tx, step: Step<Input, Output>, actionId: string): HeldOutcome {
  const { deps, agent, definition, now, payload } = step;
  const found = findAction(tx, actionId);
  if (!found || found.agentId !== agent.agentId || found.actionName !== definition.name) {
    throw notFound('proposal');
  }
  const action = reopened(tx, step, found);
  if (action.status !== 'pending' && action.status !== 'rejected') {
    throw new AppError('invalid_transition', `A proposal that is ${action.status} can't be revised.`, {
      details: { status: action.status },
    });
  }
  if (isOverdue(action, now)) {
    throw new AppError('invalid_transition', "A proposal that is expired can't be revised; make a new one.", {
      details: { status: 'expired' },
    });
  }
  if (action.version >= MAX_VERSIONS) {
    throw new AppError(
      'invalid_transition',
      `A proposal has at most ${MAX_VERSIONS} versions; make a new one.`,
    );
  }
  if (action.status === 'rejected') assertRoom(deps, tx, agent);
  if (action.reservationId) deps.credits.release(tx, action.reservationId);
  const version = action.version + 1;
  const change = {
    status: 'pending' as const,
    version,
    hash: payload.hash,
    title: titleOf(definition, step.input, step.targets),
    cost: step.cost,
    reservationId: reserveFor(deps, tx, definition, { ...action, cost: step.cost }),
    updatedAt: now,
    expiresAt: agent.ownerId === null ? null : now + deps.expiryMsOf(tx, agent.ownerId),
    snoozedUntil: null,
    decidedAt: null,
    decisionId: null,
    runAt: null,
  };
  updateAction(tx, actionId, change);
  insertVersion(tx, { ...firstVersion(step, actionId), version });
  const revised = { ...action, ...change };
  definition.onHold?.(tx, contextOf(deps, tx, revised, step.input, step.targets, now));
  record(
    deps,
    tx,
    {
      type: 'action.revised',
      caller: step.caller,
      action: revised,
      data: { version, hash: payload.hash },
      personId: agent.ownerId ?? agent.contactId,
    },
    now,
  );
  return toHeld(revised);
}

type Priced = Pick<ActionRow, 'id' | 'agentId' | 'kind' | 'cost' | 'traceId'>;

function creditRequestOf(
  { costName }: { readonly costName?: CreditCostName },
  { id: actionId, agentId, kind, cost: amount, traceId }: Priced,
): CreditRequest | null {
  if (amount === 0) return null;
  if (costName === undefined)
    throw new Error(`Action ${actionId} costs ${amount} for nothing that has a price`);
  return { agentId, actionId, kind, costName, amount, traceId };
}

/** Sets aside what an action that waits will cost. @throws AppError `payment_required` */
export function reserveFor(
  deps: Pick<GateDeps, 'credits'>,
  tx: Tx,
  definition: { readonly costName?: CreditCostName },
  action: Priced,
): string | null {
  const request = creditRequestOf(definition, action);
  return request && deps.credits.reserve(tx, request);
}

/** A new version voids a decision in grace; what was rejected for longer is rejected for good first. */
function reopened<Input, Output>(
  tx: Tx,
  { deps, caller, now }: Step<Input, Output>,
  found: ActionRow,
): ActionRow {
  if (isInGrace(found, now)) return voidDecision(deps, tx, found, caller, 'revised', now);
  if (found.status !== 'rejected' || !isUnsettled(found)) return found;
  settleRejection(deps, tx, found, systemCaller('executor', 'job', found.traceId), now);
  return findAction(tx, found.id) ?? found;
}

/** Its time is over, whether or not the sweep came by yet: silence is no. */
export function isOverdue(action: Pick<ActionRow, 'status' | 'expiresAt'>, now: number): boolean {
  return action.status === 'pending' && action.expiresAt !== null && action.expiresAt <= now;
}
