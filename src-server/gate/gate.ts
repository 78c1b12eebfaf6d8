import type { Tx } from '../db/open';
import type { ActionRow } from './actions.repo';
import { adoptProposals, cancelPending, expireOverdue, prune, stopGrace } from './care';
import type { Caller } from './caller';
import { command, query } from './commands';
import { decide, edit, markRead, retry, undo, type Decision, type Seen } from './decide';
import type { ActionDefinition, CommandDefinition, QueryDefinition } from './define-action';
import type { GateDeps } from './deps';
import { executeApproved } from './execute';
import { findAnswer, storeAnswer, type StoredAnswer } from './idempotency';
import { admit } from './admission';
import { withdraw } from './closing';
import { perform, type Outcome, type PerformOptions } from './propose';

/**
 * The one gate. Doors call `perform`, `query` and `command`; people's decisions come through `decide` and its
 * neighbours; the job runner calls `execute`, `expireOverdue` and `prune`. Nothing else writes what agents do.
 */
export interface Gate {
  /** Counts an agent's tool call and refuses it where pause or scope say so, before anything is read of it. */
  admit(
    tool: { readonly name: string; readonly scope: string | null; readonly isOpenWhilePaused?: boolean },
    caller: Caller,
  ): Promise<void>;
  /** The first answer to the caller's `Idempotency-Key`. @throws AppError `idempotency_mismatch` */
  findAnswer(caller: Caller): StoredAnswer | undefined;
  /**
   * Keeps an answer for repeats, for writes that are no actions: those are done before their answer is known. A
   * process killed in between leaves the effect without an answer, and a repeat then hears of the conflict.
   */
  keepAnswer(caller: Caller, answer: StoredAnswer, options?: { readonly hasSecret: boolean }): void;
  perform<Input, Output>(
    definition: ActionDefinition<Input, Output>,
    input: unknown,
    caller: Caller,
    options?: PerformOptions<Output>,
  ): Promise<Outcome<Output>>;
  query<Input, Output>(
    definition: QueryDefinition<Input, Output>,
    input: unknown,
    caller: Caller,
  ): Promise<Output>;
  command<Input, Output>(
    definition: CommandDefinition<Input, Output>,
    input: unknown,
    caller: Caller,
  ): Output;
  withdraw(actionId: string, caller: Caller): ActionRow;
  markRead(seen: Seen, caller: Caller): void;
  decide(decision: Decision, caller: Caller): ActionRow;
  edit(change: Seen & { readonly fields: Readonly<Record<string, string>> }, caller: Caller): ActionRow;
  retry(actionId: string, caller: Caller): ActionRow;
  undo(actionId: string, caller: Caller): ActionRow;
  execute(actionId: string): void;
  expireOverdue(): number;
  prune(): void;
  /** For the claim and agent services, inside their own transactions. */
  readonly proposals: {
    adopt(tx: Tx, agentId: string, ownerId: string, now: number): number;
    cancelPending(tx: Tx, agentId: string, caller: Caller, now: number): number;
    stopGrace(tx: Tx, agentId: string, caller: Caller, now: number): number;
  };
}

export function createGate(deps: GateDeps): Gate {
  return {
    admit: (tool, caller) => admit(deps, tool, caller),
    findAnswer: (caller) => findAnswer(deps.reader, caller.idempotency, deps.clock.now()),
    keepAnswer(caller, answer, { hasSecret } = { hasSecret: false }) {
      if (!caller.idempotency) return;
      deps.writer.transaction((tx) =>
        storeAnswer(tx, caller.idempotency, answer, { now: deps.clock.now(), hasSecret }),
      );
    },
    perform: (definition, input, caller, options) => perform(deps, definition, input, caller, options),
    query: (definition, input, caller) => query(deps, definition, input, caller),
    command: (definition, input, caller) => command(deps, definition, input, caller),
    withdraw: (actionId, caller) => withdraw(deps, actionId, caller),
    markRead: (seen, caller) => markRead(deps, seen, caller),
    decide: (decision, caller) => decide(deps, decision, caller),
    edit: (change, caller) => edit(deps, change, caller),
    retry: (actionId, caller) => retry(deps, actionId, caller),
    undo: (actionId, caller) => undo(deps, actionId, caller),
    execute: (actionId) => executeApproved(deps, actionId),
    expireOverdue: () => expireOverdue(deps),
    prune: () => prune(deps),
    proposals: {
      adopt: (tx, agentId, ownerId, now) => adoptProposals(deps, tx, agentId, ownerId, now),
      cancelPending: (tx, agentId, caller, now) => cancelPending(deps, tx, agentId, caller, now),
      stopGrace: (tx, agentId, caller, now) => stopGrace(deps, tx, agentId, caller, now),
    },
  };
}
