import type { Kind } from '../contract/common';
import type { Tx } from '../db/open';
import type { ActionRow } from './actions.repo';
import { adoptProposals, cancelPending, expireOverdue, prune, stopGrace, type StopReason } from './care';
import {
  allowForAWhile,
  endAllow,
  endGrants,
  settleGrant,
  sweepGrants,
  type EndedGrants,
  type WantedAllow,
} from './allow';
import { decideBulk, type BulkDecision, type BulkResult } from './bulk';
import type { Caller } from './caller';
import { command, preview, query } from './commands';
import { decide, markRead, type Decision, type Seen } from './decide';
import type { ActionDefinition, CommandDefinition, QueryDefinition } from './define-action';
import type { GateDeps } from './deps';
import { edit, type Edit } from './edit';
import { settleDecision } from './execute';
import { findAnswer, type InTransaction, type StoredAnswer } from './idempotency';
import { admit } from './admission';
import { withdraw } from './closing';
import { perform, type Outcome, type PerformOptions } from './propose';
import { snooze, unsnooze, wakeSnoozed } from './snooze';
import { retry, undo } from './undo-retry';

/**
 * The one gate. Doors call `perform`, `query` and `command`; people's decisions come through `decide` and its
 * neighbours; the job runner calls `execute`, `expireOverdue`, `wakeSnoozed` and `prune`. Nothing else writes what agents do.
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
   * Runs `inTransaction` in a transaction of its own: the answer of a call that turned out to have no effect left to
   * make, or never has one. Whatever has an effect takes `inTransaction` along with it.
   */
  keepAnswer<Result>(result: Result, inTransaction: InTransaction<Result>): void;
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
    inTransaction?: InTransaction<Output>,
  ): Output;
  /** What a command would answer, rolled back: a preview of its consequences. */
  preview<Input, Output>(
    definition: CommandDefinition<Input, Output>,
    input: unknown,
    caller: Caller,
  ): Output;
  withdraw(actionId: string, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  markRead(
    seen: Seen & { readonly channel?: string },
    caller: Caller,
    inTransaction?: InTransaction<void>,
  ): void;
  decide(decision: Decision, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  /** Decides on several reversible proposals that were all read, each in a transaction of its own. */
  decideBulk(decision: BulkDecision, caller: Caller): readonly BulkResult[];
  snooze(
    put: { readonly actionId: string; readonly until: number },
    caller: Caller,
    inTransaction?: InTransaction<ActionRow>,
  ): ActionRow;
  unsnooze(actionId: string, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  edit(change: Edit, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  retry(actionId: string, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  undo(actionId: string, caller: Caller, inTransaction?: InTransaction<ActionRow>): ActionRow;
  /** Carries a decision out once its grace is over. */
  execute(actionId: string): void;
  /** Lets one kind of an nb agent run without asking for at most an hour. */
  allowForAWhile(wanted: WantedAllow, caller: Caller, inTransaction?: InTransaction<void>): void;
  endAllow(
    which: { readonly agentId: string; readonly kind: Kind },
    caller: Caller,
    inTransaction?: InTransaction<void>,
  ): void;
  /** Writes down the time-boxed allows that are over. */
  sweepGrants(): void;
  /** Ends an owner's or an agent's allows that started before `at`: a pause, a freeze, an agent that leaves. */
  endGrants(which: EndedGrants): void;
  /** The job of an allow came: it is over, or ended with the process that knew it. */
  settleGrant(payload: Readonly<Record<string, unknown>>): void;
  expireOverdue(): number;
  /** Brings back what was snoozed until now. */
  wakeSnoozed(): number;
  prune(): void;
  /** For the claim and agent services, inside their own transactions. */
  readonly proposals: {
    adopt(tx: Tx, agentId: string, ownerId: string, now: number): number;
    cancelPending(tx: Tx, agentId: string, caller: Caller, now: number): number;
    /** Pause and freeze: what was decided and not carried out waits again. */
    stopGrace(tx: Tx, agentId: string, caller: Caller, now: number, reason?: StopReason): number;
  };
}

export function createGate(deps: GateDeps): Gate {
  return {
    admit: (tool, caller) => admit(deps, tool, caller),
    findAnswer: (caller) => findAnswer(deps.reader, caller.idempotency, deps.clock.now()),
    keepAnswer: (result, inTransaction) =>
      deps.writer.transaction((tx) => inTransaction(tx, result, deps.clock.now())),
    perform: (definition, input, caller, options) => perform(deps, definition, input, caller, options),
    query: (definition, input, caller) => query(deps, definition, input, caller),
    command: (definition, input, caller, inTransaction) =>
      command(deps, definition, input, caller, inTransaction),
    preview: (definition, input, caller) => preview(deps, definition, input, caller),
    withdraw: (actionId, caller, inTransaction) => withdraw(deps, actionId, caller, inTransaction),
    markRead: (seen, caller, inTransaction) => markRead(deps, seen, caller, inTransaction),
    decide: (decision, caller, inTransaction) => decide(deps, decision, caller, inTransaction),
    decideBulk: (decision, caller) => decideBulk(deps, decision, caller),
    snooze: (put, caller, inTransaction) => snooze(deps, put, caller, inTransaction),
    unsnooze: (actionId, caller, inTransaction) => unsnooze(deps, actionId, caller, inTransaction),
    edit: (change, caller, inTransaction) => edit(deps, change, caller, inTransaction),
    retry: (actionId, caller, inTransaction) => retry(deps, actionId, caller, inTransaction),
    undo: (actionId, caller, inTransaction) => undo(deps, actionId, caller, inTransaction),
    execute: (actionId) => settleDecision(deps, actionId),
    allowForAWhile: (wanted, caller, inTransaction) => allowForAWhile(deps, wanted, caller, inTransaction),
    endAllow: (which, caller, inTransaction) => endAllow(deps, which, caller, inTransaction),
    sweepGrants: () => sweepGrants(deps),
    endGrants: (which) => endGrants(deps, which),
    settleGrant: (payload) => settleGrant(deps, payload),
    expireOverdue: () => expireOverdue(deps),
    wakeSnoozed: () => wakeSnoozed(deps),
    prune: () => prune(deps),
    proposals: {
      adopt: (tx, agentId, ownerId, now) => adoptProposals(deps, tx, agentId, ownerId, now),
      cancelPending: (tx, agentId, caller, now) => cancelPending(deps, tx, agentId, caller, now),
      stopGrace: (tx, agentId, caller, now, reason) => stopGrace(deps, tx, agentId, caller, now, reason),
    },
  };
}
