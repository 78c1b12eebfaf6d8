import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inOneRead } from './one-read';
import { openDatabase, type OpenDatabase } from './open';

interface Opened {
  readonly database: OpenDatabase;
  /** Writes a name on the writing connection, inside whatever transaction is open. */
  readonly add: (name: string) => void;
  /** What is committed, as the reading connection sees it. */
  readonly names: () => unknown[];
}

function openNames(): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-db-'));
  const database = openDatabase(folder, (sqlite) => {
    sqlite.exec(
      'create table kinds (id text primary key) strict; create table names (name text unique, kind text references kinds (id)) strict;',
    );
  });
  onTestFinished(() => {
    if (database.raw.write.open) database[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const insert = database.raw.write.prepare('insert into names (name) values (?)');
  const select = database.raw.read.prepare('select name from names order by rowid').pluck();
  return { database, add: (name) => void insert.run(name), names: () => select.all() };
}

describe('grouped writes', () => {
  it('of one turn are one commit, and are answered after it', async () => {
    const { database, add, names } = openNames();
    const answered: string[] = [];
    const writes = ['a', 'b', 'c'].map(async (name) => {
      await database.writer.grouped(() => add(name));
      expect(names()).toEqual(['a', 'b', 'c']);
      answered.push(name);
    });
    await Promise.resolve();
    expect([names(), answered]).toEqual([[], []]);
    await Promise.all(writes);
    expect(answered).toEqual(['a', 'b', 'c']);
    expect(database.raw.write.pragma('synchronous', { simple: true })).toBe(2);
  });

  it('see those before them, and give back what they made', async () => {
    const { database, add } = openNames();
    const count = database.raw.write.prepare('select count(*) from names').pluck();
    const first = database.writer.grouped(() => {
      add('a');
      return count.get();
    });
    const second = database.writer.grouped(() => count.get());
    expect(await Promise.all([first, second])).toEqual([1, 1]);
  });

  it('that fail vanish alone', async () => {
    const { database, add, names } = openNames();
    const results = await Promise.allSettled([
      database.writer.grouped(() => add('a')),
      database.writer.grouped(() => {
        add('b');
        throw new Error('no');
      }),
      database.writer.grouped(() => add('a')),
      database.writer.grouped(() => add('c')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(names()).toEqual(['a', 'c']);
  });

  it('are on disk before any other transaction begins', async () => {
    const { database, add, names } = openNames();
    const grouped = database.writer.grouped(() => add('a'));
    database.writer.transaction(() => {
      expect(names()).toEqual(['a']);
      add('b');
    });
    await grouped;
    await database.writer.grouped(() => add('c'));
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('all fail when their commit does, and leave nothing', async () => {
    const { database, add, names } = openNames();
    const results = await Promise.allSettled([
      database.writer.grouped(() => add('a')),
      database.writer.grouped(() => {
        database.raw.write.pragma('defer_foreign_keys = on');
        database.raw.write.exec("insert into names values ('b', 'of no kind')");
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await database.writer.grouped(() => add('c'));
    expect(names()).toEqual(['c']);
  });

  it('all fail when one of them ends the transaction, as a full disk does', async () => {
    const { database, add, names } = openNames();
    const results = await Promise.allSettled([
      database.writer.grouped(() => add('a')),
      database.writer.grouped(() => {
        database.raw.write.exec('rollback');
        throw new Error('disk full');
      }),
      database.writer.grouped(() => add('c')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { message: 'disk full' } });
    expect(names()).toEqual(['c']);
  });

  it('do not begin inside another', async () => {
    const { database, add, names } = openNames();
    const { writer } = database;
    const refused = 'A transaction is already open';
    await expect(writer.grouped(() => writer.transaction(() => add('a')))).rejects.toThrow(refused);
    let inner: Promise<void> | undefined;
    writer.transaction(() => {
      inner = writer.grouped(() => add('b'));
    });
    await expect(inner).rejects.toThrow(refused);
    await expect(writer.grouped(async () => add('c'))).rejects.toThrow('must not await');
    expect(names()).toEqual([]);
  });

  it('are committed when the file is closed', async () => {
    const { database, add } = openNames();
    const grouped = database.writer.grouped(() => add('a'));
    database[Symbol.dispose]();
    await grouped;
    const again = new Database(database.file, { readonly: true });
    expect(again.prepare('select name from names').pluck().all()).toEqual(['a']);
    again.close();
  });
});

describe('reads of one moment', () => {
  it('see nothing that is written meanwhile, and everything afterwards', () => {
    const { database, add, names } = openNames();
    inOneRead(database.reader, () => {
      expect(names()).toEqual([]);
      database.writer.transaction(() => add('a'));
      expect(inOneRead(database.reader, names)).toEqual([]);
    });
    expect(names()).toEqual(['a']);
  });

  it('end when they throw, and do not await', () => {
    const { database, add, names } = openNames();
    const fail = () =>
      inOneRead(database.reader, () => {
        names();
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    expect(() => inOneRead(database.reader, async () => names())).toThrow('must not await');
    database.writer.transaction(() => add('a'));
    expect(names()).toEqual(['a']);
  });
});
