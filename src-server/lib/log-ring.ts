import { z } from 'zod';
import { redactText } from './redact-text';

/** One line of the log, as it may leave this computer: what happened where, and nothing of what anybody wrote. */
export interface LogLine {
  readonly time: string;
  readonly level: number;
  readonly message: string;
  readonly [field: string]: string | number;
}

/** The last lines of the log, redacted as they come in, so that nothing secret is held for it either. */
export interface LogRing {
  /** What a logger writes to, in front of where its lines go. */
  before(target: { write(line: string): unknown }): { write(line: string): void };
  /** Oldest first. */
  lines(): readonly LogLine[];
}

const CAPACITY = 300;

/** Numbers and words of a fixed form that help to find a fault. Whatever else a line holds is left out. */
const field = z.union([z.number(), z.string().regex(/^[A-Za-z][\w.:/-]{0,60}$/)]);
const line = z.object({
  time: z.string().max(40),
  level: z.number(),
  msg: z.string().max(2_000).default(''),
  err: z.object({ type: field.optional(), code: field.optional(), stack: z.string().optional() }).optional(),
});
const FIELDS = [
  'code',
  'type',
  'status',
  'statusCode',
  'attempts',
  'method',
  'reqId',
  'kind',
  'mode',
  'durationMs',
];
const STACK_LINES = 8;

export function createLogRing(capacity = CAPACITY): LogRing {
  const kept: LogLine[] = [];
  return {
    before: (target) => ({
      write(text) {
        target.write(text);
        const safe = toSafeLine(text);
        if (!safe) return;
        kept.push(safe);
        if (kept.length > capacity) kept.shift();
      },
    }),
    lines: () => [...kept],
  };
}

function toSafeLine(text: string): LogLine | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = line.safeParse(given);
  if (!parsed.success) return undefined;
  const { time, level, msg, err } = parsed.data;
  const fields: Record<string, string | number> = {};
  for (const name of FIELDS) {
    const value = field.safeParse((given as Record<string, unknown>)[name]);
    if (value.success) fields[name] = redacted(value.data);
  }
  if (err?.type !== undefined) fields['error'] = redacted(err.type);
  if (err?.code !== undefined) fields['errorCode'] = redacted(err.code);
  const stack = framesOf(err?.stack);
  if (stack !== '') fields['stack'] = stack;
  return { time, level, message: redactText(msg), ...fields };
}

/** Where it happened. Not the first line: messages quote what they are about. */
function framesOf(stack: string | undefined): string {
  return (stack ?? '')
    .split('\n')
    .flatMap(
      (frame) =>
        /^\s+at (?:async )?([\w.$<>[\] ]{0,100}).*?([\w.-]+:\d+:\d+)\)?$/.exec(frame)?.slice(1).join(' ') ??
        [],
    )
    .slice(0, STACK_LINES)
    .map(redactText)
    .join(' < ');
}

function redacted(value: string | number): string | number {
  return typeof value === 'string' ? redactText(value) : value;
}
