import { inOneRead } from '../db/one-read';
import { AppError, isAppError } from '../lib/errors';
import { parseOrThrow } from '../lib/validate';
import type { Caller, UserActor } from './caller';
import type { CommandDefinition, QueryDefinition } from './define-action';
import type { GateDeps } from './deps';
import { appendEvent } from './events';
import type { InTransaction } from './idempotency';
import { assertMayCall, assertScope, consumeLimits } from './admission';

/** A person at their own desk, or an admin; never an agent, whatever it holds. */
export function requireUser(caller: Caller, access: 'owner' | 'admin', needsDecide: boolean): UserActor {
  const { actor } = caller;
  if (actor.type === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
  if (actor.type !== 'user') throw new AppError('actor_denied', 'Only a person can do this.');
  if (access === 'admin' && actor.role !== 'admin')
    throw new AppError('forbidden', 'Only an admin can do this.', { reason: 'admin_only' });
  if (needsDecide && !actor.mayDecide)
    throw new AppError('actor_denied', 'Decide in the Countersign window.', { reason: 'window_only' });
  return actor;
}

/** Runs a person's command with its audit row, its events and the answer to repeats in one transaction. */
export function command<Input, Output>(
  deps: GateDeps,
  definition: CommandDefinition<Input, Output>,
  rawInput: unknown,
  caller: Caller,
  inTransaction?: InTransaction<Output>,
): Output {
  const user = requireUser(caller, definition.access, definition.needsDecide);
  const input = parseOrThrow(definition.input, rawInput);
  const result = deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      const made = definition.run(tx, {
        input,
        user,
        caller,
        now,
        ids: deps.ids,
        emit: (topic, data) => appendEvent(tx, { topic, data, traceId: caller.traceId, now }),
      });
      deps.audit.append(
        tx,
        {
          type: definition.name,
          caller,
          agentId: made.audit.agentId ?? null,
          ownerId: user.userId,
          subjectType: made.audit.subjectType,
          subjectId: made.audit.subjectId,
          ...(made.audit.data ? { data: made.audit.data } : {}),
          person: { id: user.userId, ...(made.audit.private ? { data: made.audit.private } : {}) },
        },
        now,
      );
      inTransaction?.(tx, made.result, now);
      return made.result;
    },
    { isDurable: definition.isDurable },
  );
  deps.afterCommit();
  return result;
}

/** Thrown to roll a rehearsal back; nobody else ever sees it. */
class Rehearsed extends Error {}

/**
 * What a command would do: the real handler runs in a savepoint that is rolled back, so that what is foretold can't
 * differ from what happens. Nothing is audited, no event is sent.
 */
export function preview<Input, Output>(
  deps: GateDeps,
  definition: CommandDefinition<Input, Output>,
  rawInput: unknown,
  caller: Caller,
): Output {
  const user = requireUser(caller, definition.access, definition.needsDecide);
  const input = parseOrThrow(definition.input, rawInput);
  let foretold: { readonly result: Output } | undefined;
  try {
    deps.writer.transaction((tx) =>
      deps.writer.savepoint(tx, () => {
        foretold = definition.run(tx, {
          input,
          user,
          caller,
          now: deps.clock.now(),
          ids: deps.ids,
          emit: () => {},
        });
        throw new Rehearsed();
      }),
    );
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
  if (!foretold) throw new Error(`The rehearsal of ${definition.name} gave nothing`);
  return foretold.result;
}

/** A read through any door: scope and limits as for writes, the read-only connection, a line in the calls log. */
export async function query<Input, Output>(
  deps: GateDeps,
  definition: QueryDefinition<Input, Output>,
  rawInput: unknown,
  caller: Caller,
): Promise<Output> {
  const { actor } = caller;
  const startedAt = performance.now();
  let outcome = 'ok';
  try {
    if (actor.type === 'agent') {
      if (definition.isOpenWhilePaused !== true) assertMayCall(actor);
      if (definition.isOpen !== true) assertScope(actor, definition);
      await consumeLimits(deps, caller, definition.limits, actor.agentId);
    } else if (actor.type === 'anonymous' && definition.isOpen !== true) {
      throw new AppError('unauthenticated', `${definition.name} needs an API key.`);
    }
    const input = parseOrThrow(definition.input, rawInput);
    return inOneRead(deps.reader, () =>
      definition.handle(deps.reader, { input, caller, now: deps.clock.now() }),
    );
  } catch (error) {
    outcome = isAppError(error) ? error.code : 'internal';
    throw error;
  } finally {
    if (actor.type === 'agent') {
      deps.logCall({
        caller,
        agent: actor,
        name: definition.name,
        outcome,
        durationUs: Math.round((performance.now() - startedAt) * 1_000),
      });
    }
  }
}
