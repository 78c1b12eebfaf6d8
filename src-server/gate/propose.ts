import type { ActionStatus, Kind } from '../contract/common';
import type { Tx } from '../db/open';
import { AppError, notFound } from '../lib/errors';
import { truncateCodePoints } from '../lib/text/code-points';
import { parseOrThrow } from '../lib/validate';
import {
  countOfOwner,
  countPendingOfAgent,
  findAction,
  findPolicy,
  findVersion,
  insertAction,
  insertVersion,
  updateAction,
  type ActionRow,
} from './actions.repo';
import type { AgentActor, Caller } from './caller';
import { countToday } from './daily-counts';
import type { ActionContext, ActionDefinition, Target } from './define-action';
import { definitionOf, record, type ContentIssue, type GateDeps } from './deps';
import { appendEvent } from './events';
import { findAnswer, storeAnswer, type StoredAnswer } from './idempotency';
import { KIND_TABLE, resolveVerdict } from './kinds';
import { DAILY_CAPS, PENDING_PER_AGENT, PENDING_PER_OWNER } from './limits';
import { hashPayload, tryOpenPayload } from './payload';

/** A proposal is revised a bounded number of times; after that a new one is clearer to everybody. */
export const MAX_VERSIONS = 50;
export const MAX_NOTE = 500;

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

export interface ReplayedOutcome {
  readonly type: 'replayed';
  readonly answer: StoredAnswer;
}

export type Outcome<Output> = DoneOutcome<Output> | HeldOutcome | ReplayedOutcome;

export interface PerformOptions<Output> {
  /** "Agent says": kept with the version, outside the hash, at most 500 characters. */
  readonly note?: string | null;
  /** Id of a pending or rejected action of the same agent that this becomes the next version of. */
  readonly revises?: string | undefined;
  /** The door's answer, made in the transaction so that a repeat with the same key gets the same bytes. */
  readonly answer?: (outcome: DoneOutcome<Output> | HeldOutcome) => StoredAnswer;
}

/** Refusals that hold for every call of an agent, whatever it asks. */
export function assertMayCall(agent: AgentActor): void {
  if (agent.status === 'paused') throw new AppError('paused', 'This agent was paused by your owner.');
  if (agent.status === 'suspended' || agent.status === 'banned') {
    throw new AppError('forbidden', `This agent is ${agent.status}.`);
  }
}

export function assertScope(
  agent: AgentActor,
  definition: { readonly scope: string | null; readonly name: string },
): void {
  if (definition.scope !== null && !agent.scopes.some((scope) => scope === definition.scope)) {
    throw new AppError(
      'missing_scope',
      `${definition.name} needs the scope ${definition.scope}, which this key lacks.`,
      {
        details: { requiredScope: definition.scope },
      },
    );
  }
}

/** Every window a call counts in; the tightest one is what the door prints. */
export async function consumeLimits(
  deps: GateDeps,
  caller: Caller,
  names: readonly Parameters<GateDeps['limiter']['consume']>[0][],
  subject: string,
): Promise<void> {
  for (const name of names) {
    if (name === 'mma.agent') {
      if (caller.isCounted === true) continue;
      caller.isCounted = true;
    }
    const state = await deps.limiter.consume(name, subject);
    if (state && (!caller.rateLimit || state.remaining < caller.rateLimit.remaining))
      caller.rateLimit = state;
  }
}

/**
 * The first thing that becomes of an agent's tool call, well formed or not: RATE-1 counts it, a paused agent is
 * refused, and the key must have the tool's scope. Calls by people pass; their doors count them.
 * @throws AppError `rate_limited`, `paused`, `forbidden`, `missing_scope`
 */
export async function admit(
  deps: GateDeps,
  tool: { readonly name: string; readonly scope: string | null; readonly isOpenWhilePaused?: boolean },
  caller: Caller,
): Promise<void> {
  const { actor } = caller;
  if (actor.type !== 'agent') return;
  await consumeLimits(deps, caller, ['mma.agent'], actor.agentId);
  if (tool.isOpenWhilePaused !== true) assertMayCall(actor);
  assertScope(actor, tool);
}

/**
 * The way of every agent's write: who, scope, limits, input, content, policy, caps, credits, and then either the
 * effect or a held proposal, with audit and events, in one transaction.
 */
export async function perform<Input, Output>(
  deps: GateDeps,
  definition: ActionDefinition<Input, Output>,
  rawInput: unknown,
  caller: Caller,
  options: PerformOptions<Output> = {},
): Promise<Outcome<Output>> {
  const agent = requireAgent(caller, definition.name);
  assertMayCall(agent);
  assertScope(agent, definition);
  assertClaimed(agent, caller, definition);
  await consumeLimits(deps, caller, definition.limits, agent.agentId);

  const earlier = findAnswer(deps.reader, caller.idempotency, deps.clock.now());
  if (earlier) return { type: 'replayed', answer: earlier };

  const input = parseOrThrow(definition.input, rawInput);
  const note = checkNote(options.note);
  const revised = options.revises === undefined ? undefined : findAction(deps.reader, options.revises);
  const targets =
    definition.prepare?.(deps.reader, input, agent, {
      now: deps.clock.now(),
      revisedSubjectId: revised?.subjectId,
    }).targets ?? [];
  const ownerSet = findPolicy(deps.reader, agent.agentId, definition.kind);
  let verdict = resolveVerdict(definition.kind, caller.face, agent.origin, ownerSet);
  if (verdict === 'deny') {
    throw new AppError('denied_by_policy', `Your owner does not allow ${definition.kind}.`, {
      details: { kind: definition.kind },
    });
  }
  const issues = scanPublic(deps, definition, input as Readonly<Record<string, unknown>>);
  if (issues.length > 0) {
    // PII-1 blocks on mma; on nb the owner decides where there is one (C-66).
    const isBlocking = caller.face === 'mma' || agent.origin === 'mma' || agent.ownerId === null;
    if (isBlocking) throw contentBlocked(issues);
    verdict = 'hold';
  }
  if (verdict === 'hold' && agent.ownerId === null && agent.origin !== 'mma' && caller.face !== 'mma') {
    throw new AppError('forbidden', 'This needs an owner, and nobody has claimed this agent yet.');
  }

  const cost = definition.cost?.(input) ?? 0;
  const payload = hashPayload({
    v: 1,
    kind: definition.kind,
    agentId: agent.agentId,
    input: input as Readonly<Record<string, unknown>>,
    targets: targets.map(({ type, id }) => ({ type, id })),
    cost,
  });

  const outcome = deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      // Two requests with one key may both have passed the first look while they waited.
      const meanwhile = findAnswer(tx, caller.idempotency, now);
      if (meanwhile) return { type: 'replayed', answer: meanwhile } as const;
      countCap(tx, definition, caller, agent, now);
      const step: Step<Input, Output> = {
        deps,
        definition,
        caller,
        agent,
        input,
        targets,
        payload,
        note,
        cost,
        now,
      };
      const made = options.revises
        ? revise(tx, step, options.revises)
        : verdict === 'hold'
          ? hold(tx, step)
          : runAtOnce(tx, step);
      if (options.answer) {
        storeAnswer(tx, caller.idempotency, options.answer(made), {
          now,
          hasSecret: definition.hasSecretAnswer === true,
        });
      }
      return made;
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return outcome;
}

interface Step<Input, Output> {
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
}

function requireAgent(caller: Caller, name: string): AgentActor {
  if (caller.actor.type === 'agent') return caller.actor;
  if (caller.actor.type === 'anonymous') throw new AppError('unauthenticated', `${name} needs an API key.`);
  throw new AppError('actor_denied', `${name} is for agents; nothing is proposed by a person to themselves.`);
}

function assertClaimed<Input, Output>(
  agent: AgentActor,
  caller: Caller,
  definition: ActionDefinition<Input, Output>,
): void {
  if (agent.ownerId !== null || definition.isOpenToUnclaimed) return;
  // C-20: until claimed, an mma agent searches and drafts; nb agents act by their default policy.
  if (agent.origin === 'mma' || caller.face === 'mma') {
    throw new AppError('forbidden', `${definition.name} is possible once a person has claimed this agent.`, {
      details: { claimed: false },
    });
  }
}

function checkNote(note: string | null | undefined): string | null {
  if (note === null || note === undefined || note.trim() === '') return null;
  const length = [...note].length;
  if (length > MAX_NOTE) {
    throw new AppError('validation', `note: must have at most ${MAX_NOTE} characters, has ${length}`, {
      fields: [{ path: 'note', message: `must have at most ${MAX_NOTE} characters` }],
    });
  }
  return note;
}

/** PII-1 over every field that becomes public, each text of a list by itself. */
export function scanPublic(
  deps: Pick<GateDeps, 'scanPublicText'>,
  { publicText }: { readonly publicText: readonly string[] },
  input: Readonly<Record<string, unknown>>,
): ContentIssue[] {
  return publicText.flatMap((field) => {
    const value = input[field];
    if (!Array.isArray(value)) return typeof value === 'string' ? deps.scanPublicText(value, field) : [];
    return value.flatMap((item: unknown, at) =>
      typeof item === 'string' ? deps.scanPublicText(item, `${field}.${at}`) : [],
    );
  });
}

export function contentBlocked(issues: readonly ContentIssue[]): AppError {
  const first = issues.slice(0, 10);
  return new AppError(
    'content_blocked',
    first
      .map(
        ({ field, message, span }) =>
          `${field ?? 'content'}: ${message} (characters ${span[0]} to ${span[1]})`,
      )
      .join('; '),
    {
      fields: first.map(({ field, message }) => ({ path: field ?? 'content', message })),
      details: { issues: first },
    },
  );
}

function countCap<Input, Output>(
  tx: Tx,
  definition: ActionDefinition<Input, Output>,
  caller: Caller,
  agent: AgentActor,
  now: number,
): void {
  const cap = definition.dailyCap;
  if (cap && DAILY_CAPS[cap].faces.some((face) => face === caller.face))
    countToday(tx, agent.agentId, cap, now);
}

export function contextOf<Input>(
  deps: GateDeps,
  tx: Tx,
  action: Pick<ActionRow, 'id' | 'subjectId' | 'agentId' | 'ownerId' | 'traceId' | 'isSample'>,
  input: Input,
  targets: readonly Pick<Target, 'type' | 'id'>[],
  now: number,
): ActionContext<Input> {
  return {
    actionId: action.id,
    subjectId: action.subjectId,
    agentId: action.agentId,
    ownerId: action.ownerId,
    input,
    targets,
    now,
    ids: deps.ids,
    isSample: action.isSample,
    emit: (topic, data) => appendEvent(tx, { topic, data, traceId: action.traceId, now }),
  };
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

function hold<Input, Output>(tx: Tx, step: Step<Input, Output>): HeldOutcome {
  const { deps, agent, definition, now } = step;
  assertRoom(deps, tx, agent);
  const expiresAt = agent.ownerId === null ? null : now + deps.expiryMsOf(tx, agent.ownerId);
  const base = newAction(step, 'pending');
  const action = {
    ...base,
    expiresAt,
    reservationId: deps.credits.reserve(tx, {
      agentId: agent.agentId,
      actionId: base.id,
      amount: step.cost,
    }),
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
  const all = countOfOwner(tx, agent.ownerId, 'pending', PENDING_PER_OWNER);
  if (all >= PENDING_PER_OWNER) {
    throw new AppError('backlog_full', `Your owner has ${all} proposals waiting; wait for decisions.`, {
      retryAfterSeconds: 60,
      details: { waiting: all, limit: PENDING_PER_OWNER },
    });
  }
}

function runAtOnce<Input, Output>(tx: Tx, step: Step<Input, Output>): DoneOutcome<Output> {
  const { deps, agent, definition, now } = step;
  const base = newAction(step, 'executed');
  const reservationId = deps.credits.reserve(tx, {
    agentId: agent.agentId,
    actionId: base.id,
    amount: step.cost,
  });
  const context = contextOf(deps, tx, base, step.input, step.targets, now);
  const result = definition.run(tx, context);
  if (reservationId) deps.credits.capture(tx, reservationId);
  const action = {
    ...base,
    reservationId,
    executedAt: now,
    attempts: 1,
    result: definition.hasSecretAnswer ? null : JSON.stringify(result),
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
        by: 'policy',
        isOwnerTold: KIND_TABLE[definition.kind].isOwnerTold,
      },
      personId: agent.ownerId ?? agent.contactId,
    },
    now,
  );
  return { type: 'done', actionId: action.id, subjectId: action.subjectId, result };
}

function revise<Input, Output>(tx: Tx, step: Step<Input, Output>, actionId: string): HeldOutcome {
  const { deps, agent, definition, now, payload } = step;
  const action = findAction(tx, actionId);
  if (!action || action.agentId !== agent.agentId || action.actionName !== definition.name) {
    throw notFound('proposal');
  }
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
    reservationId: deps.credits.reserve(tx, { agentId: agent.agentId, actionId, amount: step.cost }),
    updatedAt: now,
    expiresAt: agent.ownerId === null ? null : now + deps.expiryMsOf(tx, agent.ownerId),
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

/** Its time is over, whether or not the sweep came by yet: silence is no. */
export function isOverdue(action: Pick<ActionRow, 'status' | 'expiresAt'>, now: number): boolean {
  return action.status === 'pending' && action.expiresAt !== null && action.expiresAt <= now;
}

/**
 * The agent takes a pending proposal back; at most it can do this with its own.
 * @throws AppError `not_found`, `invalid_transition`
 */
export function withdraw(deps: GateDeps, actionId: string, caller: Caller): ActionRow {
  const agent = requireAgent(caller, 'proposals.withdraw');
  assertMayCall(agent);
  deps.writer.transaction((tx) => {
    const action = findAction(tx, actionId);
    if (!action || action.agentId !== agent.agentId) throw notFound('proposal');
    if (action.status === 'withdrawn') return;
    if (action.status !== 'pending') {
      throw new AppError('invalid_transition', `A proposal that is ${action.status} can't be withdrawn.`, {
        details: { status: action.status },
      });
    }
    closeAction(deps, tx, action, {
      status: 'withdrawn',
      type: 'action.withdrawn',
      caller,
      now: deps.clock.now(),
    });
  });
  deps.afterCommit();
  const after = findAction(deps.reader, actionId);
  if (!after) throw notFound('proposal');
  return after;
}

/** Ends a pending action without an effect: releases its credits and closes its visible form. */
export function closeAction(
  deps: GateDeps,
  tx: Tx,
  action: ActionRow,
  end: {
    readonly status: Extract<ActionStatus, 'rejected' | 'expired' | 'withdrawn' | 'cancelled'>;
    readonly type: string;
    readonly caller: Caller;
    readonly now: number;
    readonly decisionId?: string;
    readonly data?: Readonly<Record<string, unknown>>;
    readonly personData?: Readonly<Record<string, unknown>>;
  },
): void {
  const { now } = end;
  if (action.reservationId) deps.credits.release(tx, action.reservationId);
  updateAction(tx, action.id, {
    status: end.status,
    updatedAt: now,
    decidedAt: now,
    runAt: null,
    reservationId: null,
    ...(end.decisionId === undefined ? {} : { decisionId: end.decisionId }),
  });
  const stored = findVersion(tx, action.id, action.version);
  const payload = stored && tryOpenPayload(stored);
  if (payload) {
    definitionOf(deps, action.actionName).onClose?.(
      tx,
      contextOf(deps, tx, action, payload.input, payload.targets, now),
      end.status,
    );
  }
  record(
    deps,
    tx,
    {
      type: end.type,
      caller: end.caller,
      action,
      data: { version: action.version, hash: action.hash, ...end.data },
      personId: action.ownerId,
      ...(end.personData ? { personData: end.personData } : {}),
    },
    now,
  );
}
