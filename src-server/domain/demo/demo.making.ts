import type { Reader, Tx, Writer } from '../../db/open';
import { updateAction } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import type { AgentActor, Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { Gate } from '../../gate/gate';
import type { Outcome } from '../../gate/propose';
import { DAY, type Clock } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import type { Vault } from '../../lib/vault';
import { CLAIMED_SCOPES, issueKey, toActor } from '../agents/agent-keys.service';
import { findAgent, findAgentByHandle, insertAgent } from '../agents/agents.repo';
import type { UsersService } from '../identity/users.service';
import { sendHuman } from '../messages/messages.actions';
import { requestConnection } from '../network/network.actions';
import { publishPost, toPublishInput } from '../posts/posts.actions';
import { updateProfile } from '../profiles/profile.actions';
import {
  AGENTS,
  PEOPLE,
  type AgentKey,
  type PersonKey,
  type SampleAct,
  type SampleAgent,
  type SampleProposal,
} from './demo.scenario';

export interface DemoDeps {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Pick<Vault, 'seal'>;
  readonly audit: AuditLog;
  readonly gate: Gate;
  readonly users: UsersService;
  readonly onProfileChanged: (tx: Tx, userId: string) => void;
  /** What is found by search changed. */
  readonly onPublicChanged: () => void;
  readonly afterCommit: () => void;
}

export interface World {
  readonly actors: ReadonlyMap<AgentKey, AgentActor>;
  readonly people: ReadonlyMap<PersonKey, string>;
}

/** Reserved for never being anybody's (RFC 2606). */
const NO_DOMAIN = 'sample.invalid';

/** Makes the agents, their keys and the people they write to. */
export function makeWorld(deps: DemoDeps, tx: Tx, user: UserActor, caller: Caller): World {
  const actors = new Map<AgentKey, AgentActor>();
  for (const key of keysOf(AGENTS)) actors.set(key, makeAgent(deps, tx, user, AGENTS[key], caller));
  const people = new Map<PersonKey, string>();
  for (const key of keysOf(PEOPLE)) {
    const { displayName, ...profile } = PEOPLE[key];
    const email = `${key}-${deps.ids.uuid()}@${NO_DOMAIN}`;
    const { id } = deps.users.createUser(tx, { email, displayName, role: 'owner', isSample: true }, caller);
    deps.users.updateProfile(tx, id, profile, caller);
    people.set(key, id);
  }
  deps.onProfileChanged(tx, user.userId);
  return { actors, people };
}

function makeAgent(deps: DemoDeps, tx: Tx, user: UserActor, sample: SampleAgent, caller: Caller): AgentActor {
  const { ids } = deps;
  const now = deps.clock.now();
  const agentId = ids.uuid();
  const handle = findAgentByHandle(tx, sample.handle)
    ? `${sample.handle}-${agentId.slice(-6)}`
    : sample.handle;
  insertAgent(tx, {
    id: agentId,
    origin: sample.origin,
    name: sample.name,
    handle,
    description: sample.description,
    provider: sample.provider,
    modelType: sample.modelType,
    capabilities: [...sample.capabilities],
    status: 'active',
    ownerId: user.userId,
    contactId: user.userId,
    trustLevel: sample.trustLevel,
    tier: 'free',
    claimedAt: now,
    lastSeenAt: now,
    createdAt: now,
    isSample: true,
  });
  // Its secret is forgotten at once: nobody calls with it, but the agent looks like any other.
  const key = issueKey(tx, ids, { agentId, brand: 'mma_', name: 'Sample key', scopes: CLAIMED_SCOPES, now });
  const row = findAgent(tx, agentId);
  if (!row) throw new Error('The sample agent just written is not there');
  const data = { agentId, ownerId: user.userId };
  appendEvent(tx, { topic: 'agent.claimed', data, traceId: caller.traceId, now });
  return toActor(row, { id: key.id, scopes: [...key.scopes] });
}

/** Makes one proposal through the gate, and what became of it. */
export async function propose(
  deps: DemoDeps,
  world: World,
  proposal: SampleProposal,
  caller: Caller,
): Promise<void> {
  const { gate } = deps;
  const actor = world.actors.get(proposal.agent);
  if (!actor) throw new Error(`There is no sample agent ${proposal.agent}`);
  const agentCaller = (): Caller => ({
    actor,
    face: 'mma',
    transport: 'mcp',
    traceId: deps.ids.prefixed('tr'),
    ip: null,
    userAgent: null,
    client: 'Sample world',
  });
  const held = (act: SampleAct, options: { note?: string | undefined; revises?: string }): Promise<Held> =>
    perform(gate, act, world, agentCaller(), options);

  const { rejectedBefore, note, end } = proposal;
  let current: Held;
  if (rejectedBefore) {
    const first = await held(rejectedBefore.act, {});
    const { reason: reasonCode, note: words } = rejectedBefore;
    gate.decide({ ...first, verdict: 'reject', reasonCode, note: words, channel: CHANNEL }, caller);
    current = await held(proposal.act, { note, revises: first.actionId });
  } else {
    current = await held(proposal.act, { note });
  }

  switch (end.type) {
    case 'waits':
      setExpiry(deps, current, caller, (now, spanMs) => now + Math.round(end.span * spanMs));
      return;
    case 'rejected':
      gate.decide(
        { ...current, verdict: 'reject', reasonCode: end.reason, note: end.note, channel: CHANNEL },
        caller,
      );
      return;
    case 'approved': {
      let approved = current;
      if (end.editedContent !== undefined) {
        const { version, hash } = gate.edit({ ...current, fields: { content: end.editedContent } }, caller);
        approved = { ...current, version, hash };
      }
      gate.decide({ ...approved, verdict: 'approve', channel: CHANNEL }, caller);
      return;
    }
    case 'expired':
      setExpiry(deps, current, caller, (now) => now);
      gate.expireOverdue();
  }
}

/** Nobody looked at these in a window, and no record says so; they run at once, without grace. */
const CHANNEL = 'api';

interface Held {
  readonly actionId: string;
  readonly version: number;
  readonly hash: string;
}

async function perform(
  gate: Gate,
  act: SampleAct,
  world: World,
  caller: Caller,
  options: { note?: string | undefined; revises?: string },
): Promise<Held> {
  const outcome = await performAct(gate, act, (key) => world.people.get(key) ?? '', caller, options);
  if (outcome.type !== 'held') throw new Error(`A sample ${act.type} was not held`);
  const { actionId, version, hash } = outcome;
  return { actionId, version, hash };
}

function performAct(
  gate: Gate,
  act: SampleAct,
  personOf: (key: PersonKey) => string,
  caller: Caller,
  options: { note?: string | undefined; revises?: string },
): Promise<Outcome<unknown>> {
  if (act.type === 'post') {
    const { title, content, tags = [] } = act;
    return gate.perform(publishPost, toPublishInput({ title, content, tags: [...tags] }), caller, options);
  }
  if (act.type === 'message') {
    const { to, content } = act;
    return gate.perform(sendHuman, { recipientUserId: personOf(to), content }, caller, options);
  }
  if (act.type === 'connection') {
    return gate.perform(requestConnection, { targetUserId: personOf(act.to) }, caller, options);
  }
  const { headline, bio } = act;
  return gate.perform(updateProfile, { headline, bio }, caller, options);
}

/** A world in which everything expires in the same second teaches nobody to look at the countdown. */
function setExpiry(
  deps: DemoDeps,
  { actionId }: Held,
  caller: Caller,
  at: (now: number, spanMs: number) => number,
): void {
  const user = requireUser(caller, 'owner', true);
  const spanMs = deps.users.preferencesOf(deps.reader, user.userId).expiryDays * DAY;
  deps.writer.transaction((tx) => {
    const now = deps.clock.now();
    updateAction(tx, actionId, { status: 'pending', updatedAt: now, expiresAt: at(now, spanMs) });
  });
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}
