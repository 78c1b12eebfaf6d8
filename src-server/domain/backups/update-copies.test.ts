import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../config';
import type { FailedMessage, ServerToShell } from '../../contract/process';
import { migrate } from '../../db/migrate';
import { DATABASE_FILE, openDatabase } from '../../db/open';
import { serve } from '../../serve';
import { randomIds } from '../../lib/ids';
import { openKeyring } from '../identity/keyring';
import { findUpdateCopy, makeUpdateCopy, updateCopiesFolder } from './update-copies';

const masterKey = randomBytes(32);
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'update-copies-'));
});

/** A desktop's data as the app before the last migration left it. */
function makeOldData(): void {
  const database = openDatabase(folder, (sqlite) => migrate(sqlite));
  openKeyring({
    writer: database.writer,
    reader: database.reader,
    ids: randomIds,
    masterKey,
    mode: 'desktop',
  });
  database[Symbol.dispose]();
  edit((sqlite) => sqlite.exec("DELETE FROM _migrations WHERE name LIKE '%0002_desk%'"));
}

function edit<T>(work: (sqlite: Database.Database) => T): T {
  const sqlite = new Database(join(folder, DATABASE_FILE));
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** The same database with everything that the last migration made taken out of it again. */
function makeWhollyOldData(): void {
  const file = join(folder, DATABASE_FILE);
  const sqlite = new Database(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec('CREATE TABLE _migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT');
  const from = join(import.meta.dirname, '../../db/migrations');
  for (const name of readdirSync(from)
    .filter((one) => /^000[01]_.*\.sql$/.test(one))
    .sort()) {
    for (const statement of readFileSync(join(from, name), 'utf8').split('--> statement-breakpoint'))
      sqlite.exec(statement);
    sqlite.prepare('INSERT INTO _migrations VALUES (?, 0)').run(`./migrations/${name}`);
  }
  sqlite.close();
  const database = openDatabase(folder, () => undefined);
  openKeyring({
    writer: database.writer,
    reader: database.reader,
    ids: randomIds,
    masterKey,
    mode: 'desktop',
  });
  database[Symbol.dispose]();
}

/** Starts the server as the shell does; answers its last word, and stops it. */
async function start(init: { restoreCopy?: string; key?: Buffer } = {}): Promise<ServerToShell | undefined> {
  const said: ServerToShell[] = [];
  const port = {
    post: (message: ServerToShell) => void said.push(message),
    init: Promise.resolve({
      type: 'init' as const,
      socketSecret: randomBytes(32).toString('base64'),
      masterKey: (init.key ?? masterKey).toString('base64'),
      restoreCopy: init.restoreCopy,
    }),
  };
  try {
    const argv = ['--data', folder, '--port', '0', '--desktop'];
    const { config, secrets } = readConfig(argv, { COUNTERSIGN_LOG_LEVEL: 'silent' });
    const server = await serve(config, secrets, port);
    await server[Symbol.asyncDispose]();
  } catch {
    // What it was is in its last message.
  }
  return said.find(({ type }) => type !== 'checkpoint');
}

const copies = (): string[] => readdirSync(updateCopiesFolder(folder)).sort();
const applied = (): unknown =>
  edit((sqlite) => sqlite.prepare('SELECT count(*) FROM _migrations').pluck().get());

describe('an update of the data', () => {
  it('copies what is there first, encrypted and named by what it was before', async () => {
    makeWhollyOldData();
    const before = applied();
    expect(await start()).toMatchObject({ type: 'ready' });
    expect(applied()).toBeGreaterThan(Number(before));
    const [name = ''] = copies();
    expect(copies()).toHaveLength(1);
    expect(name).toMatch(/^before-0002_desk-\d{8}T\d{9}Z\.csb$/);
    const bytes = readFileSync(join(updateCopiesFolder(folder), name));
    expect(bytes.includes('SQLite format 3')).toBe(false);
    // Nothing waits: no further copy.
    expect(await start()).toMatchObject({ type: 'ready' });
    expect(copies()).toHaveLength(1);
  });

  it('that fails offers the copy, which comes back in one step and keeps the newer file', async () => {
    makeOldData();
    const failed = (await start()) as FailedMessage;
    expect(failed).toMatchObject({ type: 'failed', code: 'migration_failed' });
    const name = failed.details.updateCopy?.name ?? '';
    expect(copies()).toEqual([name]);
    edit((sqlite) => sqlite.exec('CREATE TABLE written_since (id TEXT) STRICT'));

    const restored = (await start({ restoreCopy: name })) as FailedMessage;
    expect(restored).toMatchObject({ type: 'failed', code: 'restored' });
    const isThere = 'SELECT count(*) FROM sqlite_master WHERE name = ?';
    expect(edit((sqlite) => sqlite.prepare(isThere).pluck().get('written_since'))).toBe(0);
    const kept = new Database(restored.details.keptFile ?? '', { readonly: true });
    expect(kept.prepare(isThere).pluck().get('written_since')).toBe(1);
    kept.close();
    expect(copies()).toEqual([name]);
  });

  it('is not begun with another key than the data’s', async () => {
    makeOldData();
    expect(await start({ key: randomBytes(32) })).toMatchObject({ code: 'wrong_key' });
    expect(findUpdateCopy(folder)).toBeUndefined();
  });

  it('by a newer version is noticed and offers the copy; no other file can be named', async () => {
    makeWhollyOldData();
    await start();
    edit((sqlite) => sqlite.exec("INSERT INTO _migrations VALUES ('./migrations/9999_later.sql', 1)"));
    const failed = (await start()) as FailedMessage;
    expect(failed).toMatchObject({ code: 'data_newer', details: { updateCopy: { name: copies()[0] } } });
    expect(await start({ restoreCopy: '../countersign.db' })).toMatchObject({ code: 'unexpected' });
  });

  it('keeps five copies, and none of a folder without data', () => {
    makeOldData();
    const sqlite = new Database(join(folder, DATABASE_FILE));
    for (let day = 1; day <= 7; day += 1) {
      makeUpdateCopy({
        dataFolder: folder,
        sqlite,
        pending: ['./migrations/0002_desk.sql'],
        masterKey,
        now: day * 86_400_000,
      });
    }
    sqlite.close();
    expect(copies().map((name) => name.slice(17, 25))).toEqual([
      '19700104',
      '19700105',
      '19700106',
      '19700107',
      '19700108',
    ]);
    const empty = new Database(':memory:');
    migrate(empty);
    expect(
      makeUpdateCopy({ dataFolder: folder, sqlite: empty, pending: [], masterKey, now: 0 }),
    ).toBeUndefined();
    empty.close();
  });

  it('offers no copy that is damaged', () => {
    makeOldData();
    const sqlite = new Database(join(folder, DATABASE_FILE));
    const file = makeUpdateCopy({ dataFolder: folder, sqlite, pending: ['x.sql'], masterKey, now: 1 }) ?? '';
    sqlite.close();
    expect(findUpdateCopy(folder)?.madeAt).toBe('1970-01-01T00:00:00.001Z');
    writeFileSync(file, 'no backup');
    expect(findUpdateCopy(folder)).toBeUndefined();
  });
});
