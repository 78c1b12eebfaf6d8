import { count, max } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { BackupContents } from '../../contract/console/data';
import type { Db } from '../../db/open';
import { actions, audit } from '../../gate/gate.tables';
import { agents } from '../agents/agents.tables';
import { users } from '../identity/identity.tables';
import { messages } from '../messages/messages.tables';
import { posts } from '../posts/posts.tables';

/** How much there is, of what a person recognises their data by. */
export function countWorld(db: Db): BackupContents['counts'] {
  return {
    people: countRows(db, users),
    agents: countRows(db, agents),
    proposals: countRows(db, actions),
    posts: countRows(db, posts),
    messages: countRows(db, messages),
    auditRows: countRows(db, audit),
  };
}

/** When the last thing happened that is written down. */
export function lastAuditAt(db: Db): number | null {
  return (
    db
      .select({ at: max(audit.at) })
      .from(audit)
      .get()?.at ?? null
  );
}

function countRows(db: Db, table: SQLiteTable): number {
  return db.select({ rows: count() }).from(table).get()?.rows ?? 0;
}
