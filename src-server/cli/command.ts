import type { z } from 'zod';
import { describeProblems, toFieldProblems } from '../lib/validate';

/** Where a command writes and what it may read; a test hands in its own. */
export interface CliIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly env: NodeJS.ProcessEnv;
}

/** What a command has to say, in both forms; exactly one of them is printed. */
export interface CliAnswer {
  /** The one JSON document of `--json`. */
  readonly document: unknown;
  /** The same for people, without the last line break. */
  readonly text: string;
  /** 0 unless given. */
  readonly exitCode?: number;
}

export interface CliOption {
  /** As commander writes it: `--email <address>`, `--plain`. */
  readonly flags: string;
  readonly summary: string;
  readonly isRequired?: boolean;
}

export interface CliCommand {
  /** `['user', 'create']` is `cli user create`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly argument?: { readonly name: string; readonly summary: string };
  readonly options?: readonly CliOption[];
  /** Whether it works on a data folder; true unless said. `optional`: the command itself says when it must. */
  readonly needsData?: boolean | 'optional';
  /** `given` holds the options by their names in camel case, `data` and `argument` among them. */
  run(given: Readonly<Record<string, unknown>>, io: CliIo): CliAnswer | Promise<CliAnswer>;
}

export type CliErrorCode =
  | 'usage'
  | 'no_data'
  | 'actor_denied'
  | 'data_locked'
  | 'wrong_key'
  | 'damaged'
  | 'not_found'
  | 'exists'
  | 'outdated'
  | 'recovery_code_needed';

/** A refusal in words for the terminal; the code is for scripts. */
export class CliError extends Error {
  constructor(
    readonly code: CliErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'CliError';
  }
}

/** @throws CliError `usage` naming the option and its problem */
export function parseGiven<Schema extends z.ZodType>(
  schema: Schema,
  given: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new CliError('usage', describeProblems(toFieldProblems(parsed.error)));
}
