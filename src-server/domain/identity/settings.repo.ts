import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db, Tx } from '../../db/open';
import { prepared } from '../../db/prepared';
import { settings } from './identity.tables';

const selectValue = prepared((db) =>
  db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.name, sql.placeholder('name')))
    .prepare(),
);

/** A setting of the installation or, under `user:<id>:…`, of a person; `fallback` where it is unset or no longer fits. */
export function getSetting<Schema extends z.ZodType>(
  db: Db,
  name: string,
  schema: Schema,
  fallback: z.output<Schema>,
): z.output<Schema> {
  const row = selectValue(db).get({ name });
  if (!row) return fallback;
  const parsed = schema.safeParse(parseJson(row.value));
  return parsed.success ? parsed.data : fallback;
}

/** @throws ZodError when the value is not what the schema says: a bug of the caller, doors check before. */
export function setSetting<Schema extends z.ZodType>(
  tx: Tx,
  name: string,
  schema: Schema,
  value: z.input<Schema>,
): z.output<Schema> {
  const parsed = schema.parse(value);
  const text = JSON.stringify(parsed);
  tx.insert(settings)
    .values({ name, value: text })
    .onConflictDoUpdate({ target: settings.name, set: { value: text } })
    .run();
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
