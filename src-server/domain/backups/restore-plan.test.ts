import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  carryOutPlan,
  findPlan,
  removePlan,
  sweepRestoreFolder,
  writePlan,
  type StartPlan,
} from './restore-plan';

const PLAN: StartPlan = {
  type: 'restore',
  v: 1,
  id: 'rst_1',
  stagedAt: '2026-11-21T12:00:00.000Z',
  sourceName: 'auto-20261121T110000000Z.csb',
  dataUntil: null,
  userId: 'anna',
  traceId: 'tr_1',
};

interface Folder {
  readonly data: string;
  readonly database: string;
}

/** A folder whose newer data lies partly in the write-ahead log, with a restore of older data staged. */
function createFolder({ hasCurrent = true } = {}): Folder {
  const data = mkdtempSync(join(tmpdir(), 'countersign-plan-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const database = join(data, 'countersign.db');
  if (hasCurrent) writeWorld(database, 'newer', true);
  const work = join(data, 'restore', '.work-1');
  mkdirSync(work, { recursive: true });
  writeWorld(join(work, 'made.db'), 'older', false);
  writePlan(data, PLAN, join(work, 'made.db'));
  return { data, database };
}

/** Ends without closing when the log is to stay, as a process that is killed does. */
function writeWorld(file: string, word: string, keepsLog: boolean): void {
  const script = `
    const Database = require('better-sqlite3');
    const db = new Database(process.argv[1]);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE world (word TEXT)');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.prepare('INSERT INTO world VALUES (?)').run(process.argv[2]);
    if (process.argv[3] === 'true') process.kill(process.pid, 'SIGKILL');
    db.close();`;
  spawnSync(process.execPath, ['-e', script, file, word, String(keepsLog)], { cwd: import.meta.dirname });
  expect(existsSync(`${file}-wal`)).toBe(keepsLog);
}

function wordOf(file: string): string {
  const sqlite = new Database(file, { fileMustExist: true });
  try {
    return String(sqlite.prepare('SELECT word FROM world').pluck().get());
  } finally {
    sqlite.close();
  }
}

const carryOut = ({ data, database }: Folder) =>
  carryOutPlan({ dataFolder: data, databaseFile: database, check: () => undefined, now: new Date() });

function expectRestored(folder: Folder): void {
  expect(wordOf(folder.database)).toBe('older');
  const replaced = readdirSync(folder.data).filter((name) =>
    /\.replaced-[^-]+-\d\d-[^-]+-[^-]+-[^-]+Z$/.test(name),
  );
  expect(replaced).toHaveLength(1);
  expect(wordOf(join(folder.data, replaced[0] ?? ''))).toBe('newer');
}

let child: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '../../../node_modules/.countersign-plan-'));
  child = join(folder, 'child.mjs');
  const entry = join(folder, 'entry.ts');
  writeFileSync(
    entry,
    `import { carryOutPlan } from '${join(import.meta.dirname, 'restore-plan.ts')}';
     const [data, last] = process.argv.slice(2);
     carryOutPlan(
       { dataFolder: data, databaseFile: data + '/countersign.db', check() {}, now: new Date() },
       (step) => {
         process.stdout.write(step + '\\n');
         if (step === last) process.kill(process.pid, 'SIGKILL');
       },
     );`,
  );
  const bundle = await rolldown({ input: entry, platform: 'node', external: ['better-sqlite3'] });
  await bundle.write({ file: child, format: 'esm' });
  await bundle.close();
  return () => rmSync(folder, { recursive: true, force: true });
});

function runChild(folder: Folder, lastStep: string): { signal: string | null; steps: string[] } {
  const { signal, stdout, stderr } = spawnSync(process.execPath, [child, folder.data, lastStep], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return { signal, steps: stdout.trim().split('\n') };
}

describe('a staged restore', () => {
  it('replaces the newer file, which stays whole beside it', () => {
    const folder = createFolder();
    expect(carryOut(folder)).toMatchObject({ type: 'restored', plan: { id: 'rst_1' } });
    expectRestored(folder);
    removePlan(folder.data);
    expect(carryOut(folder)).toEqual({ type: 'nothing' });
  });

  it('loses nothing when the process is killed at any step, however often', { timeout: 60_000 }, () => {
    const { signal, steps } = runChild(createFolder(), 'never');
    expect(signal).toBeNull();
    expect(steps).toEqual(['checked', 'named', 'folded', 'moved', 'aside', 'placed']);
    for (const step of steps) {
      const folder = createFolder();
      expect([step, runChild(folder, step).signal]).toEqual([step, 'SIGKILL']);
      expect(carryOut(folder).type).toBe('restored');
      expectRestored(folder);
    }
    const folder = createFolder();
    for (const step of steps) runChild(folder, step);
    expect(carryOut(folder).type).toBe('restored');
    expectRestored(folder);
  });

  it('keeps a log that could not be folded in with the file it belongs to', () => {
    const folder = createFolder();
    // Killed between the file and its log: the log waits under the old name.
    const name = `${folder.database}.replaced-2026-11-21T12-00-00.000Z`;
    spawnSync('mv', [folder.database, name]);
    writePlanNamed(folder, 'countersign.db.replaced-2026-11-21T12-00-00.000Z');
    expect(existsSync(`${folder.database}-wal`)).toBe(true);
    expect(carryOut(folder).type).toBe('restored');
    expectRestored(folder);
  });

  it('leaves everything as it was when the staged data is not whole', () => {
    const folder = createFolder();
    const outcome = carryOutPlan({
      dataFolder: folder.data,
      databaseFile: folder.database,
      check() {
        throw new Error('is damaged');
      },
      now: new Date(),
    });
    expect(outcome).toMatchObject({ type: 'failed', problem: 'is damaged' });
    expect(wordOf(folder.database)).toBe('newer');
  });

  it('keeps a database that was made in between, too', () => {
    const folder = createFolder();
    carryOut(folder);
    // The same plan again, with something staged, and a file in place that nobody named.
    mkdirSync(join(folder.data, 'restore'), { recursive: true });
    writeWorld(join(folder.data, 'restore', 'staged.db'), 'third', false);
    expect(carryOut(folder).type).toBe('restored');
    expect(wordOf(folder.database)).toBe('third');
    const words = readdirSync(folder.data)
      .filter((name) => name.includes('.replaced-'))
      .map((name) => wordOf(join(folder.data, name)));
    expect(words.toSorted()).toEqual(['newer', 'older']);
  });

  it('works on an empty folder, and a plan nobody can read is none', () => {
    const folder = createFolder({ hasCurrent: false });
    expect(carryOut(folder)).toMatchObject({ type: 'restored', replacedName: null });
    expect(wordOf(folder.database)).toBe('older');
    writeFileSync(join(folder.data, 'restore', 'plan.json'), '{"type":"restore"');
    expect(findPlan(folder.data)).toBeUndefined();
    expect(carryOut(folder)).toEqual({ type: 'nothing' });
  });

  it('sweeps what was never finished, and no more', () => {
    const folder = createFolder();
    mkdirSync(join(folder.data, 'restore', '.work-2'));
    sweepRestoreFolder(folder.data);
    expect(readdirSync(join(folder.data, 'restore')).toSorted()).toEqual(['plan.json', 'staged.db']);
    removePlan(folder.data);
    expect(readdirSync(join(folder.data, 'restore'))).toEqual([]);
  });
});

describe('erasing everything', () => {
  it('removes the database, backups, exports and what was replaced, and ends what was begun', () => {
    const folder = createFolder();
    carryOut(folder);
    mkdirSync(join(folder.data, 'backups'));
    writeFileSync(join(folder.data, 'backups', 'auto.csb'), 'x');
    writeFileSync(join(folder.data, 'master.key'), 'stays');
    writePlan(folder.data, { type: 'erase-everything', v: 1, id: 'e' });
    expect(runChild(folder, 'erased backups').signal).toBe('SIGKILL');
    expect(carryOut(folder)).toEqual({ type: 'erased' });
    expect(readdirSync(folder.data).toSorted()).toEqual(['master.key', 'restore']);
    expect(carryOut(folder)).toEqual({ type: 'nothing' });
  });
});

function writePlanNamed(folder: Folder, replacedName: string): void {
  writeFileSync(join(folder.data, 'restore', 'plan.json'), JSON.stringify({ ...PLAN, replacedName }));
}
