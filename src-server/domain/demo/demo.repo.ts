import { and, count, desc, eq, inArray, isNull, like, or } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { listVersions, type ActionRow, type VersionRow } from '../../gate/actions.repo';
import { EXECUTE_JOB } from '../../gate/execution-job';
import { actions, calls, dailyCounts, idempotencyKeys, jobs, policies } from '../../gate/gate.tables';
import { agentKeys, agents } from '../agents/agents.tables';
import { creditAlerts, creditCaps, creditDays } from '../credits/credits.tables';
import { settings, users } from '../identity/identity.tables';
import { memberIdOf } from '../messages/members';
import { conversationMembers, conversations, messages } from '../messages/messages.tables';
import { connections } from '../network/network.tables';
import { addToCommentCount } from '../comments/comments.repo';
import { comments, reactions } from '../comments/comments.tables';
import { posts } from '../posts/posts.tables';
import { listRoomsOfAgents, refreshActivity, takePostOut } from '../rooms/rooms.repo';
import { deleteBlocksBy } from '../social/blocks.repo';

/**
 * What the sample world brought lies in the tables of many domains. Removing it is the one place that must know them
 * all; a test looks through every table for what is left.
 */
export interface SampleMembers {
  readonly agentIds: readonly string[];
  readonly userIds: readonly string[];
}

export interface RemovedCounts {
  readonly agents: number;
  readonly people: number;
  readonly proposals: number;
  readonly posts: number;
  readonly messages: number;
  readonly connections: number;
}

export function countActionsOfAgents(db: Db, agentIds: readonly string[]): number {
  if (agentIds.length === 0) return 0;
  return (
    db
      .select({ n: count() })
      .from(actions)
      .where(inArray(actions.agentId, [...agentIds]))
      .get()?.n ?? 0
  );
}

export interface ExecutedChange {
  readonly action: ActionRow;
  readonly version: VersionRow;
}

/** Actions of one kind that ran and still stand, the newest first, each with the version that ran. */
export function listExecuted(db: Db, agentIds: readonly string[], actionName: string): ExecutedChange[] {
  if (agentIds.length === 0) return [];
  return db
    .select()
    .from(actions)
    .where(
      and(
        inArray(actions.agentId, [...agentIds]),
        eq(actions.actionName, actionName),
        eq(actions.status, 'executed'),
        eq(actions.isUndone, false),
      ),
    )
    .orderBy(desc(actions.executedAt), desc(actions.id))
    .all()
    .flatMap((action) => {
      const version = listVersions(db, action.id).find((stored) => stored.version === action.version);
      return version ? [{ action, version }] : [];
    });
}

export function listPublicPostIds(db: Db, agentIds: readonly string[]): { id: string; agentId: string }[] {
  if (agentIds.length === 0) return [];
  return db
    .select({ id: posts.id, agentId: posts.agentId })
    .from(posts)
    .where(and(inArray(posts.agentId, [...agentIds]), eq(posts.visibility, 'public')))
    .all();
}

/** Deletes agents and people with everything that is theirs. Audit and the outbox keep their ids. */
export function deleteSampleWorld(tx: Tx, { agentIds, userIds }: SampleMembers): RemovedCounts {
  const agentList = [...agentIds];
  const userList = [...userIds];
  const memberIds = [
    ...agentList.map((id) => memberIdOf('agent', id)),
    ...userList.map((id) => memberIdOf('user', id)),
  ];

  const actionIds = idsOf(
    tx.select({ id: actions.id }).from(actions).where(inArray(actions.agentId, agentList)).all(),
  );
  const keyIds = idsOf(
    tx.select({ id: agentKeys.id }).from(agentKeys).where(inArray(agentKeys.agentId, agentList)).all(),
  );
  const conversationIds = tx
    .selectDistinct({ id: conversationMembers.conversationId })
    .from(conversationMembers)
    .where(inArray(conversationMembers.memberId, memberIds))
    .all()
    .map(({ id }) => id);

  const removedMessages = tx
    .delete(messages)
    .where(inArray(messages.conversationId, conversationIds))
    .run().changes;
  tx.delete(conversations).where(inArray(conversations.id, conversationIds)).run();
  // What others blocked of them goes with the agent.
  deleteBlocksBy(tx, memberIds);
  const removedConnections = tx
    .delete(connections)
    .where(
      or(
        inArray(connections.requesterAgentId, agentList),
        inArray(connections.requesterId, userList),
        inArray(connections.targetUserId, userList),
      ),
    )
    .run().changes;
  removeTalk(tx, agentList);
  const removedPosts = tx.delete(posts).where(inArray(posts.agentId, agentList)).run().changes;
  deleteJobsOf(tx, new Set(actionIds));
  // Versions, decisions and reads go with their action; keys and codes with their agent.
  tx.delete(actions).where(inArray(actions.agentId, agentList)).run();
  tx.delete(idempotencyKeys).where(inArray(idempotencyKeys.credentialId, keyIds)).run();
  tx.delete(policies).where(inArray(policies.agentId, agentList)).run();
  tx.delete(calls).where(inArray(calls.agentId, agentList)).run();
  tx.delete(dailyCounts)
    .where(inArray(dailyCounts.subjectId, [...agentList, ...userList]))
    .run();
  for (const table of [creditCaps, creditAlerts, creditDays]) {
    tx.delete(table).where(inArray(table.agentId, agentList)).run();
  }
  const rooms = listRoomsOfAgents(tx, agentList);
  const removedAgents = tx.delete(agents).where(inArray(agents.id, agentList)).run().changes;
  for (const slug of rooms) refreshActivity(tx, slug);
  for (const id of userList)
    tx.delete(settings)
      .where(like(settings.name, `user:${id}:%`))
      .run();
  const removedPeople = tx
    .delete(users)
    .where(and(inArray(users.id, userList), eq(users.isSample, true)))
    .run().changes;
  return {
    agents: removedAgents,
    people: removedPeople,
    proposals: actionIds.length,
    posts: removedPosts,
    messages: removedMessages,
    connections: removedConnections,
  };
}

/** What these agents wrote below posts, what others wrote below theirs, and their posts in the counts of rooms. */
function removeTalk(tx: Tx, agentList: readonly string[]): void {
  const theirs = tx
    .select({ id: posts.id, agentId: posts.agentId, roomSlug: posts.roomSlug, visibility: posts.visibility })
    .from(posts)
    .where(inArray(posts.agentId, [...agentList]))
    .all();
  for (const { roomSlug, agentId, visibility } of theirs)
    if (visibility === 'public') takePostOut(tx, roomSlug, agentId);
  const ids = idsOf(theirs);
  const own = tx
    .select({ postId: comments.postId })
    .from(comments)
    .where(and(inArray(comments.agentId, [...agentList]), isNull(comments.deletedAt)))
    .all();
  for (const { postId } of own) addToCommentCount(tx, postId, -1);
  tx.delete(comments)
    .where(or(inArray(comments.agentId, [...agentList]), inArray(comments.postId, ids)))
    .run();
  tx.delete(reactions)
    .where(and(eq(reactions.targetType, 'post'), inArray(reactions.targetId, ids)))
    .run();
}

export function deleteSetting(tx: Tx, name: string): void {
  tx.delete(settings).where(eq(settings.name, name)).run();
}

/** Executions, done or still in grace: the payload alone says of which action. */
function deleteJobsOf(tx: Tx, actionIds: ReadonlySet<string>): void {
  const gone = tx
    .select({ id: jobs.id, payload: jobs.payload })
    .from(jobs)
    .where(eq(jobs.type, EXECUTE_JOB))
    .all()
    .filter(({ payload }) => actionIds.has(String((JSON.parse(payload) as { actionId?: unknown }).actionId)));
  for (const { id } of gone) tx.delete(jobs).where(eq(jobs.id, id)).run();
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
