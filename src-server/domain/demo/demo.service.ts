import { z } from 'zod';
import type { Db, Reader, Tx, Writer } from '../../db/open';
import { updateAction } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import type { AgentActor, Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { Gate } from '../../gate/gate';
import { openPayload } from '../../gate/payload';
import { DAY, type Clock } from '../../lib/clock';
import { AppError, isAppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { CLAIMED_SCOPES, issueKey, toActor } from '../agents/agent-keys.service';
import { findAgent, findAgentByHandle, insertAgent, listSampleAgents } from '../agents/agents.repo';
import { getSetting, setSetting, } from '../identity/settings.repo';
import type { UsersService } from '../identity/users.service';
import { sendHuman } from '../messages/messages.actions';
import { requestConnection } from '../network/network.actions';
import { publishPost, toPublishInput } from '../posts/posts.actions';
import { updateProfile, type ProfileUpdateInput, type UpdatedProfile } from '../profiles/profile.actions';
import {
  countActionsOfAgents,
  deleteSampleWorld,
  listExecuted,
  listPublicPostIds,
  type RemovedCounts,
  type SampleMembers,
} from './demo.repo';
import {
  AGENTS,
  PEOPLE,
  PROPOSALS,
  type AgentKey,
  type PersonKey,
  type SampleAct,
  type SampleAgent,
  type SampleProposal,
} from './demo.scenario';

/** The sample world of first run and of `cli demo`. */
export interface DemoService {
  /**
   * Makes the sample world for the person who calls, once: a second call changes nothing and counts what is there.
   * Proposals and decisions go through the gate, so versions, hashes and audit are real.
   * @throws AppError `actor_denied` outside the window, and whatever the gate refuses; then nothing is left behind
   */
  load(caller: Caller): Promise<{ agents: number; proposals: number }>;
  /**
   * Takes out in one transaction what `load` brought and what its agents did since; audit rows stay. A profile that
   * was changed by an approval gets its old values back where nobody changed it again. Gives how many things went.
   * @throws AppError `actor_denied`; `invalid_transition` while it is being loaded
   */
  remove(caller: Caller): number;
}

export interface DemoDeps {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: AuditLog;
  readonly gate: Gate;
  readonly users: UsersService;
  readonly onProfileChanged: (tx: Tx, userId: string) => void;
  /** What is found by search changed. */
  readonly onPublicChanged: () => void;
  readonly afterCommit: () => void;
}

/** What was made, kept with the person's settings; incomplete while it is being made, or when that was cut short. */
const manifest = z.object({
  isComplete: z.boolean(),
  agentIds: z.array(z.string()),
  userIds: z.array(z.string()),
});
type Manifest = z.infer<typeof manifest>;

const NOTHING: Manifest = { isComplete: false, agentIds: [], userIds: [] };
/** Reserved for never being anybody's (RFC 2606). */
const NO_DOMAIN = 'sample.invalid';

interface World {
  readonly actors: ReadonlyMap<AgentKey, AgentActor>;
  readonly people: ReadonlyMap<PersonKey, string>;
}

export function createDemoService(deps: DemoDeps): DemoService {
  const { reader, writer, clock, afterCommit, onPublicChanged } = deps;
  const loading = new Map<string, Promise<{ agents: number; proposals: number }>>();

  const load = async (user: UserActor, caller: Caller): Promise<{ agents: number; proposals: number }> => {
    const before = manifestOf(reader, user.userId);
    if (before.isComplete) {
      const { agentIds } = before;
      return { agents: agentIds.length, proposals: countActionsOfAgents(reader, agentIds) };
    }
    // A process that ended in the middle leaves half a world: start over.
    removeAll(deps, user, caller);
    const world = writer.transaction((tx) => makeWorld(deps, tx, user, caller), { isDurable: true });
    afterCommit();
    try {
      for (const proposal of PROPOSALS) await propose(deps, world, proposal, caller);
    } catch (error) {
      removeAll(deps, user, caller);
      throw error;
    }
    const made = writer.transaction((tx) => complete(deps, tx, user, caller), { isDurable: true });
    afterCommit();
    onPublicChanged();
    return made;
  };

  return {
    load(caller) {
      const user = requireUser(caller, 'owner', true);
      let running = loading.get(user.userId);
      if (!running) {
        running = load(user, caller).finally(() => loading.delete(user.userId));
        loading.set(user.userId, running);
      }
      return running;
    },

    remove(caller) {
      const user = requireUser(caller, 'owner', true);
      if (loading.has(user.userId)) {
        throw new AppError('invalid_transition', 'The sample world is still being made. Remove it in a moment.');
      }
      return removeAll(deps, user, caller);
    },
  };
}

function manifestName(userId: string): string {
  return `user:${userId}:sample-world`;
}

function manifestOf(db: Db, userId: string): Manifest {
  return getSetting(db, manifestName(userId), manifest, NOTHING);
}

/** Agents, their keys and the people they write to. */
function makeWorld(deps: DemoDeps, tx: Tx, user: UserActor, caller: Caller): World {
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
  setSetting(tx, manifestName(user.userId), manifest, {
    isComplete: false,
    agentIds: [...actors.values()].map(({ agentId }) => agentId),
    userIds: [...people.values()],
  });
  return { actors, people };
}

function makeAgent(deps: DemoDeps, tx: Tx, user: UserActor, sample: SampleAgent, caller: Caller): AgentActor {
  const { ids } = deps;
  const now = deps.clock.now();
  const agentId = ids.uuid();
  const handle = findAgentByHandle(tx, sample.handle) ? `${sample.handle}-${agentId.slice(-6)}` : sample.handle;
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

/** One proposal through the gate, and what became of it. */
async function propose(deps: DemoDeps, world: World, proposal: SampleProposal, caller: Caller): Promise<void> {
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
      gate.decide({ ...current, verdict: 'reject', reasonCode: end.reason, note: end.note, channel: CHANNEL }, caller);
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
  const personOf = (key: PersonKey): string => world.people.get(key) ?? '';
  const run = () => {
    switch (act.type) {
      case 'post': {
        const { title, content, tags = [] } = act;
        return gate.perform(publishPost, toPublishInput({ title, content, tags: [...tags] }), caller, options);
      }
      case 'message':
        return gate.perform(sendHuman, { recipientUserId: personOf(act.to), content: act.content }, caller, options);
      case 'connection':
        return gate.perform(requestConnection, { targetUserId: personOf(act.to) }, caller, options);
      case 'profile':
        return gate.perform(updateProfile, { headline: act.headline, bio: act.bio }, caller, options);
    }
  };
  const outcome = await run();
  if (outcome.type !== 'held') throw new Error(`A sample ${act.type} was not held`);
  const { actionId, version, hash } = outcome;
  return { actionId, version, hash };
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

function complete(
  deps: DemoDeps,
  tx: Tx,
  user: UserActor,
  caller: Caller,
): { agents: number; proposals: number } {
  const { agentIds, userIds } = manifestOf(tx, user.userId);
  setSetting(tx, manifestName(user.userId), manifest, { isComplete: true, agentIds, userIds });
  const made = { agents: agentIds.length, proposals: countActionsOfAgents(tx, agentIds) };
  const data = { ...made, people: userIds.length };
  recordChange(deps, tx, 'sample-world.loaded', user, caller, data);
  return made;
}

function removeAll(deps: DemoDeps, user: UserActor, caller: Caller): number {
  const { reader, writer } = deps;
  const members = membersOf(reader, user.userId);
  if (members.agentIds.length === 0 && members.userIds.length === 0) return 0;
  const removed = writer.transaction((tx) => removeIn(deps, tx, user, caller), { isDurable: true });
  deps.afterCommit();
  deps.onPublicChanged();
  return Object.values(removed).reduce((total: number, n: number) => total + n, 0);
}

function membersOf(db: Db, userId: string): SampleMembers {
  const { agentIds, userIds } = manifestOf(db, userId);
  const owned = listSampleAgents(db, userId).map(({ id }) => id);
  return { agentIds: [...new Set([...agentIds, ...owned])], userIds };
}

function removeIn(deps: DemoDeps, tx: Tx, user: UserActor, caller: Caller): RemovedCounts {
  const { traceId } = caller;
  const now = deps.clock.now();
  const members = membersOf(tx, user.userId);
  restoreProfile(deps, tx, members, traceId, now);
  const published = listPublicPostIds(tx, members.agentIds);
  const removed = deleteSampleWorld(tx, members);
  for (const userId of members.userIds) deps.audit.erasePerson(tx, userId, now);
  setSetting(tx, manifestName(user.userId), manifest, NOTHING);
  deps.onProfileChanged(tx, user.userId);
  for (const { id: postId, agentId } of published) {
    appendEvent(tx, { topic: 'post.unpublished', data: { postId, agentId }, traceId, now });
  }
  for (const agentId of members.agentIds) {
    const data = { agentId, ownerId: user.userId };
    appendEvent(tx, { topic: 'agent.removed', data, traceId, now });
    appendEvent(tx, { topic: 'action.removed', data, traceId, now });
  }
  recordChange(deps, tx, 'sample-world.removed', user, caller, { ...removed });
  return removed;
}

/** Takes back what approved sample proposals changed about the person, unless they changed it again themselves. */
function restoreProfile(deps: DemoDeps, tx: Tx, members: SampleMembers, traceId: string, now: number): void {
  for (const { action, version } of listExecuted(tx, members.agentIds, updateProfile.name)) {
    const { input, targets } = openPayload(version);
    const context = {
      actionId: action.id,
      subjectId: action.subjectId,
      agentId: action.agentId,
      ownerId: action.ownerId,
      input: input as ProfileUpdateInput,
      targets,
      now,
      ids: deps.ids,
      isSample: true,
      emit: (topic: string, data: Readonly<Record<string, unknown>>) =>
        appendEvent(tx, { topic, data, traceId, now }),
    };
    try {
      updateProfile.undo?.(tx, context, JSON.parse(action.result ?? 'null') as UpdatedProfile);
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }
}

function recordChange(
  deps: DemoDeps,
  tx: Tx,
  type: string,
  user: UserActor,
  caller: Caller,
  data: Readonly<Record<string, number>>,
): void {
  const { userId } = user;
  const now = deps.clock.now();
  deps.audit.append(
    tx,
    { type, caller, ownerId: userId, subjectType: 'user', subjectId: userId, data, person: { id: userId } },
    now,
  );
  appendEvent(tx, { topic: type, data: { ownerId: userId, ...data }, traceId: caller.traceId, now });
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}
