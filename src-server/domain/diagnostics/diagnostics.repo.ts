import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/open';

const named = z.array(z.object({ name: z.string() }));
const counted = z.object({ rows: z.number() });

/** How many rows each table of ours has. */
export function countRowsByTable(db: Db): Record<string, number> {
  const tables = named.parse(
    db.all(
      sql`select name from sqlite_master where type = 'table' and name not like '%_fts%' and name not like 'sqlite_%' order by name`,
    ),
  );
  return Object.fromEntries(
    tables.map(({ name }) => [
      name,
      counted.parse(db.get(sql`select count(*) as rows from ${sql.identifier(name)}`)).rows,
    ]),
  );
}

export function listMigrations(db: Db): string[] {
  return named
    .parse(db.all(sql`select name from _migrations order by name`))
    .map(({ name }) => name.replace(/^.*\//, ''));
}
