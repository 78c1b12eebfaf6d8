import { and, count, desc, eq, inArray, lt, ne, or, sql } from 'drizzle-orm';
import type { Keyset } from '../../db/cursor';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { mails } from '../identity/identity.tables';

export type MailRow = typeof mails.$inferSelect;

const selectById = prepared((db) =>
  db
    .select()
    .from(mails)
    .where(eq(mails.id, sql.placeholder('id')))
    .prepare(),
);

export function findMail(db: Db, id: string): MailRow | undefined {
  return selectById(db).get({ id });
}

export function insertMail(tx: Tx, row: typeof mails.$inferInsert): void {
  tx.insert(mails).values(row).run();
}

/** The newest first; `recipientMac` narrows to one address. */
export function listMailRows(db: Db, recipientMac: string | undefined, limit: number): MailRow[] {
  return db
    .select()
    .from(mails)
    .where(recipientMac === undefined ? undefined : eq(mails.recipientMac, recipientMac))
    .orderBy(desc(mails.createdAt), desc(sql`rowid`))
    .limit(limit)
    .all();
}

/**
 * One page behind `after`, the newest first. A status has no index of its own: the table is bounded (`mail.service.ts`),
 * and its walk stops at the limit.
 */
export function listMailPage(
  db: Db,
  page: {
    readonly status: MailRow['status'] | undefined;
    readonly recipientMac: string | undefined;
    readonly after: Keyset | undefined;
    readonly limit: number;
  },
): MailRow[] {
  const { status, recipientMac, after, limit } = page;
  return db
    .select()
    .from(mails)
    .where(
      and(
        status === undefined ? undefined : eq(mails.status, status),
        recipientMac === undefined ? undefined : eq(mails.recipientMac, recipientMac),
        after === undefined
          ? undefined
          : or(lt(mails.createdAt, after.at), and(eq(mails.createdAt, after.at), lt(mails.id, after.id))),
      ),
    )
    .orderBy(desc(mails.createdAt), desc(mails.id))
    .limit(limit)
    .all();
}

const countRows = prepared((db) => db.select({ count: count() }).from(mails).prepare());

export function countMails(db: Db): number {
  return countRows(db).get()?.count ?? 0;
}

export function setMailStatus(
  tx: Tx,
  id: string,
  end: {
    readonly status: 'queued' | 'sent' | 'failed';
    readonly sentAt?: number;
    readonly lastError?: string;
  },
): void {
  tx.update(mails)
    .set({ status: end.status, sentAt: end.sentAt ?? null, lastError: end.lastError ?? null })
    .where(eq(mails.id, id))
    .run();
}

/** SQLite takes an offset only behind a limit. */
const ALL = Number.MAX_SAFE_INTEGER;

/** Forgets what is older than `before`, and all but the newest `keep` of what no job waits for. */
export function pruneMailRows(tx: Tx, before: number, keep: number): void {
  tx.delete(mails).where(lt(mails.createdAt, before)).run();
  if (countMails(tx) <= keep) return;
  const surplus = tx
    .select({ id: mails.id })
    .from(mails)
    .where(ne(mails.status, 'queued'))
    .orderBy(desc(mails.createdAt), desc(sql`rowid`))
    .limit(ALL)
    .offset(keep);
  tx.delete(mails).where(inArray(mails.id, surplus)).run();
}
