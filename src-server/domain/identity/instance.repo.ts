import { eq } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open';
import { instance } from './identity.tables';

/** A fact about this installation, read a few times per process. */
export function findFact(db: Db, name: string): Buffer | undefined {
  return db.select({ value: instance.value }).from(instance).where(eq(instance.name, name)).get()?.value;
}

/** @throws when the fact is there already. */
export function insertFact(tx: Tx, name: string, value: Buffer): void {
  tx.insert(instance).values({ name, value }).run();
}

export function putFact(tx: Tx, name: string, value: Buffer): void {
  tx.insert(instance)
    .values({ name, value })
    .onConflictDoUpdate({ target: instance.name, set: { value } })
    .run();
}
