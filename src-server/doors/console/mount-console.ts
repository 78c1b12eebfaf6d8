import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ConsoleEndpoint } from '../../contract/console/endpoint';
import type { Caller, UserActor } from '../../gate/caller';
import type { Gate } from '../../gate/gate';
import { answerOnce, type Answering } from '../../gate/idempotency';
import { AppError } from '../../lib/errors';
import type { Logger } from '../../lib/logger';
import { parseOrThrow } from '../../lib/validate';

type Schema = z.ZodType;
type ParsedOf<S> = S extends Schema ? z.output<S> : undefined;

export interface ConsoleRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** The person who calls; only on `open` endpoints may there be none. */
  readonly user: UserActor;
}

type AnyRequest = ConsoleRequest<unknown, unknown, unknown>;
type AnyEndpoint = ConsoleEndpoint<Schema, Schema, Schema, Schema>;

/** A read, or a write: which prints its answer in the transaction of its effect, and once per `Idempotency-Key`. */
export type ConsoleRoute =
  | {
      readonly type: 'read';
      readonly endpoint: AnyEndpoint;
      readonly handle: (request: AnyRequest) => unknown;
    }
  | {
      readonly type: 'write';
      readonly endpoint: AnyEndpoint;
      readonly handle: (request: AnyRequest, answering: Answering<unknown>) => unknown;
      /** Whether an answer holds a secret, which is not kept for repeats. */
      readonly hasSecret: (answer: unknown) => boolean;
    };

/** Ties the handler of a read to its endpoint with the endpoint's own types. */
export function readRoute<P extends Schema, Q extends Schema, B extends Schema, A extends Schema>(
  endpoint: ConsoleEndpoint<P, Q, B, A>,
  handle: (
    request: ConsoleRequest<ParsedOf<P>, ParsedOf<Q>, ParsedOf<B>>,
  ) => z.input<A> | Promise<z.input<A>>,
): ConsoleRoute {
  return { type: 'read', endpoint, handle: handle as (request: AnyRequest) => unknown };
}

/**
 * Ties the handler of a write to its endpoint. It answers by handing `answering(present)` to the gate or service that
 * makes the effect; what it returns is not looked at.
 */
export function writeRoute<P extends Schema, Q extends Schema, B extends Schema, A extends Schema>(
  endpoint: ConsoleEndpoint<P, Q, B, A>,
  handle: (
    request: ConsoleRequest<ParsedOf<P>, ParsedOf<Q>, ParsedOf<B>>,
    answering: Answering<z.input<A>>,
  ) => unknown,
  { hasSecret = () => false }: { readonly hasSecret?: (answer: z.input<A>) => boolean } = {},
): ConsoleRoute {
  return {
    type: 'write',
    endpoint,
    handle: handle as (request: AnyRequest, answering: Answering<unknown>) => unknown,
    hasSecret: hasSecret as (answer: unknown) => boolean,
  };
}

export interface ConsoleDoorDeps {
  readonly gate: Pick<Gate, 'findAnswer'>;
  readonly log: Logger;
  /** Who calls: the owner on the private socket, a signed-in person in server mode; anonymous otherwise. */
  readonly callerOf: (request: FastifyRequest) => Promise<Caller> | Caller;
}

/** Paths of the console, on whichever listener mounts it. */
export const CONSOLE_PREFIX = '/api/console';

/**
 * Mounts console routes: who, then each part through its schema (unknown keys are refused), then the answer through
 * its own, so that nothing leaves that the contract does not name.
 */
export function mountConsoleRoutes(
  app: FastifyInstance,
  routes: readonly ConsoleRoute[],
  deps: ConsoleDoorDeps,
): void {
  const print = (endpoint: AnyEndpoint, answer: unknown): string => {
    const printed = endpoint.answer.safeParse(answer);
    if (!printed.success) {
      deps.log.error({ err: printed.error, path: endpoint.path }, 'answer breaks its contract');
      throw new Error(`The answer of ${endpoint.method} ${endpoint.path} breaks its contract`);
    }
    return JSON.stringify(printed.data);
  };

  for (const route of routes) {
    const { endpoint } = route;
    app.route({
      method: endpoint.method,
      url: `${CONSOLE_PREFIX}${endpoint.path}`,
      config: { dialect: 'console', isWrite: endpoint.method !== 'GET' },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const caller = await deps.callerOf(request);
        request.caller = caller;
        const { actor } = caller;
        const access = endpoint.access ?? 'owner';
        if (access !== 'open') {
          if (actor.type === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
          if (actor.type !== 'user') throw new AppError('actor_denied', 'The console is for people.');
          if (access === 'admin' && actor.role !== 'admin')
            throw new AppError('forbidden', 'Only an admin can do this.', { reason: 'admin_only' });
        }
        const parsed = (): AnyRequest => ({
          params: endpoint.params ? paramsOf(endpoint.params, request) : undefined,
          query: endpoint.query ? parseOrThrow(endpoint.query, request.query) : undefined,
          body: endpoint.body ? parseOrThrow(endpoint.body, request.body ?? {}) : undefined,
          caller,
          user: actor as UserActor,
        });
        if (route.type === 'read') return sendAnswer(reply, print(endpoint, await route.handle(parsed())));
        const { type, sealed } = await answerOnce<unknown>(
          deps.gate,
          caller,
          (answer) => ({ status: 200, body: print(endpoint, answer), hasSecret: route.hasSecret(answer) }),
          (answering) => route.handle(parsed(), answering),
        );
        if (type === 'replayed') reply.header('idempotent-replayed', 'true');
        return sendAnswer(reply, sealed.body);
      },
    });
  }
}

function sendAnswer(reply: FastifyReply, body: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
}

/** A malformed id is an unknown one (decisions §1). @throws AppError `not_found` */
function paramsOf(schema: Schema, request: FastifyRequest): unknown {
  const params = schema.safeParse(request.params);
  if (!params.success) throw new AppError('not_found', 'There is nothing at this address.');
  return params.data;
}
