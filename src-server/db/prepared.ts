import { getTableColumns, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db, Sqlite, Tx } from './open';

/** Drizzle's handle carries the connection, but its type alias in `open.ts` does not say so. */
export function clientOf(db: Db): Sqlite {
  return (db as Db & { readonly $client: Sqlite }).$client;
}

/**
 * A statement built once per connection and kept: Drizzle's own building costs ten times the run of a prepared one.
 * `const findPost = prepared((db) => db.select()….prepare())`, then `findPost(db).get({ id })`.
 */
export function prepared<Statement>(build: (db: Db) => Statement): (db: Db) => Statement {
  const statements = new WeakMap<Db, Statement>();
  return (db) => {
    let statement = statements.get(db);
    if (statement === undefined) {
      statement = build(db);
      statements.set(db, statement);
    }
    return statement;
  };
}

/**
 * An insert of whole rows, prepared. Every column but `omitted` must be in the row. With `conflict`, a row whose key
 * exists is replaced in the columns that are not `kept`.
 */
export function preparedInsert(
  table: SQLiteTable,
  {
    omitted = [],
    conflict,
  }: {
    readonly omitted?: readonly string[];
    readonly conflict?: { readonly target: string; readonly kept: readonly string[] };
  } = {},
): (tx: Tx, row: Readonly<Record<string, unknown>>) => void {
  const columns = getTableColumns(table);
  const names = Object.keys(columns).filter((name) => !omitted.includes(name));
  const statement = prepared((db) => {
    const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
    const insert = db.insert(table).values(values);
    const target = conflict && columns[conflict.target];
    if (!conflict || !target) return insert.prepare();
    const replaced = names.filter((name) => name !== conflict.target && !conflict.kept.includes(name));
    const set = Object.fromEntries(
      replaced.map((name) => [name, sql`excluded.${sql.identifier(columns[name]?.name ?? name)}`]),
    );
    return insert.onConflictDoUpdate({ target, set }).prepare();
  });
  return (tx, row) => {
    statement(tx).run(row);
  };
}
