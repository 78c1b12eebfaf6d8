import { z } from 'zod';
import type { Db, Tx } from '../../db/open';
import type { Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { InTransaction } from '../../gate/idempotency';
import { openPayload } from '../../gate/payload';
import { AppError, isAppError } from '../../lib/errors';
import { listSampleAgents } from '../agents/agents.repo';
import { getSetting, setSetting } from '../identity/settings.repo';
import { profileUpdateInput, updateProfile, type UpdatedProfile } from '../profiles/profile.actions';
import { makeWorld, propose, type DemoDeps, type World } from './demo.making';
import {
  countActionsOfAgents,
  deleteSampleWorld,
  deleteSetting,
  listExecuted,
  listPublicPostIds,
  type RemovedCounts,
  type SampleMembers,
} from './demo.repo';
import { PROPOSALS } from './demo.scenario';

/** The sample world of first run and of `cli demo`. */
export interface DemoService {
  /**
   * Makes the sample world for the person who calls, once: a second call changes nothing and counts what is there.
   * Proposals and decisions go through the gate, so versions, hashes and audit are real.
   * @throws AppError `actor_denied` outside the window, and whatever the gate refuses; then nothing is left behind
   */
  load(caller: Caller, inTransaction?: InTransaction<SampleWorld>): Promise<SampleWorld>;
  /**
   * Takes out in one transaction what `load` brought and what its agents did since; audit rows stay. A profile that
   * was changed by an approval gets its old values back where nobody changed it again. Gives how many things went.
   * @throws AppError `actor_denied`; `invalid_transition` while it is being loaded
   */
  remove(caller: Caller, inTransaction?: InTransaction<number>): number;
}

export interface SampleWorld {
  readonly agents: number;
  readonly proposals: number;
}

/** What was made, kept with the person's settings; incomplete while it is being made, or when that was cut short. */
const manifest = z.object({
  isComplete: z.boolean(),
  agentIds: z.array(z.string()),
  userIds: z.array(z.string()),
});
type Manifest = z.infer<typeof manifest>;

const NOTHING: Manifest = { isComplete: false, agentIds: [], userIds: [] };
export function createDemoService(deps: DemoDeps): DemoService {
  const { reader, writer, afterCommit, onPublicChanged } = deps;
  const loading = new Map<string, Promise<SampleWorld>>();

  /** Nothing of it was made by this call: its answer has no effect to go along with. */
  const answerAlone = <Result>(result: Result, inTransaction?: InTransaction<Result>): Result => {
    if (inTransaction) writer.transaction((tx) => inTransaction(tx, result, deps.clock.now()));
    return result;
  };

  const load = async (
    user: UserActor,
    caller: Caller,
    inTransaction?: InTransaction<SampleWorld>,
  ): Promise<SampleWorld> => {
    const before = manifestOf(reader, user.userId);
    if (before.isComplete) {
      const { agentIds } = before;
      const known = { agents: agentIds.length, proposals: countActionsOfAgents(reader, agentIds) };
      return answerAlone(known, inTransaction);
    }
    if (deps.users.findUserById(reader, user.userId)?.frozenAt) {
      throw new AppError('invalid_transition', 'All your agents are frozen. Thaw them first.', {
        reason: 'agents_frozen',
      });
    }
    // A process that ended in the middle leaves half a world: start over.
    removeAll(deps, user, caller);
    const world = writer.transaction((tx) => begin(deps, tx, user, caller), { isDurable: true });
    afterCommit();
    try {
      for (const proposal of PROPOSALS) await propose(deps, world, proposal, caller);
    } catch (error) {
      removeAll(deps, user, caller);
      throw error;
    }
    const made = writer.transaction(
      (tx) => {
        const world = complete(deps, tx, user, caller);
        inTransaction?.(tx, world, deps.clock.now());
        return world;
      },
      { isDurable: true },
    );
    afterCommit();
    onPublicChanged();
    return made;
  };

  return {
    async load(caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      const running = loading.get(user.userId);
      if (running) return answerAlone(await running, inTransaction);
      const started = load(user, caller, inTransaction).finally(() => loading.delete(user.userId));
      loading.set(user.userId, started);
      return started;
    },

    remove(caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      if (loading.has(user.userId)) {
        throw new AppError(
          'invalid_transition',
          'The sample world is still being made. Remove it in a moment.',
          { reason: 'sample_world_busy' },
        );
      }
      return removeAll(deps, user, caller, inTransaction);
    },
  };
}

function manifestName(userId: string): string {
  return `user:${userId}:sample-world`;
}

function manifestOf(db: Db, userId: string): Manifest {
  return getSetting(db, manifestName(userId), manifest, NOTHING);
}

function begin(deps: DemoDeps, tx: Tx, user: UserActor, caller: Caller): World {
  const world = makeWorld(deps, tx, user, caller);
  setSetting(tx, manifestName(user.userId), manifest, {
    isComplete: false,
    agentIds: [...world.actors.values()].map(({ agentId }) => agentId),
    userIds: [...world.people.values()],
  });
  return world;
}

function complete(deps: DemoDeps, tx: Tx, user: UserActor, caller: Caller): SampleWorld {
  const { agentIds, userIds } = manifestOf(tx, user.userId);
  setSetting(tx, manifestName(user.userId), manifest, { isComplete: true, agentIds, userIds });
  const made = { agents: agentIds.length, proposals: countActionsOfAgents(tx, agentIds) };
  const data = { ...made, people: userIds.length };
  recordChange(deps, tx, 'sample-world.loaded', user, caller, data);
  return made;
}

function removeAll(
  deps: DemoDeps,
  user: UserActor,
  caller: Caller,
  inTransaction?: InTransaction<number>,
): number {
  const { reader, writer } = deps;
  const members = membersOf(reader, user.userId);
  const isThere = members.agentIds.length > 0 || members.userIds.length > 0;
  if (!isThere && !inTransaction) return 0;
  const total = writer.transaction(
    (tx) => {
      const removed = isThere ? Object.values(removeIn(deps, tx, user, caller)) : [];
      const sum = removed.reduce((before: number, n: number) => before + n, 0);
      inTransaction?.(tx, sum, deps.clock.now());
      return sum;
    },
    { isDurable: true },
  );
  if (isThere) {
    deps.afterCommit();
    deps.onPublicChanged();
  }
  return total;
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
  deleteSetting(tx, manifestName(user.userId));
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
      traceId,
      subjectId: action.subjectId,
      agentId: action.agentId,
      ownerId: action.ownerId,
      input: profileUpdateInput.parse(input),
      targets,
      now,
      ids: deps.ids,
      vault: deps.vault,
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
