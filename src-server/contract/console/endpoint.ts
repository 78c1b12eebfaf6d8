import type { z } from 'zod';

/** One console endpoint: the server mounts it, the window calls it, both from this object. */
export interface ConsoleEndpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/console`, with `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  /** Who may call it: `open` before setup or sign-in, `owner`, `admin`. Default `owner`. */
  readonly access?: 'open' | 'owner' | 'admin';
}

export function endpoint<
  Answer extends z.ZodType,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(definition: ConsoleEndpoint<Params, Query, Body, Answer>): ConsoleEndpoint<Params, Query, Body, Answer> {
  return definition;
}
