import type { InboxItem } from '../../../src-server/contract/console/inbox';
import { BULK_MAX } from '../../../src-server/contract/console/inbox';

/** Why a row can't be part of one decision on several (decisions §3: reversible, read, at most fifty). */
export type MarkRefusal = 'unread' | 'not_reversible' | 'decided' | 'too_many';

type Row = Pick<InboxItem, 'id' | 'status' | 'risk' | 'isRead'>;

/** What stands in the way of marking this row; undefined where nothing does. */
export function markRefusal(row: Row, marked: ReadonlySet<string>): MarkRefusal | undefined {
  if (row.status !== 'pending') return 'decided';
  if (row.risk !== 'reversible') return 'not_reversible';
  if (!row.isRead) return 'unread';
  return marked.size >= BULK_MAX && !marked.has(row.id) ? 'too_many' : undefined;
}

/** Marks or unmarks one row. */
export function toggleMark(row: Row, marked: ReadonlySet<string>): ReadonlySet<string> {
  const next = new Set(marked);
  if (!next.delete(row.id) && markRefusal(row, marked) === undefined) next.add(row.id);
  return next;
}

/** Every loaded row that may be marked, to the bound. */
export function markAll(rows: readonly Row[]): ReadonlySet<string> {
  const next = new Set<string>();
  for (const row of rows) if (markRefusal(row, next) === undefined) next.add(row.id);
  return next;
}

/** What is still marked among the rows that are there: what was decided, changed or left is not. */
export function stillMarked<R extends Row>(rows: readonly R[], marked: ReadonlySet<string>): R[] {
  return rows.filter((row) => marked.has(row.id) && markRefusal(row, marked) === undefined);
}
