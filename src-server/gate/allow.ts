import { KINDS, type AgentOrigin, type AgentStatus, type Kind, type PolicyVerdict } from '../contract/common';
import { ALLOW_MINUTES_MAX } from '../contract/console/agents';
import type { ProblemReason } from '../contract/console/problem';
import type { Tx } from '../db/open';
import { enqueue, finishJobByKey, isJobDone } from '../jobs/job';
import { MINUTE } from '../lib/clock';
import { AppError, notFound } from '../lib/errors';
import { findPolicy } from './actions.repo';
import { systemCaller, type Caller, type UserActor } from './caller';
import { requireDecider } from './decide';
import type { GateDeps } from './deps';
import { appendEvent } from './events';
import type { Grant, GrantEnd } from './grants';
import type { InTransaction } from './idempotency';
import { defaultVerdict, KIND_TABLE } from './kinds';

/** Writes the end of a time-boxed allow down, also of one that a process took with it. */
export const END_GRANT_JOB = 'grant.end';

export interface WantedAllow {
  readonly agentId: string;
  readonly kind: Kind;
  /** At most 60. */
  readonly minutes: number;
}

/** Why an owner can't let this kind run for a while; undefined when they can. */
export function findAllowRefusal(
  agent: { readonly origin: AgentOrigin; readonly status: AgentStatus; readonly frozenAt: number | null },
  kind: Kind,
  ownerSet: PolicyVerdict | undefined,
): AppError | undefined {
  const { risk, isAlwaysHeld } = KIND_TABLE[kind];
  if (risk === 'irreversible' || isAlwaysHeld) {
    const message = isAlwaysHeld ? 'is always asked for' : 'can’t be taken back, so it is always asked for';
    return new AppError('validation', `kind: ${kind} ${message}.`, {
      reason: 'always_asked',
      fields: [{ path: 'kind', message }],
    });
  }
  const refuse = (reason: ProblemReason, message: string): AppError =>
    new AppError('invalid_transition', message, { reason });
  if (agent.origin !== 'nb')
    return refuse('asked_by_other_door', 'Only an agent that came by the nb door can run without asking.');
  if (agent.frozenAt !== null) return refuse('agents_frozen', 'All your agents are frozen. Thaw them first.');
  if (agent.status !== 'active') return refuse('agent_not_active', `The agent is ${agent.status}.`);
  const verdict = ownerSet ?? defaultVerdict(kind, agent.origin);
  if (verdict === 'deny')
    return refuse('kind_denied', 'You do not allow this kind at all. Change that first.');
  if (verdict === 'allow') return refuse('kind_allowed', 'This kind runs without asking already.');
  return undefined;
}

/**
 * Lets one kind of one nb agent run without asking for a while. Kept in this process alone; see `Grants`.
 * @throws AppError `validation`, `invalid_transition`, `not_found`, `actor_denied`
 */
export function allowForAWhile(
  deps: GateDeps,
  { agentId, kind, minutes }: WantedAllow,
  caller: Caller,
  inTransaction?: InTransaction<void>,
): void {
  const user = requireDecider(caller);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > ALLOW_MINUTES_MAX) {
    const message = `must be 1 to ${ALLOW_MINUTES_MAX}`;
    throw new AppError('validation', `minutes: ${message}.`, {
      fields: [{ path: 'minutes', message, rule: 'max', bound: ALLOW_MINUTES_MAX }],
    });
  }
  sweepGrants(deps);
  const earlier = deps.grants.find(agentId, kind);
  const startedAt = deps.clock.now();
  const until = startedAt + minutes * MINUTE;
  const id = deps.ids.prefixed('gra');
  const grant: Grant = { id, agentId, ownerId: user.userId, kind, startedAt, until };
  try {
    deps.writer.transaction(
      (tx) => {
        const agent = findOwnAgent(deps, tx, agentId, user);
        const refusal = findAllowRefusal(agent, kind, findPolicy(tx, agentId, kind));
        if (refusal) throw refusal;
        if (earlier) writeEnd(deps, tx, earlier, 'replaced', caller, startedAt);
        record(deps, tx, 'grant.started', grant, { until, minutes }, caller, startedAt);
        const payload = { grantId: id, agentId, ownerId: user.userId, kind };
        enqueue(tx, deps.ids, { type: END_GRANT_JOB, key: id, payload, runAt: until }, startedAt);
        // The answer says until when; a transaction that fails takes it back.
        if (earlier) deps.grants.close(earlier.id);
        deps.grants.open(grant);
        inTransaction?.(tx, undefined, startedAt);
      },
      { isDurable: true },
    );
  } catch (error) {
    deps.grants.close(id);
    throw error;
  }
  deps.afterCommit();
}

/** Asks again from now on; harmless where nothing was allowed. @throws AppError `not_found`, `actor_denied` */
export function endAllow(
  deps: GateDeps,
  { agentId, kind }: { readonly agentId: string; readonly kind: Kind },
  caller: Caller,
  inTransaction?: InTransaction<void>,
): void {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      findOwnAgent(deps, tx, agentId, user);
      const grant = deps.grants.find(agentId, kind);
      if (grant) {
        // Ended whatever becomes of the transaction: asking once too often is the safe side.
        deps.grants.close(grant.id);
        writeEnd(deps, tx, grant, 'owner', caller, now);
      }
      inTransaction?.(tx, undefined, now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
}

/** Writes down those that are over. */
export function sweepGrants(deps: GateDeps): void {
  for (const { grant, end } of deps.grants.listOver()) closeGrant(deps, grant, end);
}

export interface EndedGrants {
  /** As events carry them: of one agent, or of all of an owner, and of one kind where it is named. */
  readonly agentId: unknown;
  readonly ownerId: unknown;
  readonly kind: unknown;
  readonly reason: GrantEnd;
  /** What started after this is not meant. */
  readonly at: number;
}

/** Ends what a pause, a freeze, another policy or an agent's leaving ends. */
export function endGrants(deps: GateDeps, { agentId, ownerId, kind, reason, at }: EndedGrants): void {
  for (const grant of deps.grants.list()) {
    const isMeant = typeof agentId === 'string' ? grant.agentId === agentId : grant.ownerId === ownerId;
    const isOfKind = typeof kind !== 'string' || grant.kind === kind;
    if (isMeant && isOfKind && grant.startedAt <= at) closeGrant(deps, grant, reason);
  }
}

/** The job of an allow came: it is over, or this process never heard of it and it ended with the one that had. */
export function settleGrant(deps: GateDeps, payload: Readonly<Record<string, unknown>>): void {
  const { grantId, agentId, ownerId, kind: named } = payload;
  const kind = KINDS.find((one) => one === named);
  if (typeof grantId !== 'string' || typeof agentId !== 'string' || typeof ownerId !== 'string' || !kind)
    return;
  if (deps.grants.has(grantId)) {
    sweepGrants(deps);
    return;
  }
  const now = deps.clock.now();
  const grant: Grant = { id: grantId, agentId, ownerId, kind, startedAt: now, until: now };
  deps.writer.transaction(
    (tx) => {
      if (!isJobDone(tx, END_GRANT_JOB, grantId)) writeEnd(deps, tx, grant, 'restart', ofSystem(deps), now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
}

function closeGrant(deps: GateDeps, grant: Grant, end: GrantEnd): void {
  deps.grants.close(grant.id);
  const now = deps.clock.now();
  deps.writer.transaction((tx) => writeEnd(deps, tx, grant, end, ofSystem(deps), now), { isDurable: true });
  deps.afterCommit();
}

function ofSystem(deps: GateDeps): Caller {
  return systemCaller('grants', 'job', deps.ids.prefixed('tr'));
}

function writeEnd(deps: GateDeps, tx: Tx, grant: Grant, end: GrantEnd, caller: Caller, now: number): void {
  finishJobByKey(tx, END_GRANT_JOB, grant.id, now);
  record(deps, tx, 'grant.ended', grant, { reason: end }, caller, now);
}

function findOwnAgent(
  deps: GateDeps,
  tx: Tx,
  agentId: string,
  user: UserActor,
): NonNullable<ReturnType<GateDeps['findAgentState']>> {
  const agent = deps.findAgentState(tx, agentId);
  if (!agent || agent.ownerId !== user.userId) throw notFound('agent');
  return agent;
}

function record(
  deps: GateDeps,
  tx: Tx,
  type: 'grant.started' | 'grant.ended',
  { id, agentId, ownerId, kind }: Grant,
  data: Readonly<Record<string, unknown>>,
  caller: Caller,
  now: number,
): void {
  deps.audit.append(
    tx,
    { type, caller, agentId, ownerId, subjectType: 'grant', subjectId: id, data: { kind, ...data } },
    now,
  );
  const topic = type === 'grant.started' ? 'agent.allowed' : 'agent.allow-ended';
  appendEvent(tx, { topic, data: { agentId, ownerId, kind }, traceId: caller.traceId, now });
}
