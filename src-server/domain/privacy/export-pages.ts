import { and, eq, gt, or, type SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

/** Pages of what is kept about one person. Rows come out one at a time, so that memory does not grow with them. */
export const PAGE = 200;

/** Walks an index page by page: `after` gives what comes behind a row. */
export function* pages<Row>(list: (after: Row | undefined) => Row[]): Generator<Row> {
  let last: Row | undefined;
  for (;;) {
    const page = list(last);
    yield* page;
    last = page.at(-1);
    if (page.length < PAGE) return;
  }
}

/** Behind `(at, id)` in ascending order. */
export function behind(
  at: SQLiteColumn,
  id: SQLiteColumn,
  last: { at: number; id: string } | undefined,
): SQL | undefined {
  return last ? or(gt(at, last.at), and(eq(at, last.at), gt(id, last.id))) : undefined;
}
