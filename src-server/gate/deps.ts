import type { AgentOrigin, AgentStatus, PolicyVerdict, Kind } from '../contract/common';
import type { Reader, Tx, Db, Writer } from '../db/open';
import type { Clock } from '../lib/clock';
import type { Ids } from '../lib/ids';
import type { Logger } from '../lib/logger';
import type { Vault } from '../lib/vault';
import type { AuditEntry, AuditLog } from './audit';
import type { AgentActor, Caller } from './caller';
import type { CreditsPort } from './credits-port';
import type { ActionDefinition } from './define-action';
import type { ActionRow } from './actions.repo';
import { appendEvent } from './events';
import type { Grants } from './grants';
import type { Limiter } from './limits';

export interface ContentIssue {
  readonly code: string;
  readonly field?: string | undefined;
  /** Code points, from inclusive to exclusive. */
  readonly span: readonly [number, number];
  readonly message: string;
}

/** What the gate must know of an agent when it runs something for it. */
export interface AgentState {
  readonly status: AgentStatus;
  readonly origin: AgentOrigin;
  /** Set while its owner has frozen all agents. */
  readonly frozenAt: number | null;
  readonly ownerId: string | null;
  readonly contactId: string;
  readonly isSample: boolean;
}

/** A live key of ours that stands in a text. */
export interface SpottedKey {
  readonly keyId: string;
  readonly agentId: string;
  readonly ownerId: string | null;
}

/** Looks for keys of ours in what agents write, and notes them for whom they belong to. */
export interface KeySpotter {
  /** `hasKeyShape` is all that an answer may depend on: whether a key is real is told to its owner alone. */
  look(
    db: Reader,
    content: unknown,
    now: number,
  ): { readonly hasKeyShape: boolean; readonly keys: readonly SpottedKey[] };
  mark(
    tx: Tx,
    keys: readonly SpottedKey[],
    where: {
      readonly agentId: string;
      /** Null where the content was refused before it became a proposal. */
      readonly actionId: string | null;
      readonly caller: Caller;
      readonly now: number;
    },
  ): void;
}

/** Everything the gate stands on; made once in `context.ts`. */
export interface GateDeps {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly credits: CreditsPort;
  readonly limiter: Limiter;
  readonly grants: Grants;
  readonly log: Logger;
  readonly actions: ReadonlyMap<string, ActionDefinition<unknown, unknown>>;
  scanPublicText(text: string, field: string): readonly ContentIssue[];
  readonly keySpotter: KeySpotter;
  findAgentState(db: Db, agentId: string): AgentState | undefined;
  /** How long a proposal waits before silence counts as no, in milliseconds. */
  expiryMsOf(db: Db, ownerId: string): number;
  /** How long this owner's decisions at a screen can be taken back, in milliseconds; 0 runs them at once. */
  graceMsOf(db: Db, ownerId: string): number;
  /** Wakes the relay and the job runner after a commit. */
  afterCommit(): void;
  /** Outbound calls may go to this machine: tests and benchmarks. */
  readonly allowsLocalTargets: boolean;
  logCall(entry: {
    caller: Caller;
    agent: AgentActor;
    name: string;
    outcome: string;
    durationUs: number;
  }): void;
}

/** The definition of a stored action. @throws when the code that knew it is gone: a bug of a release. */
export function definitionOf(deps: GateDeps, actionName: string): ActionDefinition<unknown, unknown> {
  const definition = deps.actions.get(actionName);
  if (!definition) throw new Error(`No definition of action ${actionName}`);
  return definition;
}

/** Audit row and event of one change to an action, on the action's own trace. */
export function record(
  deps: GateDeps,
  tx: Tx,
  change: {
    readonly type: string;
    readonly caller: Caller;
    readonly action: Pick<ActionRow, 'id' | 'agentId' | 'ownerId' | 'kind' | 'traceId' | 'subjectId'>;
    readonly data?: Readonly<Record<string, unknown>>;
    readonly personId: string | null;
    readonly personData?: Readonly<Record<string, unknown>>;
  },
  now: number,
): void {
  const { action, caller } = change;
  const entry: AuditEntry = {
    type: change.type,
    caller: { ...caller, traceId: action.traceId },
    agentId: action.agentId,
    ownerId: action.ownerId,
    subjectType: 'action',
    subjectId: action.id,
    data: { kind: action.kind, subject: action.subjectId, ...change.data },
    ...(change.personId === null
      ? {}
      : { person: { id: change.personId, ...(change.personData ? { data: change.personData } : {}) } }),
  };
  deps.audit.append(tx, entry, now);
  appendEvent(tx, {
    topic: change.type,
    data: {
      actionId: action.id,
      agentId: action.agentId,
      ownerId: action.ownerId,
      kind: action.kind,
      ...change.data,
    },
    traceId: action.traceId,
    now,
  });
}

export type { Kind, PolicyVerdict };
