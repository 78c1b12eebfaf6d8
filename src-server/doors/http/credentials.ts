import type { FastifyRequest } from 'fastify';
import { addressOf } from './address';
import type { Reader } from '../../db/open';
import type { Actor, Caller, IdempotencyRequest } from '../../gate/caller';
import type { Face } from '../../gate/kinds';
import { refusedWindowOf, type Limiter } from '../../gate/limits';
import type { Clock } from '../../lib/clock';
import { AppError, isAppError } from '../../lib/errors';
import { sha256Hex } from '../../lib/vault';
import { assertReadable } from './readable';
import { authenticateKey } from '../../domain/agents/agent-keys.service';
import type { UsageRecorder } from '../../domain/agents/usage.service';

const MAX_KEY_LENGTH = 255;
const PRINTABLE = /^[\x21-\x7e]+$/;

export interface CredentialDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly usage: UsageRecorder;
  /** Recognises the bearer token of a signed-in person. */
  readonly authenticateToken: (token: string) => Actor | undefined | Promise<Actor | undefined>;
}

export interface Authenticated {
  readonly caller: Caller;
  /** False when no credential came at all; a bad one throws. */
  readonly hasCredential: boolean;
}

/** The secret of a request: `Authorization: Bearer …` or `X-API-Key` (C-4); never the URL. */
export function credentialOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (authorization !== undefined && bearer === undefined) return '';
  const apiKey = request.headers['x-api-key'];
  return bearer ?? (typeof apiKey === 'string' ? apiKey.trim() : undefined);
}

/**
 * Who calls. Without a credential the call is anonymous and counts for its address (RATE-1).
 * @throws AppError `unauthenticated` for a credential that is no good
 */
export async function authenticate(
  deps: CredentialDeps,
  request: FastifyRequest,
  { face, transport }: { readonly face: Face; readonly transport: Caller['transport'] },
): Promise<Authenticated> {
  const secret = credentialOf(request);
  if (secret === undefined) {
    return { caller: await asAnonymous(deps, request, { face, transport }), hasCredential: false };
  }
  const base = callOf(request, { face, transport });
  const found = authenticateKey(deps.reader, secret, deps.clock.now());
  if (found) {
    const caller: Caller = {
      ...base,
      actor: found.actor,
      idempotency: idempotencyOf(request, found.actor.keyId),
    };
    deps.usage.touchKey(found.actor.keyId, found.actor.agentId, caller);
    request.caller = caller;
    return { caller, hasCredential: true };
  }
  const user = await deps.authenticateToken(secret);
  if (user?.type === 'user') {
    const caller: Caller = { ...base, actor: user, idempotency: idempotencyOf(request, user.userId) };
    caller.rateLimit = await deps.limiter.consume('mma.user', user.userId);
    request.caller = caller;
    return { caller, hasCredential: true };
  }
  // A bad key counts for its address, so that guessing is as slow as calling without one.
  await deps.limiter.consume('public.ip', addressOf(request));
  throw new AppError('unauthenticated', 'The credential is unknown, revoked or expired.');
}

type Through = { readonly face: Face; readonly transport: Caller['transport'] };

function callOf(request: FastifyRequest, { face, transport }: Through): Omit<Caller, 'actor'> {
  const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
  return {
    face,
    transport,
    traceId: request.id,
    ip: addressOf(request),
    userAgent,
    client: userAgent,
  };
}

/** A call by nobody who is signed in, counted for its address, which stands for the credential of a repeat. */
export async function asAnonymous(
  deps: Pick<CredentialDeps, 'limiter'>,
  request: FastifyRequest,
  through: Through,
): Promise<Caller> {
  const caller: Caller = {
    ...callOf(request, through),
    actor: { type: 'anonymous' },
    idempotency: idempotencyOf(request, `ip:${addressOf(request)}`),
  };
  caller.rateLimit = await deps.limiter.consume('public.ip', addressOf(request));
  request.caller = caller;
  return caller;
}

/** `Idempotency-Key` of a write (decisions §3). @throws AppError `validation` */
export function idempotencyOf(request: FastifyRequest, credentialId: string): IdempotencyRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method === 'GET') return undefined;
  if (typeof key !== 'string' || key.length > MAX_KEY_LENGTH || !PRINTABLE.test(key)) {
    throw new AppError(
      'validation',
      `Idempotency-Key: must have 1 to ${MAX_KEY_LENGTH} visible ASCII characters.`,
      {
        fields: [
          { path: 'Idempotency-Key', message: `must have 1 to ${MAX_KEY_LENGTH} visible ASCII characters` },
        ],
      },
    );
  }
  const route = `${request.method} ${request.routeOptions.url ?? request.url.split('?', 1)[0] ?? ''}`;
  const params = JSON.stringify(request.params ?? {});
  return { credentialId, route, key, bodyHash: sha256Hex(`${params}\n${request.rawBody}`) };
}

/**
 * "Agent says" over HTTP (decisions §3): a header, percent-encoded where it is not ASCII.
 * @throws AppError `validation` for what no text of ours may hold
 */
export function noteOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-countersign-note'];
  if (typeof header !== 'string') return undefined;
  const note = decodedOrRaw(header);
  assertReadable(note, 'X-Countersign-Note');
  return note;
}

function decodedOrRaw(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

/** The standard `RateLimit` fields, and the three older ones: of the window that refused, where one did. */
export function rateLimitHeaders(
  caller: Pick<Caller, 'rateLimit'> | undefined,
  error?: unknown,
): Record<string, string> {
  const state = (isAppError(error) ? refusedWindowOf(error) : undefined) ?? caller?.rateLimit;
  if (!state) return {};
  return {
    ratelimit: `"${state.name}";r=${state.remaining};t=${state.resetSeconds}`,
    'ratelimit-policy': `"${state.name}";q=${state.limit}`,
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': String(state.resetSeconds),
  };
}
