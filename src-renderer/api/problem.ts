import type { Problem } from '../../src-server/contract/console/problem';

/** The server answered with RFC 9457 problem details. `problem.code` is stable and meant for branching. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** No answer came: the server is away, restarting, or the connection broke. Trying again is safe for the caller. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** An answer came that does not have the shape the contract promises: a mistake of ours, never of the person. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readErrors(value: unknown): Problem['errors'] {
  if (!Array.isArray(value)) return undefined;
  const errors = value.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry['path'] === 'string' && typeof entry['message'] === 'string'
      ? [
          {
            path: entry['path'],
            message: entry['message'],
            ...(typeof entry['rule'] === 'string' ? { rule: entry['rule'] } : {}),
            ...(typeof entry['bound'] === 'number' ? { bound: entry['bound'] } : {}),
          },
        ]
      : [],
  );
  return errors.length > 0 ? errors : undefined;
}

/**
 * Reads problem details leniently: whatever a failed answer carries (problem JSON, `{detail}` of the public face, a
 * proxy's page) becomes a `Problem`, so that callers branch on one shape.
 */
export function readProblem(status: number, body: unknown): Problem {
  const source = isRecord(body) ? body : {};
  const word = (key: string) => (typeof source[key] === 'string' ? source[key] : undefined);
  const errors = readErrors(source['errors']);
  return {
    type: word('type') ?? 'about:blank',
    title: word('title') ?? `HTTP ${status}`,
    status,
    detail: word('detail') ?? '',
    code: word('code') ?? codeOfStatus(status),
    ...(word('reason') === undefined ? {} : { reason: word('reason') }),
    requestId: word('requestId') ?? '',
    ...(errors ? { errors } : {}),
    ...(isRecord(source['details']) ? { details: source['details'] } : {}),
  };
}

function codeOfStatus(status: number): string {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'internal' : 'validation';
}

/** True for failures that pass by themselves: the server is away, starting or shutting down. */
export function isTransient(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof ProblemError && [502, 503, 504].includes(error.status);
}
