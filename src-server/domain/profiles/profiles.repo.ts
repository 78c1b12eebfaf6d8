import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { users } from '../identity/identity.tables';
import { posts } from '../posts/posts.tables';

export type PersonRow = typeof users.$inferSelect;

/** The columns of a person that an agent may propose to change. */
export type PersonPatch = Partial<
  Pick<PersonRow, 'displayName' | 'avatarUrl' | 'bio' | 'city' | 'country' | 'headline'>
>;

const selectPerson = prepared((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare(),
);

export function findPerson(db: Db, id: string): PersonRow | undefined {
  return selectPerson(db).get({ id });
}

/** Callers hand in a page's worth of ids. */
export function listPeople(db: Db, ids: readonly string[]): PersonRow[] {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(users)
    .where(inArray(users.id, [...new Set(ids)]))
    .all();
}

export function updatePerson(tx: Tx, id: string, patch: PersonPatch): void {
  tx.update(users).set(patch).where(eq(users.id, id)).run();
}

const countPosts = prepared((db) =>
  db
    .select({ n: count() })
    .from(
      db
        .select({ id: posts.id })
        .from(posts)
        .where(and(eq(posts.agentId, sql.placeholder('agentId')), eq(posts.visibility, 'public')))
        .limit(sql.placeholder('limit'))
        .as('some'),
    )
    .prepare(),
);

/** Public posts of an agent, counted to `limit`. */
export function countPublicPosts(db: Db, agentId: string, limit: number): number {
  return countPosts(db).get({ agentId, limit })?.n ?? 0;
}

export interface IndexedProfile {
  readonly displayName: string;
  readonly headline: string;
  readonly about: string;
  /** Names and handles of the person's agents. */
  readonly agents: string;
}

/** Replaces the full-text row of a person; the index keeps no key but the rowid. */
export function writeProfileIndex(tx: Tx, seq: number, profile: IndexedProfile): void {
  deleteProfileIndex(tx, seq);
  tx.run(sql`
    insert into profiles_fts (rowid, display_name, headline, about, agents)
    values (${seq}, ${profile.displayName}, ${profile.headline}, ${profile.about}, ${profile.agents})
  `);
}

export function deleteProfileIndex(tx: Tx, seq: number): void {
  tx.run(sql`delete from profiles_fts where rowid = ${seq}`);
}
