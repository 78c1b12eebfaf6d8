import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireFolderLock, FolderHeldError, findFolderHolder } from './folder-lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own that takes the lock the same way and then hangs. */
async function holdElsewhere(): Promise<{ pid: number; kill(): Promise<void> }> {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const script = `
    const db = new (require(${JSON.stringify(sqlite)}))(process.argv[1]);
    db.exec('BEGIN IMMEDIATE');
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, join(folder, 'run', 'server.lock.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('the lock of a data folder', () => {
  it('is held once, says by whom, and is free again when let go', () => {
    expect(findFolderHolder(folder)).toBeUndefined();
    const lock = acquireFolderLock(folder);
    expect(findFolderHolder(folder)).toMatchObject({ pid: process.pid, url: null });
    expect(() => acquireFolderLock(folder)).toThrow(FolderHeldError);
    expect(() => acquireFolderLock(folder)).toThrow(`(pid ${process.pid})`);
    lock.announce('http://127.0.0.1:7423');
    expect(findFolderHolder(folder)?.url).toBe('http://127.0.0.1:7423');
    lock[Symbol.dispose]();
    expect(findFolderHolder(folder)).toBeUndefined();
    acquireFolderLock(folder)[Symbol.dispose]();
  });

  it('is not let go by looking whether it is held', () => {
    using lock = acquireFolderLock(folder);
    for (let look = 0; look < 3; look += 1) expect(findFolderHolder(folder)?.pid).toBe(process.pid);
    expect(() => acquireFolderLock(folder)).toThrow(FolderHeldError);
    expect(lock).toBeDefined();
  });

  it('ends with a process that is killed, though its note stays', async () => {
    acquireFolderLock(folder)[Symbol.dispose]();
    const other = await holdElsewhere();
    const note = { pid: other.pid, startedAt: new Date().toISOString(), url: null };
    writeFileSync(join(folder, 'run', 'server.lock'), JSON.stringify(note));
    expect(() => acquireFolderLock(folder)).toThrow(`(pid ${other.pid})`);
    await other.kill();
    expect(findFolderHolder(folder)).toBeUndefined();
    using lock = acquireFolderLock(folder);
    expect(lock).toBeDefined();
    expect(JSON.parse(readFileSync(join(folder, 'run', 'server.lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
  });

  it('counts when the note is missing or damaged, and ignores a note without a lock', async () => {
    acquireFolderLock(folder)[Symbol.dispose]();
    const other = await holdElsewhere();
    expect(findFolderHolder(folder)).toEqual({ pid: null, startedAt: null, url: null });
    writeFileSync(join(folder, 'run', 'server.lock'), '{"pid": "x');
    expect(() => acquireFolderLock(folder)).toThrow('Another Countersign server uses the data folder');
    await other.kill();
    writeFileSync(
      join(folder, 'run', 'server.lock'),
      JSON.stringify({ pid: process.pid, startedAt: null, url: null }),
    );
    expect(findFolderHolder(folder)).toBeUndefined();
  });
});
