import type { z } from 'zod';
import type { ActionStatus, Kind, Scope } from '../contract/common';
import type { Effect } from '../contract/console/inbox';
import type { CreditCostName } from '../contract/nb/costs';
import type { Reader, Tx } from '../db/open';
import type { Ids } from '../lib/ids';
import type { Vault } from '../lib/vault';
import type { AgentActor, Caller, UserActor } from './caller';
import type { DailyCapName, WindowLimitName } from './limits';

/** Something a payload points at, resolved to an id. Only type and id are hashed; the label is for people. */
export interface Target {
  readonly type: string;
  readonly id: string;
  readonly label: string;
}

/** What a run, a hold or a close of an action knows. Everything in it comes from the approved version. */
export interface ActionContext<Input> {
  readonly actionId: string;
  readonly traceId: string;
  readonly subjectId: string;
  readonly agentId: string;
  readonly ownerId: string | null;
  readonly input: Input;
  readonly targets: readonly Pick<Target, 'type' | 'id'>[];
  readonly now: number;
  readonly ids: Ids;
  /** Seals what is kept and must not be read from the file. */
  readonly vault: Pick<Vault, 'seal'>;
  readonly isSample: boolean;
  /** Writes an event with the effect; relayed after commit. */
  readonly emit: (topic: string, data: Readonly<Record<string, unknown>>) => void;
}

export interface PrepareContext {
  readonly now: number;
  /** Subject of the proposal this is to become a version of. */
  readonly revisedSubjectId: string | undefined;
  /** Outbound calls may go to this machine: tests and benchmarks. */
  readonly allowsLocalTargets: boolean;
}

export interface FieldForm {
  readonly form: 'prose' | 'line' | 'list' | 'data';
  /** Bound in code points, for text. */
  readonly maxLength?: number;
}

/**
 * One thing an agent can do. Doors only map to `input`; limits, holds, credits, idempotency and audit follow from
 * this object. `run` is synchronous and writes only through its transaction.
 */
export interface ActionDefinition<Input, Output> {
  readonly name: string;
  readonly kind: Kind;
  readonly summary: string;
  readonly input: z.ZodType<Input>;
  readonly scope: Scope | null;
  /** Id prefix of what it makes: `post`, `dm`. */
  readonly subjectPrefix: string;
  readonly limits: readonly WindowLimitName[];
  readonly dailyCap?: DailyCapName;
  /** The unclaimed mma agent may search and draft, nothing else (C-20). */
  readonly isOpenToUnclaimed: boolean;
  /** How fields are drawn, in order of display. Fields missing here are drawn as data. */
  readonly fields: Readonly<Record<string, FieldForm>>;
  /** Prose an owner may edit; never recipients, ids, amounts or addresses (decisions §3). */
  readonly editable: readonly string[];
  /** Text that becomes public, scanned before it is held (PII-1). */
  readonly publicText: readonly string[];
  readonly contentType: 'post' | 'comment' | 'message' | 'profile';
  /** The answer holds a secret: never stored for replay. */
  readonly hasSecretAnswer?: boolean;
  /**
   * Where only some answers hold a secret: the result as it is kept, and the result itself where it has none. An answer
   * that lost something is not stored for replay.
   */
  withoutSecret?(result: Output): Output;
  /** What an nb call of it is priced as (CRED-1); mma calls cost nothing. */
  readonly costName?: CreditCostName;
  /** Resolves what the input points at. @throws AppError `not_found`, `forbidden`, … */
  prepare?(
    db: Reader,
    input: Input,
    agent: AgentActor,
    context: PrepareContext,
  ): { readonly targets: readonly Target[] };
  /** Labels for targets that were stored as ids. */
  describeTargets?(db: Reader, targets: readonly Pick<Target, 'type' | 'id'>[]): readonly Target[];
  /** One line for lists; targets carry the names of who or what is meant. */
  title(input: Input, targets: readonly Target[]): string;
  effects(input: Input, targets: readonly Target[]): readonly Effect[];
  /** The visible form of a held action, e.g. a draft post; called again with each new version. */
  onHold?(tx: Tx, context: ActionContext<Input>): void;
  /** Rejected, expired, withdrawn, cancelled or failed. */
  onClose?(tx: Tx, context: ActionContext<Input>, status: ActionStatus): void;
  run(tx: Tx, context: ActionContext<Input>): Output;
  undo?(tx: Tx, context: ActionContext<Input>, result: Output): void;
  /** Path of the public thing it became. */
  resultPath?(context: { readonly subjectId: string }): string | null;
}

/** What of a result is kept: nothing that is told once. */
export function storedResultOf<Output>(
  definition: Pick<ActionDefinition<never, Output>, 'hasSecretAnswer' | 'withoutSecret'>,
  result: Output,
): string | null {
  if (definition.hasSecretAnswer === true) return null;
  return JSON.stringify(definition.withoutSecret?.(result) ?? result ?? null);
}

/** Whether an answer made of this result must not be kept for repeats. */
export function isSecretResult<Output>(
  definition: Pick<ActionDefinition<never, Output>, 'hasSecretAnswer' | 'withoutSecret'>,
  result: Output,
): boolean {
  return definition.hasSecretAnswer === true || (definition.withoutSecret?.(result) ?? result) !== result;
}

/** Any action, where its types do not matter: registries and walks. */
// The methods are bivariant, so that every definition fits without a cast.
export type AnyActionDefinition = ActionDefinition<never, unknown>;

/** Checks an action's types where it is written. */
export function defineAction<Input, Output>(
  definition: ActionDefinition<Input, Output>,
): ActionDefinition<Input, Output> {
  return definition;
}

export interface QueryContext<Input> {
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** A read. It sees the read-only connection; agents' calls are logged, not chained. */
export interface QueryDefinition<Input, Output> {
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodType<Input>;
  readonly scope: Scope | null;
  /** Callable without a credential. */
  readonly isOpen?: boolean;
  /** A paused agent may still ask what became of its own proposals. */
  readonly isOpenWhilePaused?: boolean;
  readonly limits: readonly WindowLimitName[];
  handle(db: Reader, context: QueryContext<Input>): Output;
}

export function defineQuery<Input, Output>(
  definition: QueryDefinition<Input, Output>,
): QueryDefinition<Input, Output> {
  return definition;
}

export interface CommandContext<Input> {
  readonly input: Input;
  readonly user: UserActor;
  readonly caller: Caller;
  readonly now: number;
  readonly ids: Ids;
  readonly emit: (topic: string, data: Readonly<Record<string, unknown>>) => void;
}

export interface CommandAudit {
  readonly agentId?: string | null;
  readonly subjectType: string;
  readonly subjectId: string;
  /** Ids, hashes, numbers, enum words: what may stand in the chain. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Names and texts: sealed beside the chain. */
  readonly private?: Readonly<Record<string, unknown>>;
}

/** Something a person does with what is theirs: policy, keys, pause. Never reachable with an agent's credential. */
export interface CommandDefinition<Input, Output> {
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodType<Input>;
  readonly access: 'owner' | 'admin';
  /** Policies, caps, new keys, thaw and admin commands need the window (decisions §0). */
  readonly needsDecide: boolean;
  readonly isDurable: boolean;
  run(tx: Tx, context: CommandContext<Input>): { readonly result: Output; readonly audit: CommandAudit };
}

export function defineCommand<Input, Output>(
  definition: CommandDefinition<Input, Output>,
): CommandDefinition<Input, Output> {
  return definition;
}
