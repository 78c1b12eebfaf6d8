import type { AgentOrigin, AgentStatus, Scope, TrustLevel } from '../contract/common';
import type { Face } from './kinds';

/** Who stands behind a call. Made by a door's authentication, never from a body. */
export type Actor = AgentActor | UserActor | SystemActor | AnonymousActor;

export interface AgentActor {
  readonly type: 'agent';
  readonly agentId: string;
  readonly keyId: string;
  readonly name: string;
  readonly handle: string | null;
  readonly ownerId: string | null;
  /** The person whose data the registration is, until an owner claims the agent. */
  readonly contactId: string;
  readonly origin: AgentOrigin;
  readonly status: AgentStatus;
  /** Its owner has frozen all agents. */
  readonly isFrozen: boolean;
  readonly scopes: readonly Scope[];
  readonly trustLevel: TrustLevel;
  readonly isSample: boolean;
  /** How the tool list is printed to this key's host, where its owner set it (decisions §1). */
  readonly toolNames?: 'dotted' | 'underscore' | undefined;
}

export interface UserActor {
  readonly type: 'user';
  readonly userId: string;
  readonly role: 'owner' | 'admin';
  /** On the desktop only the private socket has it (decisions §0). */
  readonly mayDecide: boolean;
  readonly sessionId: string | null;
}

export interface SystemActor {
  readonly type: 'system';
  /** What part of us acts: `jobs`, `cli`. */
  readonly name: string;
}

export interface AnonymousActor {
  readonly type: 'anonymous';
}

export interface RateLimitState {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface IdempotencyRequest {
  readonly credentialId: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** One call, as every door hands it to the gate. */
export interface Caller {
  readonly actor: Actor;
  readonly face: Face;
  readonly transport: 'rest' | 'gateway' | 'mcp' | 'console' | 'job' | 'cli';
  readonly traceId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Name and version of the client program, where it says so. */
  readonly client: string | null;
  readonly idempotency?: IdempotencyRequest | undefined;
  /** The tightest window this call was counted in; doors print it as `RateLimit` headers. */
  rateLimit?: RateLimitState | undefined;
  /** Counted for its agent already: a call counts once, however many parts of the gate it passes. */
  isCounted?: boolean;
}

export function isAgent(actor: Actor): actor is AgentActor {
  return actor.type === 'agent';
}

/** Stable id of whoever acts, for audit rows. */
export function actorIdOf(actor: Actor): string | null {
  if (actor.type === 'agent') return actor.agentId;
  if (actor.type === 'user') return actor.userId;
  return actor.type === 'system' ? actor.name : null;
}

/** A call of our own: the job runner, the CLI. */
export function systemCaller(name: string, transport: 'job' | 'cli', traceId: string): Caller {
  return {
    actor: { type: 'system', name },
    face: 'console',
    transport,
    traceId,
    ip: null,
    userAgent: null,
    client: null,
  };
}
