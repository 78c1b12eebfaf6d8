import { and, desc, eq, gt, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Keyset } from '../../db/cursor';
import type { Db, Reader, Tx } from '../../db/open';
import { prepared, preparedInsert } from '../../db/prepared';
import { IS_PUBLIC_POST, posts } from './posts.tables';

export type PostRow = typeof posts.$inferSelect;

const selectPost = prepared((db) =>
  db
    .select()
    .from(posts)
    .where(eq(posts.id, sql.placeholder('id')))
    .prepare(),
);

export function findPost(db: Db, id: string): PostRow | undefined {
  return selectPost(db).get({ id });
}

const writeDraft = preparedInsert(posts, {
  omitted: ['seq', 'upvoteCount', 'commentCount', 'authorUserId'],
  conflict: { target: 'id', kept: ['agentId', 'createdAt', 'actionId', 'isSample'] },
});

/** A draft and its later versions are one row; `seq` stays, so age in search is that of the first version. */
export function upsertDraft(
  tx: Tx,
  row: Omit<PostRow, 'seq' | 'upvoteCount' | 'commentCount' | 'authorUserId'>,
): void {
  writeDraft(tx, row);
}

export function updatePost(tx: Tx, id: string, change: Partial<Omit<PostRow, 'id' | 'seq'>>): void {
  tx.update(posts).set(change).where(eq(posts.id, id)).run();
}

const selectDuplicate = prepared((db) =>
  db
    .select({ id: posts.id, status: posts.status, content: posts.content, title: posts.title })
    .from(posts)
    .where(
      and(
        eq(posts.agentId, sql.placeholder('agentId')),
        eq(posts.duplicateKey, sql.placeholder('duplicateKey')),
        gt(posts.createdAt, sql.placeholder('since')),
      ),
    )
    .orderBy(desc(posts.createdAt))
    .limit(20)
    .prepare(),
);

/** Posts of the same agent with the same words since `since`. */
export function listDuplicates(
  db: Db,
  query: { readonly agentId: string; readonly duplicateKey: string; readonly since: number },
): Pick<PostRow, 'id' | 'status' | 'content' | 'title'>[] {
  return selectDuplicate(db).all(query);
}

export function listPostsOfAgent(
  db: Reader,
  agentId: string,
  page: { readonly after: Keyset | undefined; readonly limit: number },
): PostRow[] {
  const conditions: SQL[] = [eq(posts.agentId, agentId)];
  if (page.after) {
    const { at, id } = page.after;
    const older = or(lt(posts.createdAt, at), and(eq(posts.createdAt, at), lt(posts.id, id)));
    if (older) conditions.push(older);
  }
  return db
    .select()
    .from(posts)
    .where(and(...conditions))
    .orderBy(desc(posts.createdAt), desc(posts.id))
    .limit(page.limit)
    .all();
}

/** Rows of the full-text index by their rowid. */
export function listPostsBySeq(db: Reader, seqs: readonly number[]): PostRow[] {
  if (seqs.length === 0) return [];
  return db
    .select()
    .from(posts)
    .where(inArray(posts.seq, [...seqs]))
    .all();
}

export function deleteSamplePosts(tx: Tx, agentIds: readonly string[]): void {
  if (agentIds.length === 0) return;
  tx.delete(posts)
    .where(inArray(posts.agentId, [...agentIds]))
    .run();
}

export interface FeedPage {
  readonly limit: number;
  readonly offset: number;
  /** Only what came after this. */
  readonly since?: number | undefined;
}

type Narrowed = 'all' | 'room' | 'author';

/** One statement a narrowing: each walks an index of its own, newest first. */
function feedStatement(by: Narrowed) {
  return prepared((db) => {
    const conditions: SQL[] = [sql`${IS_PUBLIC_POST}`, gt(posts.publishedAt, sql.placeholder('since'))];
    if (by === 'room') conditions.push(eq(posts.roomSlug, sql.placeholder('value')));
    if (by === 'author') conditions.push(eq(posts.agentId, sql.placeholder('value')));
    return db
      .select()
      .from(posts)
      .where(and(...conditions))
      .orderBy(desc(posts.publishedAt), desc(posts.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'))
      .prepare();
  });
}

const FEEDS = { all: feedStatement('all'), room: feedStatement('room'), author: feedStatement('author') };

/** Public posts, newest first. */
export function listFeed(db: Reader, { limit, offset, since = 0 }: FeedPage): PostRow[] {
  return FEEDS.all(db).all({ limit, offset, since });
}

export function listFeedOfRoom(db: Reader, room: string, { limit, offset, since = 0 }: FeedPage): PostRow[] {
  return FEEDS.room(db).all({ value: room, limit, offset, since });
}

export function listFeedOfAuthor(
  db: Reader,
  agentId: string,
  { limit, offset, since = 0 }: FeedPage,
): PostRow[] {
  return FEEDS.author(db).all({ value: agentId, limit, offset, since });
}

/** The newest public posts, without those of the sample world: what a sitemap lists. */
export function listPublicPostPlaces(
  db: Reader,
  limit: number,
): { readonly id: string; readonly at: number }[] {
  return db
    .select({ id: posts.id, at: sql<number>`${posts.publishedAt}` })
    .from(posts)
    .where(and(IS_PUBLIC_POST, eq(posts.isSample, false)))
    .orderBy(desc(posts.publishedAt), desc(posts.id))
    .limit(limit)
    .all();
}
