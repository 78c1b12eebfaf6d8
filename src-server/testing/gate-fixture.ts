import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { migrate } from '../db/migrate';
import { openDatabase, type OpenDatabase, type Reader, type Writer } from '../db/open';
import { issueKey, toActor } from '../domain/agents/agent-keys.service';
import { findAgent, insertAgent, type AgentRow } from '../domain/agents/agents.repo';
import { createKeySpotter } from '../domain/agents/key-spotter';
import { createCreditsService, type CreditsService } from '../domain/credits/credits.service';
import { createAlertTeller } from '../domain/credits/spending-alerts';
import { findKey } from '../domain/agents/keys.repo';
import { openCuratedRooms } from '../domain/rooms/curated';
import { users } from '../domain/identity/identity.tables';
import { scanText } from '../lib/text/scan/scan';
import type { PersonRow } from '../domain/profiles/profiles.repo';
import { SCOPES } from '../contract/common';
import { findAction, type ActionRow } from '../gate/actions.repo';
import { createAuditLog, type AuditLog } from '../gate/audit';
import type { AgentActor, Caller, UserActor } from '../gate/caller';
import type { ActionDefinition } from '../gate/define-action';
import type { GateDeps } from '../gate/deps';
import { listEventsAfter, type DomainEvent } from '../gate/events';
import { createGate, type Gate } from '../gate/gate';
import type { Face } from '../gate/kinds';
import { createGrants, type Grants } from '../gate/grants';
import { createLimiter } from '../gate/limits';
import { DAY, type Clock, type Monotonic } from '../lib/clock';
import { randomIds, type Ids } from '../lib/ids';
import { createWrappedDataKey, openVault, type Vault } from '../lib/vault';

export interface TestClock extends Clock {
  /** Moves time on and gives the new now. */
  advance(ms: number): number;
}

/** Starts on 21 November 2026, noon UTC, and stands still until told otherwise. */
export function createTestClock(start = Date.UTC(2026, 10, 21, 12)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => (now += ms),
  };
}

export interface TestMonotonic extends Monotonic {
  advance(ms: number): void;
}

/** Stands still until told otherwise, apart from the wall clock. */
export function createTestMonotonic(): TestMonotonic {
  let elapsed = 0;
  return {
    elapsed: () => elapsed,
    advance(ms) {
      elapsed += ms;
    },
  };
}

export interface TestAgent {
  readonly row: AgentRow;
  readonly actor: AgentActor;
  /** Its key as it would stand in a header. */
  readonly secret: string;
}

/** A gate over a real file with real migrations, keys of its own and a clock that the test moves. */
export interface GateFixture extends Disposable {
  readonly database: OpenDatabase;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly gate: Gate;
  readonly clock: TestClock;
  readonly monotonic: TestMonotonic;
  readonly grants: Grants;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly credits: CreditsService;
  /** What the gate handed to the calls log. */
  readonly calls: Parameters<GateDeps['logCall']>[0][];
  addPerson(person?: Partial<typeof users.$inferInsert>): PersonRow;
  /** Active, claimed by `ownerId`, from the console, with every scope an agent can have, unless told otherwise. */
  addAgent(agent?: Partial<AgentRow>): TestAgent;
  /** The agent's actor as authentication would make it now. */
  actorOf(agentId: string, keyId: string): AgentActor;
  callerOf(actor: AgentActor | UserActor, face?: Face): Caller;
  /** A person at their own desk, able to decide. */
  deskOf(userId: string): Caller;
  getAction(actionId: string): ActionRow;
  /** Reads and approves the current version, and runs it. */
  approve(actionId: string): ActionRow;
  reject(actionId: string, note?: string): ActionRow;
  /** Everything written to the outbox so far. */
  events(): DomainEvent[];
}

export function createGateFixture({
  actions = [],
  graceMs = 0,
}: {
  readonly actions?: readonly Pick<ActionDefinition<never, unknown>, 'name' | 'kind'>[];
  readonly graceMs?: number;
} = {}): GateFixture {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-gate-'));
  const database = openDatabase(folder, migrate);
  const { reader, writer } = database;
  const clock = createTestClock();
  openCuratedRooms(writer, clock.now());
  const monotonic = createTestMonotonic();
  const grants = createGrants({ clock, monotonic });
  const ids = randomIds;
  const masterKey = randomBytes(32);
  const vault = openVault(masterKey, createWrappedDataKey(masterKey));
  const { privateKey } = generateKeyPairSync('ed25519');
  const audit = createAuditLog({ vault, signingKey: privateKey });
  const calls: Parameters<GateDeps['logCall']>[0][] = [];
  const credits = createCreditsService({
    writer,
    reader,
    clock,
    ids,
    wantsAlerts: () => true,
    onAlert: createAlertTeller({ audit }),
    topUpUrlOf: () => 'http://127.0.0.1:7423/agent-credits',
  });
  const gate = createGate({
    writer,
    reader,
    clock,
    ids,
    vault,
    audit,
    credits,
    limiter: createLimiter({ isEnabled: false }),
    grants,
    log: pino({ level: 'silent' }),
    actions: new Map(
      actions.map((definition) => [
        definition.name,
        definition as unknown as ActionDefinition<unknown, unknown>,
      ]),
    ),
    scanPublicText: (text, field) => scanText(text, { field }),
    keySpotter: createKeySpotter({ audit }),
    allowsLocalTargets: false,
    findAgentState: findAgent,
    expiryMsOf: () => 7 * DAY,
    graceMsOf: () => graceMs,
    afterCommit: () => {},
    logCall: (entry) => calls.push(entry),
  });

  let people = 0;
  const callerOf = (actor: AgentActor | UserActor, face: Face = 'mma'): Caller => ({
    actor,
    face,
    transport: 'rest',
    traceId: ids.prefixed('tr'),
    ip: '127.0.0.1',
    userAgent: 'test',
    client: null,
  });
  const deskOf = (userId: string): Caller =>
    callerOf({ type: 'user', userId, role: 'owner', mayDecide: true, sessionId: null }, 'console');
  const getAction = (actionId: string): ActionRow => {
    const action = findAction(reader, actionId);
    if (!action) throw new Error(`There is no action ${actionId}`);
    return action;
  };
  const decide = (actionId: string, verdict: 'approve' | 'reject', note?: string): ActionRow => {
    const { version, hash, ownerId } = getAction(actionId);
    if (ownerId === null) throw new Error(`Nobody owns action ${actionId}`);
    return gate.decide({ actionId, version, hash, verdict, note, channel: 'api' }, deskOf(ownerId));
  };
  const actorOf = (agentId: string, keyId: string): AgentActor => {
    const agent = findAgent(reader, agentId);
    const key = findKey(reader, keyId);
    if (!agent || !key) throw new Error(`There is no agent ${agentId} with key ${keyId}`);
    return toActor(agent, key);
  };

  return {
    database,
    reader,
    writer,
    gate,
    clock,
    monotonic,
    grants,
    ids,
    vault,
    audit,
    credits,
    calls,
    addPerson(person = {}) {
      people += 1;
      return writer.transaction((tx) =>
        tx
          .insert(users)
          .values({
            id: ids.uuid(),
            email: `person-${people}@example.org`,
            displayName: `Person ${people}`,
            role: 'owner',
            plan: 'free',
            createdAt: clock.now(),
            ...person,
          })
          .returning()
          .get(),
      );
    },
    addAgent(agent = {}) {
      const id = agent.id ?? ids.uuid();
      const now = clock.now();
      const key = writer.transaction((tx) => {
        insertAgent(tx, {
          origin: 'console',
          name: 'Test agent',
          handle: `agent-${id.slice(-12)}`,
          capabilities: [],
          status: 'active',
          contactId: agent.ownerId ?? ids.uuid(),
          trustLevel: 'basic',
          tier: 'free',
          claimedAt: agent.ownerId === null ? null : now,
          createdAt: now,
          ...agent,
          id,
        });
        return issueKey(tx, ids, {
          agentId: id,
          brand: 'mma_',
          name: 'Test key',
          scopes: SCOPES.filter((scope) => scope !== 'write:payments'),
          now,
        });
      });
      const row = findAgent(reader, id);
      if (!row) throw new Error('The agent just written is not there');
      return { row, actor: actorOf(id, key.id), secret: key.secret };
    },
    actorOf,
    callerOf,
    deskOf,
    getAction,
    approve: (actionId) => decide(actionId, 'approve'),
    reject: (actionId, note) => decide(actionId, 'reject', note),
    events: () => listEventsAfter(reader, 0, 10_000),
    [Symbol.dispose]() {
      database[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
