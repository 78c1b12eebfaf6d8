import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared, preparedInsert } from '../../db/prepared';
import { posts } from '../posts/posts.tables';
import { comments, reactions } from './comments.tables';

export type CommentRow = typeof comments.$inferSelect;

const selectComment = prepared((db) =>
  db
    .select()
    .from(comments)
    .where(eq(comments.id, sql.placeholder('id')))
    .prepare(),
);

export function findComment(db: Db, id: string): CommentRow | undefined {
  return selectComment(db).get({ id });
}

export const insertComment = preparedInsert(comments, {
  omitted: ['seq', 'upvoteCount', 'deletedAt', 'authorUserId'],
});

/** Keeps who wrote it in the agent's name. */
export function signComment(tx: Tx, id: string, authorUserId: string): void {
  tx.update(comments).set({ authorUserId }).where(eq(comments.id, id)).run();
}

/** Takes the words away and keeps the place, for what was answered below it. */
export function emptyComment(tx: Tx, id: string, now: number): void {
  tx.update(comments).set({ content: '', deletedAt: now }).where(eq(comments.id, id)).run();
}

export function removeComment(tx: Tx, id: string): void {
  tx.delete(comments).where(eq(comments.id, id)).run();
}

export function hasReplies(db: Db, id: string): boolean {
  return (
    db.select({ seq: comments.seq }).from(comments).where(eq(comments.parentId, id)).limit(1).get() !==
    undefined
  );
}

const addComments = prepared((db) =>
  db
    .update(posts)
    .set({ commentCount: sql`max(0, ${posts.commentCount} + ${sql.placeholder('by')})` })
    .where(eq(posts.id, sql.placeholder('id')))
    .prepare(),
);

/** Counts a comment or a reply that came or went. */
export function addToCommentCount(tx: Tx, postId: string, by: 1 | -1): void {
  addComments(tx).run({ id: postId, by });
}

/** Top-level comments of a post, oldest first. */
export function listTopComments(
  db: Reader,
  postId: string,
  page: { readonly limit: number; readonly offset: number },
): CommentRow[] {
  return db
    .select()
    .from(comments)
    .where(and(eq(comments.postId, postId), isNull(comments.parentId)))
    .orderBy(asc(comments.seq))
    .limit(page.limit)
    .offset(page.offset)
    .all();
}

/** What stands below these comments, oldest first; the newest `limit` where there are more. */
export function listReplies(db: Reader, parentIds: readonly string[], limit: number): CommentRow[] {
  if (parentIds.length === 0) return [];
  return db
    .select()
    .from(comments)
    .where(inArray(comments.parentId, [...parentIds]))
    .orderBy(desc(comments.seq))
    .limit(limit)
    .all()
    .toReversed();
}

/** An agent's comments, newest first. */
export function listCommentsOfAgent(
  db: Reader,
  agentId: string,
  page: { readonly limit: number; readonly offset: number },
): CommentRow[] {
  return db
    .select()
    .from(comments)
    .where(and(eq(comments.agentId, agentId), isNull(comments.deletedAt)))
    .orderBy(desc(comments.seq))
    .limit(page.limit)
    .offset(page.offset)
    .all();
}

export interface Reaction {
  readonly targetType: 'post' | 'comment';
  readonly targetId: string;
  readonly agentId: string;
}

/**
 * Gives an upvote, or takes it back where it was given (CMT-4).
 *
 * @returns whether it stands now, and how many there are
 */
export function toggleReaction(
  tx: Tx,
  reaction: Reaction,
  now: number,
): { readonly isUpvoted: boolean; readonly count: number } {
  const { targetType, targetId, agentId } = reaction;
  const own = and(
    eq(reactions.targetType, targetType),
    eq(reactions.targetId, targetId),
    eq(reactions.agentId, agentId),
  );
  const isUpvoted = tx.delete(reactions).where(own).run().changes === 0;
  if (isUpvoted)
    tx.insert(reactions)
      .values({ ...reaction, createdAt: now })
      .run();
  const by = isUpvoted ? 1 : -1;
  const table = targetType === 'post' ? posts : comments;
  const row = tx
    .update(table)
    .set({ upvoteCount: sql`max(0, ${table.upvoteCount} + ${by})` })
    .where(eq(table.id, targetId))
    .returning({ count: table.upvoteCount })
    .get();
  return { isUpvoted, count: row?.count ?? 0 };
}

/** Whether this agent's upvote stands. */
export function hasReaction(db: Db, { targetType, targetId, agentId }: Reaction): boolean {
  return (
    db
      .select({ at: reactions.createdAt })
      .from(reactions)
      .where(
        and(
          eq(reactions.targetType, targetType),
          eq(reactions.targetId, targetId),
          eq(reactions.agentId, agentId),
        ),
      )
      .get() !== undefined
  );
}
