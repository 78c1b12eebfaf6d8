import type { z } from 'zod';
import type { Scope } from '../../contract/common';
import type { Caller } from '../../gate/caller';
import type { ActionDefinition } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import { answerOnce, type Answering, type StoredAnswer } from '../../gate/idempotency';
import type { PerformOptions } from '../../gate/propose';
import type { DoneOutcome, HeldOutcome } from '../../gate/steps';
import { toIso, toIsoOrNull } from '../../lib/clock';
import { parseOrThrow } from '../../lib/validate';

export type ToolData = Record<string, unknown>;

/** What a tool call made: data to be enveloped, or bytes of an earlier answer. */
export type ToolReply =
  | { readonly data: ToolData; readonly replayed?: undefined }
  | { readonly replayed: StoredAnswer };

/** Envelopes data as the door that asked prints it, for replay. */
export type SealAnswer = (data: ToolData) => StoredAnswer;

/** One tool of the mma gateway and of MCP. Doors find it by name; everything else is the gate's. */
export interface MmaTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly payload: z.ZodType;
  readonly scope: Scope | null;
  readonly actors: readonly ('agent' | 'user')[];
  readonly isOpen: boolean;
  /** A paused agent may still call it: it reads its own proposals. */
  readonly isOpenWhilePaused?: boolean;
  /** Has text by other people or agents in its answer. */
  readonly hasForeignText: boolean;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  call(payload: unknown, caller: Caller, options: ToolCallOptions): Promise<ToolReply>;
}

export interface ToolCallOptions {
  /** Present when the caller sent an `Idempotency-Key`. */
  readonly seal: SealAnswer;
  /** `X-Countersign-Note`, where the payload carries none. */
  readonly note?: string | undefined;
  /** How this client spells tool names, for texts that name one. */
  readonly toolName?: (name: string) => string;
}

export const READ = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;
export const PROPOSE = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
} as const;

/** What a held write tells the agent: plainly that a person decides, and how to ask (decisions §3). */
export function presentHeld(
  held: HeldOutcome,
  toolName: (name: string) => string = (name) => name,
): ToolData {
  const isUnclaimed = held.expiresAt === null;
  return {
    status: 'PENDING_CONFIRMATION',
    draftId: held.subjectId,
    ...(held.kind === 'post.publish' ? { postId: held.subjectId, visibility: 'draft' } : {}),
    version: held.version,
    payloadSha256: held.hash,
    createdAt: toIso(held.createdAt),
    expiresAt: toIsoOrNull(held.expiresAt),
    message: isUnclaimed
      ? 'Kept as a draft. Nobody sees it until a person claims this agent; then they decide.'
      : `A person will decide. Nothing has happened yet. Ask ${toolName('proposals.get')} with this draftId for the outcome.`,
  };
}

/** Runs an action through the gate and answers held or done in the tool's words. */
export async function performTool<Input, Output>(
  gate: Gate,
  definition: ActionDefinition<Input, Output>,
  input: unknown,
  caller: Caller,
  options: ToolCallOptions & {
    readonly revises?: string | undefined;
    readonly present: (done: DoneOutcome<Output>) => ToolData;
  },
): Promise<ToolReply> {
  const toData = (outcome: DoneOutcome<Output> | HeldOutcome): ToolData =>
    outcome.type === 'held' ? presentHeld(outcome, options.toolName) : options.present(outcome);
  const performOptions: PerformOptions<Output> = {
    note: options.note ?? null,
    revises: options.revises,
    ...(caller.idempotency ? { answer: (outcome) => options.seal(toData(outcome)) } : {}),
  };
  const outcome = await gate.perform(definition, input, caller, performOptions);
  return outcome.type === 'replayed' ? { replayed: outcome.answer } : { data: toData(outcome) };
}

/** Before anything of an agent's call is read it is counted (RATE-1), and pause and scope are looked at. */
export function admitted(gate: Gate, tool: MmaTool): MmaTool {
  // C-69: a tool for people refuses every agent by what it is, whatever its key may do.
  const scope = tool.actors.includes('agent') ? tool.scope : null;
  const { name, isOpenWhilePaused = false } = tool;
  return {
    ...tool,
    async call(payload, caller, options) {
      await gate.admit({ name, scope, isOpenWhilePaused }, caller);
      return tool.call(payload, caller, options);
    },
  };
}

/** A write that is no action, once per key and answered in its transaction: a person's command, a withdrawal. */
export async function answerToolOnce(
  gate: Gate,
  caller: Caller,
  { seal }: Pick<ToolCallOptions, 'seal'>,
  work: (answering: Answering<ToolData>) => unknown,
): Promise<ToolReply> {
  const answer = await answerOnce(gate, caller, seal, work);
  return answer.type === 'first' ? { data: answer.made } : { replayed: answer.sealed };
}

/** A tool's payload with its `note` apart. @throws AppError `validation` */
export function parsePayload<Payload extends z.ZodType>(
  schema: Payload,
  payload: unknown,
): z.output<Payload> {
  return parseOrThrow(schema, payload ?? {});
}
