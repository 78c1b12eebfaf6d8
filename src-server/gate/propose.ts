import { CREDIT_COSTS, type CreditCostName } from '../contract/nb/costs';
import { AppError } from '../lib/errors';
import type { Reader, Tx } from '../db/open';
import { parseOrThrow } from '../lib/validate';
import { findAction, findPolicy } from './actions.repo';
import {
  assertClaimed,
  assertMayCall,
  assertScope,
  assertStillMayCall,
  consumeLimits,
  requireAgent,
} from './admission';
import type { AgentActor, Caller } from './caller';
import { contentBlocked, scanPublic } from './content';
import { countToday } from './daily-counts';
import { isSecretResult, type ActionDefinition } from './define-action';
import type { GateDeps, SpottedKey } from './deps';
import { findAnswer, storeAnswer, type StoredAnswer } from './idempotency';
import { resolveVerdict } from './kinds';
import { DAILY_CAPS } from './limits';
import { hashPayload } from './payload';
import { hold, revise, runAtOnce, type DoneOutcome, type HeldOutcome, type Step } from './steps';

export const MAX_NOTE = 500;

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
  const prepare = (db: Reader) =>
    definition.prepare?.(db, input, agent, {
      now: deps.clock.now(),
      revisedSubjectId: revised?.subjectId,
      allowsLocalTargets: deps.allowsLocalTargets,
    }).targets ?? [];
  const targets = prepare(deps.reader);
  const ownerSet = findPolicy(deps.reader, agent.agentId, definition.kind);
  let verdict = resolveVerdict(definition.kind, caller.face, agent.origin, ownerSet);
  // The owner's deny is above a time-boxed allow, and so is whatever the content says.
  const isGranted = (): boolean => deps.grants.covers(agent, definition.kind, caller.face);
  const byGrant = verdict === 'hold' && isGranted();
  if (byGrant) verdict = 'allow';
  if (verdict === 'deny') {
    throw new AppError('denied_by_policy', `Your owner does not allow ${definition.kind}.`, {
      details: { kind: definition.kind },
    });
  }
  const spotted = deps.keySpotter.look(deps.reader, [input, note], deps.clock.now());
  const issues = scanPublic(deps, definition, input as Readonly<Record<string, unknown>>);
  if (issues.length > 0) {
    // PII-1 blocks on mma; on nb the owner decides where there is one (C-66).
    const isBlocking = caller.face === 'mma' || agent.origin === 'mma' || agent.ownerId === null;
    if (isBlocking) {
      markRefused(deps, agent, spotted.keys, caller);
      throw contentBlocked(issues);
    }
    verdict = 'hold';
  }
  // What looks like a key of ours never goes out by policy alone, in private words either.
  if (spotted.hasKeyShape && agent.ownerId !== null) verdict = 'hold';
  if (verdict === 'hold' && agent.ownerId === null && agent.origin !== 'mma' && caller.face !== 'mma') {
    throw new AppError('forbidden', 'This needs an owner, and nobody has claimed this agent yet.');
  }

  const cost = revised?.cost ?? priceOf(definition, caller);
  const payload = hashPayload({
    v: 1,
    kind: definition.kind,
    agentId: agent.agentId,
    input: input as Readonly<Record<string, unknown>>,
    targets: targets.map(({ type, id }) => ({ type, id })),
    cost,
  });

  const outcome = await deps.writer.grouped((tx): Outcome<Output> => {
    const now = deps.clock.now();
    // Others of the group, and those that passed while this one waited, are seen here for the first time: the same
    // key, or the same post.
    const meanwhile = findAnswer(tx, caller.idempotency, now);
    if (meanwhile) return { type: 'replayed', answer: meanwhile };
    assertStillMayCall(deps, tx, agent);
    prepare(tx);
    countCap(deps, tx, definition, caller, agent, now);
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
      by: byGrant ? 'grant' : 'policy',
    };
    const made = options.revises
      ? revise(tx, step, options.revises)
      : verdict === 'hold' || (byGrant && !isGranted())
        ? hold(tx, step)
        : runAtOnce(tx, step);
    deps.keySpotter.mark(tx, spotted.keys, { agentId: agent.agentId, actionId: made.actionId, caller, now });
    if (options.answer) {
      storeAnswer(tx, caller.idempotency, options.answer(made), {
        now,
        hasSecret: made.type === 'done' && isSecretResult(definition, made.result),
      });
    }
    return made;
  });
  deps.afterCommit();
  return outcome;
}

/** Content that was refused leaves no proposal, and the owner of a key in it hears of it all the same. */
function markRefused(deps: GateDeps, agent: AgentActor, keys: readonly SpottedKey[], caller: Caller): void {
  if (keys.length === 0) return;
  const now = deps.clock.now();
  deps.writer.transaction((tx) =>
    deps.keySpotter.mark(tx, keys, { agentId: agent.agentId, actionId: null, caller, now }),
  );
  deps.afterCommit();
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

/** Costs are nb's: the mma face gives away what it sells (decisions §4). */
function priceOf({ costName }: { readonly costName?: CreditCostName }, { face }: Caller): number {
  return face === 'nb' && costName !== undefined ? CREDIT_COSTS[costName] : 0;
}

function countCap<Input, Output>(
  deps: Pick<GateDeps, 'credits'>,
  tx: Tx,
  definition: ActionDefinition<Input, Output>,
  caller: Caller,
  agent: AgentActor,
  now: number,
): void {
  const cap = definition.dailyCap;
  if (!cap || !DAILY_CAPS[cap].faces.some((face) => face === caller.face)) return;
  const tier = 'perTier' in DAILY_CAPS[cap] ? deps.credits.tierOf(tx, agent.agentId) : undefined;
  countToday(tx, agent.agentId, cap, now, tier);
}
